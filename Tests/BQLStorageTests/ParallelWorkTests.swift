import BQLColumnar
import Synchronization
import Testing

@Suite struct ParallelWorkTests {
  struct Failure: Error, Equatable {
    let index: Int
  }

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
}
