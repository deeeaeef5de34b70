/// Finds functions that are too long to be read at once.
enum FunctionLength {
  static let limit = 70

  static func findings(_ file: SourceFile) -> [Finding] {
    functions(file).filter { $0.lineCount > limit }.map {
      file.finding($0.line, "a function of \($0.lineCount) lines; \(limit) at most: \($0.head)")
    }
  }

  struct Function: Equatable {
    /// Counted from 0.
    var line: Int
    var lineCount: Int
    var head: String
  }

  /// Returns what has a body: functions, initializers, subscripts and computed properties.
  ///
  /// The lines go from the declaration to the closing brace.
  static func functions(_ file: SourceFile) -> [Function] {
    file.code.indices.compactMap { line in
      guard let column = declaration(file.code[line]),
        let end = bodyEnd(file.code, line, column)
      else { return nil }
      let head = file.lines[line].drop { $0 == " " }
      return Function(line: line, lineCount: end - line + 1, head: String(head))
    }
  }

  private static let modifiers: Set = [
    "package", "public", "private", "fileprivate", "internal", "static", "final", "override",
    "mutating", "nonmutating", "consuming", "borrowing", "convenience", "required", "lazy", "weak",
    "nonisolated", "indirect", "isolated", "unowned", "unsafe",
  ]

  /// Returns where the declaration's keyword ends, nil where the line declares no function.
  private static func declaration(_ line: String) -> Int? {
    var rest = Substring(line).drop { $0 == " " }
    while true {
      if rest.first == "@" {
        rest = dropArguments(rest.dropFirst().drop { $0.isLetter || $0 == "_" })
      } else {
        let word = rest.prefix { $0.isLetter || $0 == "_" }
        switch word {
        case "func", "init", "deinit", "subscript", "var":
          return line.utf8.count - rest.utf8.count + word.utf8.count
        case _ where modifiers.contains(String(word)):
          rest = dropArguments(rest.dropFirst(word.count))
        default: return nil
        }
      }
      rest = rest.drop { $0 == " " }
    }
  }

  /// Drops `(…)` at the front: `private(set)`, `@inline(__always)`.
  private static func dropArguments(_ text: Substring) -> Substring {
    guard text.first == "(", let close = text.firstIndex(of: ")") else { return text }
    return text[text.index(after: close)...]
  }

  /// Returns the line of the brace that closes the body, nil if the declaration has none.
  private static func bodyEnd(_ code: [String], _ line: Int, _ column: Int) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in line..<code.count {
      let bytes = Array(code[index].utf8)
      if index > line, parentheses == 0, braces == 0, !continues(code[index]) { return nil }
      for byte in bytes.dropFirst(index == line ? column : 0) {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
        case UInt8(ascii: "{") where parentheses == 0 || braces > 0: braces += 1
        case UInt8(ascii: "}") where braces > 0:
          braces -= 1
          if braces == 0 { return index }
        case UInt8(ascii: "=") where parentheses == 0 && braces == 0 && isStored(bytes):
          return nil
        default: break
        }
      }
    }
    return nil
  }

  private static func isStored(_ line: [UInt8]) -> Bool {
    let code = String(decoding: line, as: UTF8.self)
    return code.contains("var ") && !code.contains("func ")
  }

  /// Tells whether a line carries a declaration on: its body, its result or its conditions.
  private static func continues(_ line: String) -> Bool {
    let text = line.drop { $0 == " " }
    return text.isEmpty || ["{", "where ", "->", "throws", "async"].contains { text.hasPrefix($0) }
  }
}
