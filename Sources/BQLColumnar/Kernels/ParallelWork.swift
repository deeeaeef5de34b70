import Glibc
import Synchronization

/// Runs pieces of work on several threads.
///
/// Threads are those of the ``WorkerPool``: to wake one takes the caller some 30 µs, and the thread
/// some 100 µs until it begins, so a piece should be thousands of rows.
package enum ParallelWork {
  /// The number of processors that are online; at least 1.
  package static var availableThreads: Int {
    max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Calls `body` once for each index below `count`, on up to `threads` threads, this one among
  /// them.
  ///
  /// Indices are claimed in ascending order, so that a body may wait for work of a lower index but
  /// never for that of a higher one. When bodies throw, the error of the lowest index is rethrown
  /// (the same at any thread count); indices above it may be left out.
  package static func forEach<E: Error>(
    count: Int,
    threads: Int,
    _ body: @Sendable (Int) throws(E) -> Void
  ) throws(E) {
    if threads <= 1 || count <= 1 {
      for index in 0..<max(count, 0) { try body(index) }
      return
    }
    let failure = withoutActuallyEscaping(body) { body in
      let claims = Claims(count: count, body: body)
      // No thread calls or holds `body` when this returns.
      WorkerPool.shared.run(onOthers: min(threads, count) - 1) { claims.run() }
      return claims.failure
    }
    if let failure { throw failure }
  }

  /// Returns what `body` makes of each index below `count`, in their order; see
  /// ``forEach(count:threads:_:)``.
  package static func map<Result: Sendable, E: Error>(
    count: Int,
    threads: Int,
    _ body: @Sendable (Int) throws(E) -> Result
  ) throws(E) -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: max(count, 0)))
    try forEach(count: count, threads: threads) { (index) throws(E) in
      let result = try body(index)
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  /// Cuts `count` pieces, in their order, into runs for threads to take where each run costs
  /// something of its own.
  ///
  /// A run is half of a thread's share of what is left: the first are long, so that there are few,
  /// and the last short, lest a thread wait long for another. One thread takes all in one.
  package static func runs(of count: Int, threads: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var first = 0
    while first < count {
      let share = threads > 1 ? (count - first) / (2 * threads) : count
      runs.append(first..<(first + max(share, 1)))
      first += max(share, 1)
    }
    return runs
  }
}

/// Hands out the indices of one call and keeps its first error.
private final class Claims<E: Error>: Sendable {
  private let count: Int
  private let body: @Sendable (Int) throws(E) -> Void
  private let next = Atomic<Int>(0)
  /// The lowest index that failed so far; `Int.max` when none did.
  private let failedIndex = Atomic<Int>(.max)
  private let firstFailure = Mutex<(index: Int, error: E)?>(nil)

  init(count: Int, body: @escaping @Sendable (Int) throws(E) -> Void) {
    self.count = count
    self.body = body
  }

  var failure: E? { firstFailure.withLock { $0?.error } }

  func run() {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count, index < failedIndex.load(ordering: .relaxed) else { return }
      do throws(E) {
        try body(index)
      } catch {
        record(error, at: index)
      }
    }
  }

  private func record(_ error: E, at index: Int) {
    firstFailure.withLock { first in
      if let first, first.index < index { return }
      first = (index, error)
      failedIndex.store(index, ordering: .relaxed)
    }
  }
}
