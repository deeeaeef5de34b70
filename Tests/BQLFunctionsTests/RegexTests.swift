import BQLColumnar
import BQLFunctions
import BQLTestSupport
import Testing

struct RegexTests {
  static func matches(_ pattern: String, _ text: String) throws -> Bool {
    let value = try Calculator.call("regex", [.text(text), .text(pattern)])
    return value == .bool(true)
  }

  @Test(arguments: [
    ("a", "cab", true), ("^a", "cab", false), ("b$", "cab", true), ("^$", "", true),
    ("", "x", true),
    ("a|^b", "cb", false), ("(a|b)*c", "ababc", true), ("^(a|b)+$", "abc", false),
    ("a{2,3}", "aa", true),
    ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aa", true), ("^a{2,}$", "aaaaa", true),
    ("a{,3}", "a{,3}", true),
    ("x{", "x{", true), ("[^a-c]", "abc", false), ("[^a-c]", "abcd", true), ("[]a]", "]", true),
    ("[a-]", "-", true), ("[\\d.]+", "1.5", true), ("^[[:alpha:]]+$", "é", true),
    ("[[:digit:][:space:]]", "x y", true),
    ("\\d", "x", false), ("\\D", "1", false), ("\\w+", "_", true), ("^\\W$", "é", false),
    ("\\s", "a\tb", true),
    ("\\bcat\\b", "a cat.", true), ("\\bcat\\b", "cats", false), ("\\Bat", "cat", true),
    ("\\.", "a", false),
    (".", "\n", true), ("^.$", "é", true), ("^.$", "日", true), ("日+", "x日日", true),
    ("(?i)ÄPFEL", "äpfel", true),
    ("(?i)[a-c]+$", "ABC", true), ("(?i)[^a]", "A", false), ("(?i)straße", "STRASSE", false),
    ("(?:ab)+$", "abab", true),
    ("(a*)*$", "b", true), ("(a*)+b", "aaab", true), ("(|a)+b", "b", true), ("a??b", "b", true),
    ("\\Aab\\Z", "ab", true),
    ("(((){9}){9}){9}x", "x", true), ("a.*z", "a--\nz", true), ("\\t", "\t", true),
    ("[\\]]", "]", true),
  ])
  func matchesAsExpected(_ pattern: String, _ text: String, _ expected: Bool) throws {
    #expect(try Self.matches(pattern, text) == expected)
  }

  @Test(arguments: [
    ("(", 1), ("a)", 2), ("*a", 1), ("a**", 3), ("a{2}{3}", 5), ("[a", 1), ("a\\", 2), ("[z-a]", 2),
    ("a{3,2}", 2), ("a{1001}", 2), ("(?=a)", 1), ("(a)\\1", 4), ("\\q", 1), ("[[:vowel:]]", 4),
    ("a|*", 3),
    ("[a-\\d]", 4),
  ])
  func namesTheBadCharacter(_ pattern: String, _ position: Int) {
    #expect {
      try Self.matches(pattern, "text")
    } throws: { error in
      guard case .badArgument(let message) = error as? FunctionError else { return false }
      return message.hasPrefix("regular expression, character \(position):")
    }
  }

  @Test func countsThatMultiplyAreRefused() {
    for pattern in ["((a{100}){100}){100}", "(a{1000}){1000}"] {
      #expect(throws: FunctionError.self) { try Self.matches(pattern, "a") }
    }
  }

  @Test func groupsNestToALimit() throws {
    let deep = String(repeating: "(", count: 150) + "a" + String(repeating: ")", count: 150)
    #expect(try Self.matches(deep, "a"))
    let deeper = String(repeating: "(", count: 100_000)
    #expect(throws: FunctionError.self) { try Self.matches(deeper, "a") }
  }

  /// A backtracking matcher would need 2^n steps here.
  @Test func aHardPatternStaysLinear() throws {
    let text = String(repeating: "a", count: 5_000) + "b"
    #expect(try !Self.matches("^(a|a)*$", text))
    #expect(try !Self.matches("^(a*)*$", text))
  }

  @Test(arguments: [UInt64(11), 12, 13])
  func agreesWithBacktracking(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<3_000 {
      let tree = NaivePattern.make(depth: 3, using: &random)
      let length = Int.random(in: 0...6, using: &random)
      let text = (0..<length).map { _ in
        ["a", "b", "c"][Int.random(in: 0..<3, using: &random)]
      }
      let expected = (0...length).contains { start in
        tree.match(text, start) { _ in true }
      }
      let pattern = tree.pattern
      #expect(
        try Self.matches(pattern, text.joined()) == expected,
        "seed \(seed): '\(pattern)' on '\(text.joined())'"
      )
    }
  }
}

/// Matches by trying every way, one after the other.
private indirect enum NaivePattern {
  case letter(String)
  case any
  case set([String], negated: Bool)
  case start
  case end
  case sequence(NaivePattern, NaivePattern)
  case either(NaivePattern, NaivePattern)
  case repeated(NaivePattern, Int, Int?)

  static func make(depth: Int, using random: inout SeededGenerator) -> NaivePattern {
    let letters = ["a", "b", "c"]
    let kind = Int.random(in: 0..<(depth == 0 ? 5 : 9), using: &random)
    switch kind {
    case 0, 1: return .letter(letters[Int.random(in: 0..<3, using: &random)])
    case 2: return .any
    case 3:
      return .set(
        Array(letters.shuffled(using: &random).prefix(2)),
        negated: random.next() % 2 == 0
      )
    case 4: return random.next() % 2 == 0 ? .start : .end
    case 5, 6:
      return .sequence(
        make(depth: depth - 1, using: &random),
        make(depth: depth - 1, using: &random)
      )
    case 7:
      return .either(make(depth: depth - 1, using: &random), make(depth: depth - 1, using: &random))
    default:
      let minimum = Int.random(in: 0...2, using: &random)
      let maximum = random.next() % 2 == 0 ? nil : minimum + Int.random(in: 0...2, using: &random)
      return .repeated(make(depth: depth - 1, using: &random), minimum, maximum)
    }
  }

  var pattern: String {
    switch self {
    case .letter(let letter): letter
    case .any: "."
    case .set(let letters, let negated): "[\(negated ? "^" : "")\(letters.joined())]"
    case .start: "^"
    case .end: "$"
    case .sequence(let first, let second): first.pattern + second.pattern
    case .either(let first, let second): "(\(first.pattern)|\(second.pattern))"
    case .repeated(let node, let minimum, let maximum):
      "(\(node.pattern)){\(minimum),\(maximum.map(String.init) ?? "")}"
    }
  }

  /// Calls `then` with every position that a match from `position` may end at, until it says true.
  func match(_ text: [String], _ position: Int, _ then: (Int) -> Bool) -> Bool {
    switch self {
    case .letter(let letter):
      return position < text.count && text[position] == letter && then(position + 1)
    case .any: return position < text.count && then(position + 1)
    case .set(let letters, let negated):
      return position < text.count && letters.contains(text[position]) != negated
        && then(position + 1)
    case .start: return position == 0 && then(position)
    case .end: return position == text.count && then(position)
    case .sequence(let first, let second):
      return first.match(text, position) { second.match(text, $0, then) }
    case .either(let first, let second):
      return first.match(text, position, then) || second.match(text, position, then)
    case .repeated(let node, let minimum, let maximum):
      if minimum > 0 {
        let rest = NaivePattern.repeated(node, minimum - 1, maximum.map { $0 - 1 })
        return node.match(text, position) { rest.match(text, $0, then) }
      }
      if then(position) { return true }
      if maximum == 0 { return false }
      let rest = NaivePattern.repeated(node, 0, maximum.map { $0 - 1 })
      // A round that takes nothing adds nothing.
      return node.match(text, position) { $0 > position && rest.match(text, $0, then) }
    }
  }
}

struct LikeTests {
  @Test(arguments: [
    ("abc", "abc", true), ("abc", "ab", false), ("abc", "a%", true), ("abc", "%c", true),
    ("abc", "%b%", true), ("abc", "_b_", true), ("abc", "_", false), ("", "%", true),
    ("", "", true),
    ("", "_", false), ("é", "_", true), ("日本", "日_", true), ("日本", "%_本", true),
    ("a%b", "a\\%b", true),
    ("axb", "a\\%b", false), ("a\\b", "a\\\\b", true), ("aab", "%ab", true), ("abab", "%ab", true),
    ("ABC", "abc", false), ("日", "__", false), ("日", "%_", true), ("mississippi", "%iss%ip%", true),
  ])
  func likeMatches(_ text: String, _ pattern: String, _ expected: Bool) throws {
    let value = try Calculator.call("like", [.text(text), .text(pattern)])
    #expect(value == .bool(expected))
  }

  @Test(arguments: [("ÄB", "äb", true), ("Abc", "%BC", true), ("abc", "B%", false)])
  func ilikeIgnoresCase(_ text: String, _ pattern: String, _ expected: Bool) throws {
    let value = try Calculator.call("ilike", [.text(text), .text(pattern)])
    #expect(value == .bool(expected))
  }

  @Test func agreesWithTryingEveryWay() throws {
    var random = SeededGenerator(seed: 21)
    func naive(_ text: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
      guard let first = pattern.first else { return text.isEmpty }
      if first == "%" {
        return (0...text.count).contains { naive(text.dropFirst($0), pattern.dropFirst()) }
      }
      guard let letter = text.first, first == "_" || first == letter else { return false }
      return naive(text.dropFirst(), pattern.dropFirst())
    }
    for _ in 0..<5_000 {
      let text = (0..<Int.random(in: 0...7, using: &random)).map { _ in
        ["a", "é"][Int.random(in: 0..<2, using: &random)]
      }
      let pattern = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        ["a", "é", "_", "%"][Int.random(in: 0..<4, using: &random)]
      }
      let value = try Calculator.call("like", [.text(text.joined()), .text(pattern.joined())])
      #expect(value == .bool(naive(text[...], pattern[...])), "\(text) LIKE \(pattern)")
    }
  }
}
