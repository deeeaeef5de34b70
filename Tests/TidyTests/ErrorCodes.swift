/// Compares the catalogue of messages with the page that explains them.
enum ErrorCodes {
  /// Returns each code's line, from 0, and text: `case unknownEvent = "B0204"`.
  static func codes(_ catalogue: SourceFile) -> [(line: Int, code: String)] {
    catalogue.lines.enumerated().compactMap { line, text in
      let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
      guard text.contains("case "), parts.count == 3, parts[1].hasPrefix("B") else { return nil }
      return (line, String(parts[1]))
    }
  }

  /// Finds codes that the page does not name, and codes on the page that do not exist.
  static func findings(_ catalogue: SourceFile, page: String) -> [Finding] {
    let codes = codes(catalogue)
    let words = page.split { !($0.isLetter || $0.isNumber) }
    let named = Set(words.map(String.init).filter(isCode))
    let missing = codes.filter { !named.contains($0.code) }.map {
      catalogue.finding($0.line, "docs/errors.md does not explain \($0.code)")
    }
    let unknown = named.subtracting(codes.map(\.code)).sorted().map {
      Finding(path: "docs/errors.md", line: 1, rule: "\($0) is no code of the catalogue")
    }
    return missing + unknown
  }

  private static func isCode(_ word: String) -> Bool {
    word.count == 5 && word.hasPrefix("B") && word.dropFirst().allSatisfy { $0.isNumber }
  }
}
