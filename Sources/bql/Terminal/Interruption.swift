import CLibEdit
import Glibc
import Synchronization

/// Turns Ctrl-C into the end of the running statement.
///
/// The first Ctrl-C asks the workspace to stop and makes waiting reads return; a second one, while
/// the first has not been acted on, ends the process.
@safe
enum Interruption {
  private static let count = Atomic<Int>(0)
  /// How many Ctrl-C in a row end the process: none at a prompt, where the line is cleared.
  private static let fatalCount = Atomic<Int>(2)
  /// Set once before the handler is installed, and only read from then on.
  private nonisolated(unsafe) static var cancel: @Sendable () -> Void = {}

  /// Starts to watch for Ctrl-C.
  ///
  /// - Parameters:
  ///   - endsProcess: Whether impatience ends the program, as outside the prompt.
  ///   - cancel: Stops the running statement; safe in a signal handler.
  static func watch(endsProcess: Bool, cancel: @escaping @Sendable () -> Void) {
    unsafe Self.cancel = cancel
    fatalCount.store(endsProcess ? 2 : .max, ordering: .relaxed)
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in Interruption.arrived() }
    // Without SA_RESTART a waiting `read` returns, so that the prompt sees the key.
    action.sa_flags = 0
    _ = unsafe sigaction(SIGINT, &action, nil)
  }

  /// Whether Ctrl-C was pressed since the last ``clear()``.
  static var isPending: Bool { count.load(ordering: .relaxed) > 0 }

  /// Forgets what was pressed so far.
  static func clear() {
    count.store(0, ordering: .relaxed)
    bql_line_editor_forget_interrupts()
  }

  /// Runs in the signal handler: atomics, `write` and `_exit` only.
  private static func arrived() {
    let presses = count.wrappingAdd(1, ordering: .relaxed).newValue
    if presses >= fatalCount.load(ordering: .relaxed) { _exit(ExitStatus.interrupted.rawValue) }
    unsafe cancel()
    bql_line_editor_interrupt()
  }
}
