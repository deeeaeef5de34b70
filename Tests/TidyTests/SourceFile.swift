/// Holds one Swift file, as written and with its comments and texts blanked.
struct SourceFile: Sendable {
  /// The path from the repository's root.
  let path: String
  let lines: [String]
  /// The lines with spaces for comments and for what stands in quotes: what is left is code.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    lines = Self.split(text)
    code = Self.split(CodeEraser.code(of: text))
  }

  /// The target's folder: `BQLSyntax` for `Sources/BQLSyntax/Lexer/Token.swift`.
  var target: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : nil
  }

  var isSource: Bool { path.hasPrefix("Sources/") }

  /// The last part of the path, without `.swift`.
  var name: String {
    let last = path.split(separator: "/").last ?? ""
    return last.hasSuffix(".swift") ? String(last.dropLast(6)) : String(last)
  }

  func finding(_ index: Int, _ rule: String) -> Finding {
    Finding(path: path, line: index + 1, rule: rule)
  }

  private static func split(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

/// Names a place where a rule is broken, and the rule.
struct Finding: Hashable, CustomStringConvertible {
  var path: String
  var line: Int
  var rule: String

  var description: String { "\(path):\(line): \(rule)" }
}
