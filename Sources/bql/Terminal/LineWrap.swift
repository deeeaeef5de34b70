import BQLOutput

/// Breaks long lines for a terminal between words.
enum LineWrap {
  /// Returns `text` with line feeds where it would pass `width` columns; further lines are indented.
  static func wrap(_ text: String, width: Int, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    // A narrow terminal breaks lines itself.
    guard width > indent + 20, DisplayWidth.of(text) > width else { return text }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if DisplayWidth.of(longer) > width, !line.isEmpty {
        lines.append(line)
        line = margin + word
      } else {
        line = longer
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
