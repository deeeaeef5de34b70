/// Holds the part of one source line that a label marks, ready to be shown.
struct SourceSnippet {
  /// Lines longer than this are cut around the mark.
  static let lineLimit = 160

  let line: Int
  /// The line as shown, without control characters.
  let text: String
  /// Cells before the mark.
  let indent: Int
  /// Cells that the mark takes, at least 1.
  let width: Int

  /// Marks the part of the range that lies in the line.
  init(line: Int, range: SourceRange, index: LineIndex) {
    let whole = index.range(ofLine: line)
    let start = min(max(range.start, whole.start), whole.end)
    let end = min(max(range.end, start), whole.end)
    var before = Self.shown(index.string(whole.start, start))
    let marked = Self.shown(index.string(start, end))
    var after = Self.shown(index.string(end, whole.end))
    if before.count + marked.count + after.count > Self.lineLimit {
      let margin = Self.lineLimit / 2
      if before.count > margin { before = "…" + before.suffix(margin - 1) }
      let room = max(Self.lineLimit - before.count - marked.count, 8)
      if after.count > room { after = after.prefix(room - 1) + "…" }
    }
    self.line = line
    text = before + marked + after
    indent = DisplayWidth.width(before)
    width = max(DisplayWidth.width(marked), 1)
  }

  private static func shown(_ text: String) -> String {
    text.reduce(into: "") { $0 += DisplayWidth.shown($1) }
  }
}
