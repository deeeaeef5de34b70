import BQLSyntax
import Glibc
import Testing

/// The grammar files say what the parser reads.
@Suite struct GrammarTests {
  private let keywords = Set(Keyword.allCases.map(\.rawValue))

  @Test func keywordFileListsTheKeywords() throws {
    let lines = try contents("grammar/keywords.txt").split(separator: "\n").map(String.init)
    #expect(lines == keywords.sorted())
  }

  @Test func grammarNamesEveryKeywordAndNoOther() throws {
    let terminals = try quotedTerminals()
    let words = terminals.filter { $0.first?.isLetter == true }
    #expect(words.subtracting(keywords).isEmpty)
    #expect(keywords.subtracting(words).isEmpty)
  }

  @Test func grammarNamesOnlySignsOfTheLexer() throws {
    let signs = try quotedTerminals().filter { $0.first?.isLetter == false }
    let symbols = Set(Symbol.allCases.map(\.rawValue))
    #expect(signs.subtracting(symbols).isEmpty)
    // These are read for messages.
    let others: Set = ["=="]
    #expect(symbols.subtracting(signs) == others)
  }

  @Test func everyRuleIsDefinedOnceAndUsed() throws {
    let text = try withoutComments()
    var defined: [String] = []
    var used: Set<String> = []
    for rule in text.split(separator: ";\n") {
      let sides = rule.split(separator: "=", maxSplits: 1)
      guard sides.count == 2 else { continue }
      defined.append(trimmed(sides[0]))
      // Strings and special sequences hold no rule's name.
      var plain = ""
      var closing: Character?
      for character in sides[1] {
        if let end = closing {
          if character == end { closing = nil }
        } else if character == "\"" || character == "?" {
          closing = character
        } else {
          plain.append(character)
        }
      }
      let marks: Set<Character> = [",", "|", "(", ")", "[", "]", "{", "}"]
      used.formUnion(plain.split { marks.contains($0) }.map(trimmed).filter { !$0.isEmpty })
    }
    #expect(Set(defined).count == defined.count)
    #expect(used.subtracting(defined).isEmpty)
    #expect(Set(defined).subtracting(used) == ["script"])
  }

  @Test func reservedWordsAreNoColumns() throws {
    let text = try contents("grammar/bql.ebnf")
    let marker = try #require(text.range(of: "(* Reserved: "))
    let words = text[marker.upperBound...].prefix { $0 != "." }
      .split { $0 == " " || $0 == "\n" }.map(String.init)
    #expect(Set(words) == Set(Keyword.reserved.map(\.rawValue)))
    for keyword in Keyword.allCases {
      let text = "SELECT x, \(keyword.rawValue), y FROM t"
      let isColumn = diagnostics(text).isEmpty
      let isLiteral = [.null, .true, .false].contains(keyword)
      #expect(isColumn == (isLiteral || !Keyword.reserved.contains(keyword)), "\(text)")
    }
  }

  private func trimmed(_ text: some StringProtocol) -> String {
    text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
  }

  private func withoutComments() throws -> String {
    var result = ""
    var rest = try contents("grammar/bql.ebnf")[...]
    while let start = rest.range(of: "(*") {
      result += rest[..<start.lowerBound]
      let end = try #require(rest.range(of: "*)"))
      rest = rest[end.upperBound...]
    }
    return result + rest
  }

  private func quotedTerminals() throws -> Set<String> {
    var terminals: Set<String> = []
    for line in try withoutComments().split(separator: "\n") where !line.contains("= ?") {
      for (number, part) in line.split(separator: "\"", omittingEmptySubsequences: false)
        .enumerated()
      where number % 2 == 1 {
        terminals.insert(String(part))
      }
    }
    return terminals
  }

  /// Reads a file of the repository, found from this file's own path.
  private func contents(_ path: String) throws -> String {
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    // C's file functions work on a raw handle, which is closed at the end of this function.
    guard let file = unsafe fopen("/" + here + "/" + path, "r") else {
      Issue.record("cannot open \(path)")
      return ""
    }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    while true {
      let byte = unsafe fgetc(file)
      if byte == EOF { break }
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension StringProtocol {
  /// Finds a text; the standard library has no such method for plain texts without Foundation.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        return start..<index(start, offsetBy: text.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
