import BQLColumnar
import BQLOutput
import BQLSyntax
import BehaviorQuery

/// Shows what statements came to: data on standard output, all else on standard error.
final class Presenter {
  let isQuiet: Bool
  /// Why the output came to its end, once it did.
  private(set) var failure: OutputError?
  var format: FormatName
  /// The last result shown, for `.last`.
  private(set) var lastResult: QueryResult?
  /// Where results go in place of standard output: `.output` and `.once`.
  private(set) var file: ResultStreamFile?
  private var isOnce = false
  private let describesResults: Bool
  private let isInteractive: Bool
  private let reporter: ErrorReporter
  private let output = StandardOutput()
  private var hasToldEncoding = false

  init(_ invocation: Invocation, _ reporter: ErrorReporter, isInteractive: Bool) {
    self.reporter = reporter
    self.isInteractive = isInteractive
    isQuiet = invocation.isQuiet
    describesResults = invocation.describesResults
    format = invocation.format ?? (Terminal.outputIsTerminal ? .table : .csv)
  }

  /// Shows an outcome; a failure to write is told once and kept in ``failure``.
  func present(_ outcome: Outcome, of statement: Statement?) {
    switch outcome {
    case .answer(let result):
      lastResult = result
      present(result)
    case .written(let path, let rowCount, let notes):
      say("\(rowCount == 1 ? "1 row" : "\(rowCount) rows") written to '\(path)'")
      tell(notes: notes)
    case .report(let lines, let warnings):
      present(lines, isHelp: statement?.isHelp ?? false)
      for warning in warnings { say("warning: \(warning)") }
    case .defined(let result):
      lastResult = result
      if Terminal.outputIsTerminal, file == nil { return present(result) }
      for line in result.text().split(separator: "\n") { say(String(line)) }
    case .done: break
    }
  }

  /// Shows a result where results go now.
  func present(_ result: QueryResult) {
    attempt { () throws(OutputError) in
      if let file { return try file.write(result, fallback: format) }
      if let pager = pager(for: result.rowCount) {
        defer { pager.finish() }
        var style = tableStyle()
        if Pager.scrollsSideways { style.width = nil }
        try TableFormat(style: style).write(
          result.relation,
          in: result.timeZone,
          to: pager.sink
        )
        return try pager.sink.flush()
      }
      if format.isBinary, Terminal.outputIsTerminal {
        throw .binaryOnTerminal(format: format.rawValue)
      }
      try output.write(result, as: try format.format(table: tableStyle()))
    }
    if failure == nil { tell(result) }
  }

  /// Sends results to a file from now on, or for the next entry only; nil goes back to standard
  /// output.
  func redirect(to path: String?, isOnce: Bool) {
    failure = nil
    file?.close()
    file = nil
    self.isOnce = isOnce
    guard let path else { return }
    attempt { () throws(OutputError) in file = try ResultStreamFile(path: path) }
    failure = nil
  }

  /// Ends an entry at the prompt: one failure to write does not end the next entry's output.
  func endEntry() {
    failure = nil
    output.forgetResults()
    if isOnce { redirect(to: nil, isOnce: false) }
  }

  /// Shows lines that were asked for, hence data.
  func present(_ text: String) {
    attempt { () throws(OutputError) in try output.write(text) }
  }

  private func pager(for rowCount: Int) -> Pager? {
    guard
      isInteractive, format == .table, Terminal.outputIsTerminal, Pager.isWanted,
      // Heading, rule and row count, and the next prompt.
      rowCount + 4 > Terminal.size.rows
    else { return nil }
    return Pager()
  }

  /// Shows what there is to know about a result beside its rows.
  private func tell(_ result: QueryResult) {
    if describesResults {
      reporter.write(
        ResultDescription.json(
          schema: result.relation.schema,
          rowCount: result.rowCount,
          notes: result.notes
        )
      )
    } else {
      tell(notes: result.notes)
    }
  }

  /// Shows notes and warnings, wherever the answer goes: they are no part of it.
  private func tell(notes: [String]) {
    for note in notes {
      say(note.hasPrefix("warning:") ? note : "note: \(note)")
    }
  }

  private func present(_ lines: [String], isHelp: Bool) {
    if isHelp { return present(lines.map { $0 + "\n" }.joined()) }
    for line in lines { say(line) }
  }

  private func say(_ line: String) {
    if isQuiet { return }
    guard Terminal.errorIsTerminal else { return reporter.say(line) }
    let isIndented = line.hasPrefix("note:") || line.hasPrefix("warning:")
    let width = Terminal.size.columns
    reporter.say(LineWrap.wrap(line, width: width, indent: isIndented ? 6 : 2))
  }

  private func attempt(_ body: () throws(OutputError) -> Void) {
    do throws(OutputError) {
      try body()
    } catch {
      failure = error
      reporter.report(error)
    }
  }

  private func tableStyle() -> TableStyle {
    guard Terminal.outputIsTerminal else { return TableStyle() }
    if !Encoding.isUTF8, !hasToldEncoding {
      hasToldEncoding = true
      say(
        "note: tables are drawn in ASCII: the locale's encoding is \(Encoding.name), not UTF-8"
          + " (LANG=C.UTF-8 sets it)"
      )
    }
    return TableStyle(
      width: Terminal.size.columns,
      isColored: Terminal.allowsColor,
      isASCII: !Encoding.isUTF8,
      showsRowCount: true
    )
  }
}

extension Statement {
  /// Whether the statement's text is what was asked for, hence data.
  var isHelp: Bool {
    if case .help = kind { true } else { false }
  }
}
