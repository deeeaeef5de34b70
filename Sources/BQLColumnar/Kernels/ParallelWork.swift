import Glibc
import Synchronization

/// Runs pieces of work on several threads.
///
/// Plain POSIX threads, started for one call and joined at its end: a call costs some 50 µs, so a
/// piece should be thousands of rows.
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
      // Every thread is joined here, before `body` goes out of scope.
      let workers = (1..<min(threads, count)).compactMap { _ in
        WorkerThread { claims.run() }
      }
      claims.run()
      for worker in workers { worker.join() }
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

/// Runs a closure on a thread of its own until ``join()``.
package final class WorkerThread: Sendable {
  private final class Start: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  /// Starts the thread; nil where the system refuses another one.
  package init?(_ run: @escaping @Sendable () -> Void) {
    // Signals from the terminal are for the thread that reads it.
    var blocked = sigset_t()
    var previous = sigset_t()
    unsafe sigemptyset(&blocked)
    for signal in [SIGINT, SIGTERM, SIGTSTP, SIGWINCH] { unsafe sigaddset(&blocked, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &blocked, &previous)
    // The new thread takes over this reference.
    let start = unsafe Unmanaged.passRetained(Start(run: run))
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread,
      nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      },
      start.toOpaque()
    )
    unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
    guard status == 0 else {
      unsafe start.release()
      return nil
    }
    self.thread = thread
  }

  /// Waits for the closure to return; call it exactly once.
  package func join() {
    pthread_join(thread, nil)
  }
}
