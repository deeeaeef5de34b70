import BQLOutput

extension QueryResult {
  /// The answer as a terminal shows it: an aligned table and, below it, the notes.
  ///
  /// - Parameters:
  ///   - width: Columns of the terminal; nil shows all of every cell.
  ///   - color: Whether NULLs and notes are dimmed with ANSI codes.
  /// - Returns: Lines without a newline at the end.
  public func text(width: Int? = nil, color: Bool = false) -> String {
    let sink = MemorySink()
    let style = TableStyle(width: width, isColored: color)
    // A sink in memory does not fail.
    try? TableFormat(style: style).write(relation, in: timeZone, to: sink)
    let lines = notes.map { "note: \($0)" }
    let table = String(decoding: sink.bytes, as: UTF8.self)
    return (table + lines.joined(separator: "\n")).trimmingTrailingNewlines
  }
}

extension String {
  fileprivate var trimmingTrailingNewlines: String {
    var text = self[...]
    while text.hasSuffix("\n") { text = text.dropLast() }
    return String(text)
  }
}
