import BQLOutput
import BehaviorQuery
import Glibc

/// Writes results to standard output, and nothing else.
final class StandardOutput {
  private let sink: FileDescriptorSink
  private var resultCount = 0

  init() {
    sink = FileDescriptorSink(
      descriptor: STDOUT_FILENO,
      path: "standard output",
      shouldStop: { Interruption.isPending }
    )
  }

  /// Writes a result after those before it, and passes it on at once.
  func write(_ result: QueryResult, as format: any ResultFormat) throws(OutputError) {
    if resultCount > 0 { try format.writeSeparator(to: sink) }
    resultCount += 1
    try format.write(result.relation, in: result.timeZone, to: sink)
    try sink.flush()
  }

  /// Begins anew: the next result is the first, with nothing to part it from.
  func forgetResults() { resultCount = 0 }

  /// Writes text that was asked for: HELP's.
  func write(_ text: String) throws(OutputError) {
    try sink.append(text)
    try sink.flush()
  }

  /// Prints a text and returns the exit code: for `--help` and `--version`.
  static func print(_ text: String, _ reporter: ErrorReporter) -> ExitStatus {
    do throws(OutputError) {
      try StandardOutput().write(text)
      return .success
    } catch {
      reporter.report(error)
      return ExitStatus(error)
    }
  }
}
