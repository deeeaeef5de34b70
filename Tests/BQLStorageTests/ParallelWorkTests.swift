import BQLColumnar
import Synchronization
import Testing

@Suite struct ParallelWorkTests {
  struct Failure: Error, Equatable {
    let index: Int
  }

  /// What a body holds on to.
  final class Token: Sendable {}

  @Test(arguments: [1, 2, 5], [0, 1, 2, 1_000])
  func callsEachIndexOnce(threads: Int, count: Int) {
    let calls = Mutex([Int](repeating: 0, count: count))
    ParallelWork.forEach(count: count, threads: threads) { index in
      calls.withLock { $0[index] += 1 }
    }
    #expect(calls.withLock { $0 } == [Int](repeating: 1, count: count))
  }

  @Test(arguments: [1, 2, 5])
  func rethrowsTheLowestIndex(threads: Int) {
    for _ in 0..<50 {
      let error = #expect(throws: Failure.self) {
        try ParallelWork.forEach(count: 300, threads: threads) { index throws(Failure) in
          if index >= 40, index % 7 == 0 { throw Failure(index: index) }
        }
      }
      #expect(error == Failure(index: 42))
    }
  }

  @Test(arguments: [2, 5])
  func bodiesCallItThemselves(threads: Int) {
    let calls = Mutex([Int](repeating: 0, count: 400))
    for _ in 0..<20 {
      ParallelWork.forEach(count: 20, threads: threads) { outer in
        ParallelWork.forEach(count: 20, threads: threads) { inner in
          calls.withLock { $0[outer * 20 + inner] += 1 }
        }
      }
    }
    #expect(calls.withLock { $0 } == [Int](repeating: 20, count: 400))
  }

  @Test(arguments: [2, 5])
  func nothingHoldsTheBodyAfterwards(threads: Int) {
    var token = Token()
    for _ in 0..<2_000 {
      ParallelWork.forEach(count: 3, threads: threads) { [token] _ in withExtendedLifetime(token) {}
      }
      #expect(isKnownUniquelyReferenced(&token))
    }
  }

  /// While one body waits, another thread takes the next index.
  @Test func threadsRunAtTheSameTime() {
    let started = Atomic<Int>(0)
    let end = ContinuousClock.now + .seconds(20)
    ParallelWork.forEach(count: 2, threads: 2) { index in
      let before = started.add(1, ordering: .relaxed).oldValue
      while before == 0, started.load(ordering: .relaxed) < 2, ContinuousClock.now < end {}
      if before == 0 { #expect(started.load(ordering: .relaxed) == 2) }
    }
  }

  @Test(arguments: [0, 1, 2, 77, 1_000], [0, 1, 2, 5, 64])
  func runsCoverAllInOrder(count: Int, threads: Int) {
    let runs = ParallelWork.runs(of: count, threads: threads)
    #expect(runs.flatMap { Array($0) } == Array(0..<count))
    #expect(runs.allSatisfy { !$0.isEmpty })
    if threads <= 1 { #expect(runs.count == min(count, 1)) }
    if threads > 1, count > 0 { #expect(runs.last?.count == 1) }
  }
}
