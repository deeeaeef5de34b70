/// Finds files that hold more than one concept can need.
enum FileLength {
  static let limit = 400
  /// Operators and their precedence are one table, which would be harder to follow in parts.
  static let longer = ["Sources/BQLSyntax/Parser/Parser+Expression.swift": 600]

  static func findings(_ file: SourceFile) -> [Finding] {
    let limit = longer[file.path] ?? limit
    guard file.lines.count > limit else { return [] }
    return [file.finding(limit, "a file of \(file.lines.count) lines; \(limit) at most")]
  }
}
