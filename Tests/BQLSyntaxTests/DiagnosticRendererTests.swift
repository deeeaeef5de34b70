import BQLJSON
import BQLSyntax
import Testing

@Suite struct DiagnosticRendererTests {
  private let script = Source(
    name: "weekly.bq",
    text: """
      LOAD 'events.csv';

      FUNNEL view, cart, purchse BY brand
      """
  )

  @Test func messageWithItsPlace() {
    let diagnostic = Diagnostic(
      .unknownEvent,
      "unknown event 'purchse'",
      at: SourceRange(39, 46),
      label: "no such value in events.event_type",
      hints: [
        "did you mean 'purchase'?", "known events: view, cart, remove_from_cart, purchase",
      ]
    )
    #expect(
      DiagnosticRenderer().render(diagnostic, in: script) == """
        error[B0204]: unknown event 'purchse'
         --> weekly.bq:3:20
          |
        3 | FUNNEL view, cart, purchse BY brand
          |                    ^^^^^^^ no such value in events.event_type
          = help: did you mean 'purchase'? known events: view, cart, remove_from_cart, purchase

        """
    )
  }

  @Test func warningWithoutSource() {
    let diagnostic = Diagnostic(
      .unknownEvent,
      "unknown event 'x'",
      at: SourceRange(0, 0),
      hints: ["one", "two"],
      severity: .warning
    )
    #expect(
      DiagnosticRenderer().render(diagnostic, in: nil)
        == "warning[B0204]: unknown event 'x'\n  = help: one; two\n"
    )
  }

  @Test func wideCharactersAndTabsKeepTheCaretInPlace() {
    let text = "SELECT '名前',\té😀 ==\u{1B} 1"
    let start = text.utf8.count - 5
    let diagnostic = Diagnostic(.unexpectedToken, "m", at: SourceRange(start, start + 2))
    #expect(
      DiagnosticRenderer().render(diagnostic, in: Source(name: "a", text: text)) == """
        error[B0101]: m
         --> a:1:17
          |
        1 | SELECT '名前',    é😀 ==\u{FFFD} 1
          |                       ^^

        """
    )
  }

  @Test func severalLinesAndLabels() {
    let lines = (1...12).map { "line \($0)" }.joined(separator: "\n")
    let source = Source(name: "a", text: lines)
    let diagnostic = Diagnostic(
      .unexpectedToken,
      "m",
      at: SourceRange(49, 70),
      label: "here",
      secondary: [
        .init(range: SourceRange(0, 4), message: "opened"),
        .init(range: SourceRange(54, 55), message: "eight"),
      ]
    )
    #expect(
      DiagnosticRenderer().render(diagnostic, in: source) == """
        error[B0101]: m
          --> a:8:1
           |
         1 | line 1
           | ---- opened
        ...
         8 | line 8
           | ^^^^^^
           |      - eight
        ...
        10 | line 10
           | ^^^^^^^ here

        """
    )
  }

  @Test func placeBehindTheText() {
    let diagnostic = Diagnostic(.unexpectedToken, "m", at: SourceRange(9, 9), label: "end")
    #expect(
      DiagnosticRenderer().render(diagnostic, in: Source(name: "a", text: "FUNNEL a,")) == """
        error[B0101]: m
         --> a:1:10
          |
        1 | FUNNEL a,
          |          ^ end

        """
    )
    let empty = DiagnosticRenderer().render(diagnostic, in: Source(name: "a", text: ""))
    #expect(empty == "error[B0101]: m\n --> a:1:1\n  |\n1 |\n  | ^ end\n")
  }

  @Test func longLinesAreCutAroundTheMark() {
    let text = String(repeating: "a, ", count: 1000) + "XY" + String(repeating: ", b", count: 1000)
    let diagnostic = Diagnostic(.unexpectedToken, "m", at: SourceRange(3000, 3002))
    let lines = DiagnosticRenderer().render(diagnostic, in: Source(name: "a", text: text))
      .split(separator: "\n")
    #expect(lines[3].count <= SourceLineLimit.cells + 4)
    #expect(lines[3].contains("…") && lines[3].contains("XY"))
    let column = lines[4].distance(
      from: lines[4].startIndex,
      to: lines[4].firstIndex(of: "^") ?? lines[4].startIndex
    )
    #expect(String(lines[3].dropFirst(column).prefix(2)) == "XY")
  }

  private enum SourceLineLimit { static let cells = 160 }

  @Test func colours() {
    let diagnostic = Diagnostic(.unexpectedToken, "m", at: SourceRange(0, 4), hints: ["h"])
    let text = DiagnosticRenderer(isColored: true).render(diagnostic, in: script)
    #expect(text.hasPrefix("\u{1B}[1;31merror[B0101]\u{1B}[0m\u{1B}[1m: m\u{1B}[0m\n"))
    #expect(text.contains("\u{1B}[1;31m^^^^\u{1B}[0m"))
    var plain = ""
    var isEscape = false
    for character in text {
      if character == "\u{1B}" { isEscape = true }
      if !isEscape { plain.append(character) }
      if character == "m", isEscape { isEscape = false }
    }
    #expect(plain == DiagnosticRenderer().render(diagnostic, in: script))
  }

  @Test func jsonLine() throws {
    let diagnostic = Diagnostic(
      .repeatedClause,
      "a \"b\"",
      at: SourceRange(20, 30),
      label: "l",
      secondary: [.init(range: SourceRange(0, 4), message: "s")],
      hints: ["h"]
    )
    let line = DiagnosticRenderer.json(diagnostic, in: script)
    #expect(
      line == """
        {"code":"B0102","severity":"error","message":"a \\"b\\"","file":"weekly.bq","line":3,\
        "column":1,"end_line":3,"end_column":11,"label":"l","hints":["h"],"secondary":[{"line":1,\
        "column":1,"end_line":1,"end_column":5,"label":"s"}]}

        """
    )
    #expect(try JSONReader.read(Array(line.utf8))["code"]?.text == "B0102")
    #expect(
      DiagnosticRenderer.json(diagnostic, in: nil).contains("\"file\":null,\"line\":null,")
    )
  }

  @Test func positions() {
    let index = LineIndex(Source(name: "a", text: "é名\r\n\n👩‍👩‍👧b"))
    let places = [0, 2, 5, 7, 8, 26].map { index.position(of: $0) }
    #expect(places.map(\.line) == [1, 1, 1, 2, 3, 3])
    #expect(places.map(\.column) == [1, 2, 3, 1, 1, 2])
    #expect(index.position(of: 1) == index.position(of: 0))
    #expect(index.position(of: -5).column == 1)
    #expect(index.position(of: 999).line == 3)
    #expect(index.lineCount == 3)
  }
}
