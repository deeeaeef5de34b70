/// Holds the part of one source line that a label marks, ready to be shown.
struct SourceSnippet {
  /// Lines longer than this are cut around the mark.
  static let lineLimit = 160
  /// Bytes that are looked at before a mark, in it and behind it.
  private static let byteLimit = 16 * lineLimit

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
    // More bytes than these are never shown: a line may be as long as the text.
    var before = Self.shown(index.string(max(whole.start, start - Self.byteLimit), start))
    var marked = Self.shown(index.string(start, min(end, start + Self.byteLimit)))
    if marked.count > Self.lineLimit { marked = marked.prefix(Self.lineLimit - 1) + "…" }
    var after = Self.shown(index.string(end, min(whole.end, end + Self.byteLimit)))
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
