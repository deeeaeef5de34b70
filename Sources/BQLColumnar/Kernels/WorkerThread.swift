import Glibc

/// Runs a closure on a thread of its own: a plain POSIX thread.
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

  /// Has the thread run on the others of `processors`, from where it goes back by
  /// ``Processors/spread()``.
  func move(to processors: Processors) { processors.place(thread) }

  /// Waits for the closure to return; call it once at most.
  package func join() {
    pthread_join(thread, nil)
  }
}
