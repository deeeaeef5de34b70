import Synchronization

/// Keeps threads for ``ParallelWork``, asleep between its calls.
///
/// To start threads and to wait for their ends can take a tenth of a statement of some milliseconds.
/// Those that were started stay until the process ends; there are as many as calls have asked for at
/// the same time.
final class WorkerPool: Sendable {
  /// The threads of the process.
  static let shared = WorkerPool()

  private let idle = Mutex<[Worker]>([])

  /// Calls `job` on this thread and on up to `count` others, and returns when none of them runs it.
  ///
  /// A thread that has not begun when this one is done does not begin any more: `job` must do all of
  /// what is left to do, not a share of it. Where the system refuses threads there are fewer. Jobs
  /// may call this in their turn.
  func run(onOthers count: Int, _ job: @escaping @Sendable () -> Void) {
    let workers = take(count)
    let processors = Processors()
    for worker in workers { worker.offer(job, from: processors) }
    job()
    for worker in workers { worker.withdraw() }
    idle.withLock { $0 += workers }
  }

  /// Takes idle threads, the last to fall asleep first, and starts those that are missing.
  private func take(_ count: Int) -> [Worker] {
    let found = idle.withLock { idle in
      let found = Array(idle.suffix(count))
      idle.removeLast(found.count)
      return found
    }
    return found + (found.count..<count).compactMap { _ in Worker() }
  }
}

/// A thread of the pool, as the thread sees it that is helped.
private struct Worker: Sendable {
  private let desk: WorkerDesk
  private let thread: WorkerThread

  /// Starts the thread; nil where the system refuses another one.
  init?() {
    let desk = WorkerDesk()
    guard let thread = WorkerThread({ desk.serve() }) else { return nil }
    (self.desk, self.thread) = (desk, thread)
  }

  /// Wakes the thread to call `job`, on another processor than that of the caller.
  func offer(_ job: @escaping @Sendable () -> Void, from processors: Processors?) {
    if let processors { thread.move(to: processors) }
    desk.put(WorkerDesk.Offer(job: job, processors: processors))
  }

  /// Takes the job back or, where the thread has begun it, waits for it to return.
  func withdraw() { desk.clear() }
}

/// Where a thread of the pool finds what to do.
private final class WorkerDesk: Sendable {
  struct Offer: Sendable {
    let job: @Sendable () -> Void
    /// Where the thread may run once it does.
    let processors: Processors?
  }

  private let offer = Mutex<Offer?>(nil)
  private let offered = Semaphore()
  private let finished = Semaphore()

  func put(_ offer: Offer) {
    self.offer.withLock { $0 = offer }
    offered.signal()
  }

  func clear() {
    let isOpen = offer.withLock { $0.take() != nil }
    if !isOpen { finished.waitAwake() }
  }

  /// Does what is offered, for ever; one call is often followed by another.
  func serve() {
    while true {
      offered.waitAwake()
      // Nothing is left of an offer that was withdrawn but its signal.
      if acceptOffer() { finished.signal() }
    }
  }

  /// Calls the job that is offered, if one is.
  ///
  /// Not inlined, so that nothing holds the job when its end is told.
  @inline(never)
  private func acceptOffer() -> Bool {
    guard let offer = offer.withLock({ $0.take() }) else { return false }
    offer.processors?.spread()
    offer.job()
    return true
  }
}
