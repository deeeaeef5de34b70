/// Says how a table is drawn.
package struct TableStyle: Hashable, Sendable {
  /// The terminal's columns; nil draws every column in full.
  package var width: Int?
  /// Whether headings are bold and rules and NULLs dim.
  package var isColored: Bool
  /// Whether only ASCII is drawn, for terminals without UTF-8.
  package var isASCII: Bool
  /// Whether the number of rows stands below.
  package var showsRowCount: Bool
  /// What stands for NULL.
  package var null: String

  package init(
    width: Int? = nil,
    isColored: Bool = false,
    isASCII: Bool = false,
    showsRowCount: Bool = false,
    null: String = "NULL"
  ) {
    self.width = width
    self.isColored = isColored
    self.isASCII = isASCII
    self.showsRowCount = showsRowCount
    self.null = null
  }

  var bar: String { isASCII ? "|" : "│" }
  var rule: String { isASCII ? "-" : "─" }
  var crossing: String { isASCII ? "+" : "┼" }
  var ellipsis: String { isASCII ? "..." : "…" }

  func dim(_ text: String) -> String { isColored ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
  func bold(_ text: String) -> String { isColored ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
}
