import BQLOutput
import BQLSyntax
import BehaviorQuery
import Glibc

/// Turns errors and warnings into text or JSON lines on standard error: the one place that does.
struct ErrorReporter {
  private let writesJSON: Bool

  /// Makes a reporter as `--errors` asks; found by eye, so that mistakes in the other words of the
  /// command line are reported in that form too.
  init(arguments: [String]) {
    writesJSON =
      arguments.contains("--errors=json")
      || zip(arguments, arguments.dropFirst()).contains { $0 == ("--errors", "json") }
  }

  /// Writes every diagnostic of `error`; an interrupt is no mistake and points at nothing.
  func report(_ error: BQLError) {
    if error.kind == .interrupted, !writesJSON { return say("interrupted") }
    report(error.diagnostics, in: error.source)
  }

  /// Writes diagnostics that belong to `source`.
  func report(_ diagnostics: [Diagnostic], in source: Source) {
    let isColored = Terminal.errorIsTerminal && Terminal.allowsColor
    let renderer = DiagnosticRenderer(isColored: isColored)
    // A file that could not be read has no place in it.
    let place = source.text.isEmpty ? nil : source
    for diagnostic in diagnostics {
      if writesJSON {
        write(DiagnosticRenderer.json(diagnostic, in: place))
      } else {
        write(renderer.render(diagnostic, in: place))
      }
    }
  }

  /// Writes an output's failure; a closed pipe is none.
  func report(_ error: OutputError) {
    guard error != .closedPipe else { return }
    let code: DiagnosticCode =
      switch error {
      case .notImplemented: .notImplemented
      case .interrupted: .interrupted
      case .binaryOnTerminal: .badUsage
      case .closedPipe, .diskFull, .unwritable, .unknownExtension, .oneResultOnly: .fileUnwritable
      }
    let hints = error.hint.map { [$0] } ?? []
    let diagnostic = Diagnostic(code, error.message, at: SourceRange(0, 0), hints: hints)
    let renderer = DiagnosticRenderer(
      isColored: Terminal.errorIsTerminal && Terminal.allowsColor
    )
    write(
      writesJSON
        ? DiagnosticRenderer.json(diagnostic, in: nil) : renderer.render(diagnostic, in: nil)
    )
  }

  /// Writes a line for a person: a report, a note, a warning without a place.
  func say(_ line: String) { write(line + "\n") }

  /// Writes text to standard error at once; where that is closed there is nobody to tell.
  func write(_ text: String) {
    let sink = FileDescriptorSink(descriptor: STDERR_FILENO, path: "standard error")
    try? sink.append(text)
    try? sink.flush()
  }
}

extension ExitStatus {
  /// Returns the exit code after an output failed.
  init(_ error: OutputError) {
    self =
      switch error {
      case .closedPipe: .success
      case .interrupted: .interrupted
      case .notImplemented, .binaryOnTerminal: .usage
      case .oneResultOnly, .diskFull, .unwritable, .unknownExtension: .data
      }
  }
}
