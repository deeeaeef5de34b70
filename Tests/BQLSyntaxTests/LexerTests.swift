import BQLSyntax
import Testing

@Suite struct LexerTests {
  private func kinds(_ text: String) -> [Token.Kind] {
    Lexer.tokenize(Array(text.utf8)).tokens.map(\.kind)
  }

  private func codes(_ bytes: [UInt8]) -> [DiagnosticCode] {
    Lexer.tokenize(bytes).diagnostics.map(\.code)
  }

  @Test func numbers() {
    #expect(
      kinds("1 1_000 2.5 1e6 2.5E-3 .5 1. 007") == [
        .int(1), .int(1000), .number("2.5"), .number("1e6"), .number("2.5E-3"), .number("0.5"),
        .number("1.0"), .int(7), .end,
      ]
    )
  }

  @Test func integersBeyondInt64StayExactAsNumbers() {
    #expect(
      kinds("9223372036854775807 9223372036854775808") == [
        .int(.max), .number("9223372036854775808"), .end,
      ]
    )
  }

  @Test func rangeComesBeforePoint() {
    #expect(kinds("2..10") == [.int(2), .symbol(.dotDot), .int(10), .end])
    #expect(kinds("a.b") == [.word("a"), .symbol(.dot), .word("b"), .end])
  }

  @Test func durations() {
    let second: Int64 = 1_000_000
    #expect(
      kinds("30s 15m 1h 7d 2w 1.5H 0.000001s 1_000s") == [
        .duration(Duration(microseconds: 30 * second)),
        .duration(Duration(microseconds: 900 * second)),
        .duration(Duration(microseconds: 3600 * second)),
        .duration(Duration(microseconds: 7 * 86_400 * second)),
        .duration(Duration(microseconds: 14 * 86_400 * second)),
        .duration(Duration(microseconds: 5400 * second)),
        .duration(Duration(microseconds: 1)),
        .duration(Duration(microseconds: 1000 * second)),
        .end,
      ]
    )
  }

  @Test(arguments: [
    ("1__0", DiagnosticCode.badNumber), ("1_", .badNumber), ("1_x", .badNumber),
    ("5x", .badDuration), ("7days", .badDuration), ("3ms", .badDuration),
    ("99999999999999d", .badDuration), ("0.0000001s", .badDuration), ("1e6s", .badDuration),
    ("12abcde", .badNumber), ("0x1F", .badDuration),
  ])
  func badNumbers(_ text: String, code: DiagnosticCode) {
    let result = Lexer.tokenize(Array(text.utf8))
    #expect(result.diagnostics.map(\.code) == [code])
    #expect(result.diagnostics.first?.range == SourceRange(0, text.utf8.count))
    #expect(result.tokens.map(\.kind) == [.invalid, .end])
  }

  @Test func texts() {
    #expect(
      kinds("'it''s' '' \"Order \"\"x\"\" Date\" 'two\nlines'") == [
        .text("it's"), .text(""), .quotedName("Order \"x\" Date"), .text("two\nlines"), .end,
      ]
    )
  }

  @Test func unterminatedTextEndsWithItsLine() {
    let result = Lexer.tokenize(Array("a 'b c\nd".utf8))
    #expect(result.tokens.map(\.kind) == [.word("a"), .invalid, .word("d"), .end])
    #expect(result.diagnostics.map(\.code) == [.unterminatedText])
    #expect(result.diagnostics.first?.range == SourceRange(2, 6))
    #expect(result.open == .text)
    #expect(Lexer.tokenize(Array("\"a".utf8)).open == .quotedName)
  }

  @Test func comments() {
    #expect(
      kinds("#!/usr/bin/env bql\na -- b\nc /* d /* e */ f */ g") == [
        .word("a"), .word("c"), .word("g"), .end,
      ]
    )
    let open = Lexer.tokenize(Array("a /* b /* c */ d".utf8))
    #expect(open.diagnostics.map(\.code) == [.unterminatedComment])
    #expect(open.diagnostics.first?.range == SourceRange(2, 4))
    #expect(open.open == .comment)
  }

  @Test func hashBangIsACommentOnTheFirstLineAlone() {
    #expect(codes(Array("a\n#! b".utf8)) == [.unexpectedCharacter])
  }

  @Test func symbols() {
    let text = Symbol.allCases.map(\.rawValue).joined(separator: " ")
    #expect(kinds(text) == Symbol.allCases.map { .symbol($0) } + [.end])
    #expect(
      kinds("x::y :z a->b") == [
        .word("x"), .symbol(.doubleColon), .word("y"), .parameter("z"), .word("a"),
        .symbol(.arrow), .word("b"), .end,
      ]
    )
    #expect(
      kinds("a<>b<=c||d|e!~f") == [
        .word("a"), .symbol(.notEqual), .word("b"), .symbol(.lessOrEqual), .word("c"),
        .symbol(.concatenate), .word("d"), .symbol(.bar), .word("e"), .symbol(.notTilde),
        .word("f"), .end,
      ]
    )
  }

  @Test func wordsOfAnyScript() {
    #expect(
      kinds("naïve бренд 名前 _x a1") == ["naïve", "бренд", "名前", "_x", "a1"].map { .word($0) } + [
        .end
      ]
    )
  }

  @Test func keywordsIgnoreCase() {
    let tokens = Lexer.tokenize(Array("Funnel view \"select\"".utf8)).tokens
    #expect(tokens.map(\.keyword) == [.funnel, nil, nil, nil])
  }

  @Test func blanksOfOtherEditors() {
    #expect(kinds("\u{FEFF}a\u{A0}b\u{3000}c") == [.word("a"), .word("b"), .word("c"), .end])
  }

  @Test func linesAreNoted() {
    let tokens = Lexer.tokenize(Array("a b\n/* x */ c /*\n*/ d".utf8)).tokens
    #expect(tokens.map(\.startsLine) == [true, false, true, true, false])
  }

  @Test func strayBytesAreReportedOnce() {
    #expect(codes([0xFF, 0xFE, 0x80]) == [.unexpectedCharacter])
    #expect(codes(Array("a $$ b".utf8)) == [.unexpectedCharacter])
    #expect(codes([0x27, 0xFF, 0x27]) == [.unexpectedCharacter])
    #expect(codes([0xE2, 0x82]) == [.unexpectedCharacter])
    #expect(codes([0x00]) == [.unexpectedCharacter])
  }

  @Test func curlyQuotesAreReadAfterAnError() {
    let result = Lexer.tokenize(Array("‘abc’ “d e” ‘f".utf8))
    #expect(
      result.tokens.map(\.kind) == [.text("abc"), .quotedName("d e"), .invalid, .word("f"), .end]
    )
    #expect(result.diagnostics.count == 3)
    #expect(result.diagnostics.first?.hints == ["a text is written in straight quotes: 'abc'"])
  }
}
