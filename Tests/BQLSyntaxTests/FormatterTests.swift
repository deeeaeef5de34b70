import BQLSyntax
import Testing

@Suite struct FormatterTests {
  @Test func printedTreesReadBackAsThemselves() {
    for seed in 0..<1200 as Range<UInt64> {
      var random = RandomSyntax(seed: seed)
      let tree = random.statement()
      let text = Formatter.print(tree)
      let (statements, diagnostics) = Parser.parse(Source(name: "", text: text))
      guard diagnostics.isEmpty, statements.count == 1 else {
        let messages = diagnostics.map { rendered($0, text) }.joined()
        Issue.record("seed \(seed): \(text)\n\(messages)")
        return
      }
      guard shape(statements[0]) == shape(tree) else {
        Issue.record("seed \(seed): \(text)\nprints as \(Formatter.print(statements[0]))")
        return
      }
    }
  }

  @Test func printingIsStableOnExamples() {
    for text in LanguageExampleTests.implemented {
      for statement in parse(text) {
        let printed = Formatter.print(statement)
        let again = parse(printed)
        #expect(again.count == 1)
        #expect(again.first.map { shape($0) } == shape(statement))
        #expect(again.first.map { Formatter.print($0) } == printed)
      }
    }
  }

  @Test(arguments: [
    ("select  a,b as c from t x where ((a))>1", "SELECT a, b AS c FROM t AS x WHERE a > 1"),
    ("SELECT (a+b)*c - (d - e)", "SELECT (a + b) * c - (d - e)"),
    ("SELECT - -5, -(-x)", "SELECT - -5, - -x"),
    ("SELECT NOT (a AND NOT b)", "SELECT NOT (a AND NOT b)"),
    ("ASSERT (insights on x) > 1", "ASSERT (INSIGHTS '…') > 1"),
    ("SELECT cast(a as int) != 90m", "SELECT a::int <> 90m"),
    ("SELECT 604800s, 1500s, 0.50s, 1 year", "SELECT 168h, 25m, 0.5s, 12 MONTHS"),
    (
      "(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3",
      "(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3"
    ),
    (
      "funnel view [price>1] {2} ? as b, (c|d) within 1h of previous by e top 5 within (1h,7d)",
      "FUNNEL view[price > 1]{2}? AS b, (c|d) WITHIN 1h OF PREVIOUS WITHIN (1h, 7d) BY e TOP 5"
    ),
    (
      "load 'a.csv' where x on error skip as log (user u, event e ('a b' as cart))",
      "LOAD 'a.csv' AS log (USER u, EVENT e (\"a b\" AS cart)) WHERE x ON ERROR SKIP"
    ),
    ("SUMMARIZE ( select 1 ) by a into 'x'", "SUMMARIZE (SELECT 1) BY a INTO 'x'"),
    ("help 'a;b'", "HELP 'a;b'"), ("help \"show tables\"", "HELP show tables"),
    (
      "load 'a' csv (header false, delimiter ';', skip 2)",
      "LOAD 'a' CSV (DELIMITER ';', HEADER FALSE, SKIP 2)"
    ),
  ])
  func canonicalText(_ text: String, printed: String) throws {
    #expect(try Formatter.print(statement(text)) == printed)
  }

  @Test func namesAreQuotedWhereTheyMustBe() {
    let nowhere = SourceRange(0, 0)
    #expect(Formatter.print(Identifier("a b", range: nowhere)) == "\"a b\"")
    #expect(Formatter.print(Identifier("7d", range: nowhere)) == "\"7d\"")
    #expect(Formatter.print(Identifier("time", range: nowhere)) == "time")
    let column = Expression(
      .column(qualifier: nil, name: Identifier("order", range: nowhere)),
      range: nowhere
    )
    #expect(Formatter.print(column) == "\"order\"")
  }
}
