import BQLSyntax
import BQLTestSupport
import Testing

/// The parser answers any text with statements and messages whose places lie in the text.
@Suite struct RobustnessTests {
  private func check(_ text: String, _ comment: Comment) {
    let source = Source(name: "soup.bq", text: text)
    let count = text.utf8.count
    let (statements, diagnostics) = Parser.parse(source)
    for diagnostic in diagnostics {
      let ranges = [diagnostic.range] + diagnostic.secondary.map(\.range)
      #expect(ranges.allSatisfy { 0 <= $0.start && $0.start <= $0.end && $0.end <= count }, comment)
      #expect(DiagnosticRenderer().render(diagnostic, in: source).hasSuffix("\n"), comment)
    }
    for statement in statements {
      #expect(statement.range.start < statement.range.end && statement.range.end <= count, comment)
      #expect(!Formatter.print(statement).isEmpty, comment)
    }
    let outline = ScriptOutline(text)
    #expect(outline.statements.allSatisfy { $0.end <= count }, comment)
  }

  @Test func tokenSoup() {
    let words =
      Keyword.allCases.map(\.rawValue) + Symbol.allCases.map(\.rawValue)
      + Symbol.allCases.map(\.rawValue) + [
        "a", "b", "'text'", "\"name\"", "1", "2.5", "7d", ":p", ";", "\n", "(", ")", ",", "'", "\"",
        "/*", "--", "1__0", "é", "✗", "view", "cart", "SELECT", "FUNNEL", "FROM",
      ]
    for seed in 0..<3000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let length = Int.random(in: 1...40, using: &random)
      var parts = (0..<length).map { _ in words.randomElement(using: &random) ?? "" }
      if seed % 2 == 0 {
        parts.insert(["SELECT", "FUNNEL", "LOAD 'a'", "LET x ="][Int(seed / 2 % 4)], at: 0)
      }
      check(parts.joined(separator: seed % 3 == 0 ? "" : " "), "seed \(seed)")
    }
  }

  @Test func damagedStatements() {
    for (number, text) in LanguageExampleTests.implemented.enumerated() {
      var random = SeededGenerator(seed: UInt64(number))
      for round in 0..<60 {
        var bytes = Array(text.utf8)
        for _ in 0...(round % 4) {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch UInt8.random(in: 0...2, using: &random) {
          case 0: bytes.remove(at: place)
          case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
          default: bytes.insert(bytes.randomElement(using: &random) ?? 0, at: place)
          }
          if bytes.isEmpty { bytes = [0] }
        }
        check(String(decoding: bytes, as: UTF8.self), "example \(number), round \(round)")
      }
    }
  }

  @Test func prefixesOfStatements() {
    for text in LanguageExampleTests.implemented {
      for length in 0...text.utf8.count {
        check(String(decoding: text.utf8.prefix(length), as: UTF8.self), "\(length) of \(text)")
      }
    }
  }

  @Test func randomBytesAreCut() {
    for seed in 0..<2000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let count = Int.random(in: 0...60, using: &random)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let result = Lexer.tokenize(bytes)
      #expect(result.tokens.last?.kind == .end, "seed \(seed)")
      var end = 0
      for token in result.tokens {
        #expect(end <= token.range.start && token.range.end <= count, "seed \(seed)")
        end = token.range.end
      }
      #expect(result.diagnostics.allSatisfy { $0.range.end <= count }, "seed \(seed)")
    }
  }

  @Test(arguments: [
    "(", "NOT ", "- ", "f(", "CASE WHEN ", "a IN (", "CAST(", "(SELECT ", "EXISTS (SELECT ",
    "x FROM (SELECT ", "1 UNION (SELECT ", "a[", "a + (", "sum(x) OVER (ORDER BY ",
  ])
  func deepNestingIsRefused(_ opener: String) {
    let text = "SELECT " + String(repeating: opener, count: 100_000)
    let found = diagnostics(text)
    #expect(found.count == 1)
    #expect(found.first?.code == (opener == "a[" ? .unexpectedToken : .nestingTooDeep))
  }

  @Test(arguments: ["(", "(b JOIN ", "(FROM ", "(SUMMARIZE "])
  func deepTablesAreRefused(_ opener: String) {
    let text = "SELECT a FROM " + String(repeating: opener, count: 100_000)
    #expect(diagnostics(text).map(\.code) == [.nestingTooDeep])
  }

  @Test(arguments: [
    " + 1", " OR a", "::int", " IS NULL", " BETWEEN 1 AND 2", " || a", " AND NOT a",
  ])
  func longChainsAreRefused(_ link: String) {
    let text = "SELECT a" + String(repeating: link, count: 100_000)
    #expect(diagnostics(text).map(\.code) == [.nestingTooDeep])
    #expect(diagnostics("SELECT a" + String(repeating: link, count: 900)).isEmpty)
  }

  @Test func chainsInParenthesesAddUp() {
    // 150 levels of 100 operators each: a tree 15,000 high.
    var text = "a"
    for _ in 0..<150 { text = "(" + text + String(repeating: " + 1", count: 100) + ")" }
    #expect(diagnostics("SELECT " + text).map(\.code) == [.nestingTooDeep])
  }

  @Test func manyJoinsAreRefused() {
    let text = "SELECT a FROM t" + String(repeating: ", t", count: 100_000)
    #expect(diagnostics(text).map(\.code) == [.nestingTooDeep])
  }

  @Test func longListsAreRead() {
    let numbers = (0..<100_000).map(String.init).joined(separator: ", ")
    #expect(diagnostics("SELECT a IN (\(numbers))").isEmpty)
    #expect(diagnostics("SELECT 1" + String(repeating: " UNION ALL SELECT 1", count: 5000)).isEmpty)
    #expect(parse(String(repeating: "SELECT 1;\n", count: 20_000)).count == 20_000)
  }
}
