/// Turns diagnostics into text for people, with the source lines that they point at.
///
/// ```
/// error[B0204]: unknown event 'purchse'
///  --> weekly.bq:3:20
///   |
/// 3 | FUNNEL view, cart, purchse BY brand
///   |                    ^^^^^^^ no such value in events.event_type
///   = help: did you mean 'purchase'?
/// ```
package struct DiagnosticRenderer {
  /// Whether to write ANSI colours.
  package var isColored: Bool

  package init(isColored: Bool = false) {
    self.isColored = isColored
  }

  /// Returns the text of a diagnostic, each line ended.
  ///
  /// The source is the text that the ranges refer to; without it the place is left out.
  package func render(_ diagnostic: Diagnostic, in source: Source?) -> String {
    var output = header(diagnostic)
    var gutter = 1
    if let source {
      let index = LineIndex(source)
      let marks = Self.marks(diagnostic, index)
      gutter = marks.map { String($0.snippet.line).count }.max() ?? 1
      let place = index.position(of: diagnostic.range.start)
      let blank = String(repeating: " ", count: gutter)
      output += paint(blank + "--> ", .frame)
      output += "\(source.name):\(place.line):\(place.column)\n"
      output += paint(blank + " |", .frame) + "\n"
      output += lines(marks, gutter, diagnostic.severity)
    }
    let help = Self.joined(diagnostic.hints)
    if !help.isEmpty {
      output += paint(String(repeating: " ", count: gutter) + " = ", .frame)
      output += paint("help:", .strong) + " " + help + "\n"
    }
    return output
  }

  private func header(_ diagnostic: Diagnostic) -> String {
    let severity = "\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]"
    let style: Style = diagnostic.severity == .error ? .error : .warning
    return paint(severity, style) + paint(": " + diagnostic.message, .strong) + "\n"
  }

  private func lines(_ marks: [Mark], _ gutter: Int, _ severity: Diagnostic.Severity) -> String {
    var output = ""
    var shown: SourceSnippet?
    let blank = String(repeating: " ", count: gutter)
    for mark in marks {
      let line = mark.snippet.line
      // Lines are in order; a gap between them is drawn. A long line may be cut differently.
      if shown?.line != line || shown?.text != mark.snippet.text {
        if let shown, line > shown.line + 1 { output += paint("...", .frame) + "\n" }
        let number = String(line)
        let padding = String(repeating: " ", count: gutter - number.count)
        output += paint(padding + number + " |", .frame)
        output += mark.snippet.text.isEmpty ? "\n" : " " + mark.snippet.text + "\n"
        shown = mark.snippet
      }
      let sign = mark.isPrimary ? "^" : "-"
      let style: Style = !mark.isPrimary ? .frame : severity == .error ? .error : .warning
      var pointer = String(repeating: sign, count: mark.snippet.width)
      if !mark.label.isEmpty { pointer += " " + mark.label }
      output += paint(blank + " |", .frame) + " "
      output += String(repeating: " ", count: mark.snippet.indent) + paint(pointer, style) + "\n"
    }
    return output
  }

  /// Joins the hints to one line; a question ends itself, other hints are parted by `;`.
  private static func joined(_ hints: [String]) -> String {
    hints.reduce(into: "") { text, hint in
      if let last = text.last { text += "?!.".contains(last) ? " " : "; " }
      text += hint
    }
  }
}

extension DiagnosticRenderer {
  /// Holds a marked part of a line.
  private struct Mark {
    var snippet: SourceSnippet
    var label: String
    var isPrimary: Bool
  }

  /// Returns all marks in order of lines; the primary one comes first on its line.
  private static func marks(_ diagnostic: Diagnostic, _ index: LineIndex) -> [Mark] {
    var marks = Self.marks(diagnostic.range, diagnostic.label, isPrimary: true, index)
    for label in diagnostic.secondary {
      marks += Self.marks(label.range, label.message, isPrimary: false, index)
    }
    return marks.enumerated()
      .sorted { ($0.element.snippet.line, $0.offset) < ($1.element.snippet.line, $1.offset) }
      .map(\.element)
  }

  /// Marks a range; of one over several lines its first and its last line, which has the label.
  private static func marks(
    _ range: SourceRange,
    _ label: String,
    isPrimary: Bool,
    _ index: LineIndex
  ) -> [Mark] {
    let first = index.lineNumber(of: range.start)
    // A range that ends with a line's end does not reach the next line.
    let last = max(first, index.lineNumber(of: max(range.start, range.end - 1)))
    let start = Mark(
      snippet: SourceSnippet(line: first, range: range, index: index),
      label: first == last ? label : "",
      isPrimary: isPrimary
    )
    if first == last { return [start] }
    var rest = index.range(ofLine: last)
    let text = index.string(rest.start, rest.end)
    rest.start += text.utf8.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
    rest.end = max(min(range.end, rest.end), rest.start)
    let end = Mark(
      snippet: SourceSnippet(line: last, range: rest, index: index),
      label: label,
      isPrimary: isPrimary
    )
    return [start, end]
  }
}

extension DiagnosticRenderer {
  private enum Style: String {
    case error = "1;31"
    case warning = "1;33"
    case frame = "1;34"
    case strong = "1"
  }

  private func paint(_ text: String, _ style: Style) -> String {
    isColored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
