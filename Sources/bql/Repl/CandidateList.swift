import BQLOutput

/// Arranges completion candidates in columns, as `ls` does.
enum CandidateList {
  /// More candidates than this are counted, not listed.
  static let limit = 200

  /// Returns lines of at most `width` columns, each ended.
  static func text(_ candidates: [String], width: Int) -> String {
    let shown = candidates.prefix(limit)
    let cell = (shown.map { DisplayWidth.of($0) }.max() ?? 0) + 2
    let columnCount = max(1, width / cell)
    let rowCount = (shown.count + columnCount - 1) / columnCount
    var lines = ""
    for row in 0..<rowCount {
      var line = ""
      for column in 0..<columnCount where column * rowCount + row < shown.count {
        let candidate = shown[column * rowCount + row]
        let isLast = (column + 1) * rowCount + row >= shown.count
        let padding = isLast ? 0 : cell - DisplayWidth.of(candidate)
        line += candidate + String(repeating: " ", count: padding)
      }
      lines += line + "\n"
    }
    if candidates.count > limit { lines += "and \(candidates.count - limit) more\n" }
    return lines
  }
}
