import BQLOutput
import Glibc

/// Passes a long table through the user's pager: `$PAGER`, or `less`.
final class Pager {
  /// Whether lines may be longer than the terminal is wide, since the pager scrolls sideways.
  static let scrollsSideways =
    (Terminal.environment("LESS") ?? "").isEmpty && command.hasPrefix("less")

  /// The command, or an empty text where the user wants none.
  static let command = Terminal.environment("PAGER") ?? "less"

  static var isWanted: Bool { !command.isEmpty && command != "cat" && !Terminal.isDumb }

  let sink: FileDescriptorSink
  private let process: ChildProcess
  private let descriptor: Int32

  /// Starts the pager; nil where that fails.
  init?() {
    var ends: [Int32] = [-1, -1]
    // `pipe` writes two descriptors.
    guard unsafe pipe(&ends) == 0 else { return nil }
    // The pager must see the end of its input: it inherits neither end but as standard input.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // S: scroll sideways, R: colours, F: quit if it fits, X: leave the text on the screen.
    let shellCommand = "LESS=${LESS:--SRFX}; export LESS; \(Self.command)"
    let started = ChildProcess(command: shellCommand, input: ends[0])
    close(ends[0])
    guard let started else {
      close(ends[1])
      return nil
    }
    process = started
    descriptor = ends[1]
    sink = FileDescriptorSink(descriptor: descriptor, path: "pager")
  }

  /// Tells the pager that this was all, and waits until the user has left it.
  func finish() {
    close(descriptor)
    process.wait()
  }
}
