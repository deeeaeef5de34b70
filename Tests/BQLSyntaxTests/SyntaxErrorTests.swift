import BQLSyntax
import Testing

/// Each bad text gives one message: `code start..end message`, and what helps.
@Suite struct SyntaxErrorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var text: String
    var expected: String
    var hint: String

    init(_ text: String, _ expected: String, _ hint: String = "") {
      self.text = text
      self.expected = expected
      self.hint = hint
    }

    var testDescription: String { text }
  }

  @Test(arguments: statements + selects + expressions + funnels)
  func message(_ bad: Case) {
    let found = diagnostics(bad.text)
    let lines = found.map {
      "\($0.code.rawValue) \($0.range.start)..\($0.range.end) \($0.message)"
    }
    #expect(lines == [bad.expected])
    #expect(found.first?.hints.joined(separator: " / ") == bad.hint)
  }

  static let statements = [
    Case("FUNEL a", "B0101 0..5 expected a statement, found 'FUNEL'", "did you mean 'FUNNEL'?"),
    Case("42", "B0101 0..2 expected a statement, found '42'"),
    Case("; ) ", "B0101 2..3 expected a statement, found ')'"),
    Case(
      "LOAD events.csv",
      "B0101 5..11 expected a file in single quotes, found 'events'",
      "for example LOAD 'events.csv'"
    ),
    Case(
      "LOAD \"a.csv\"",
      "B0101 5..12 expected a file in single quotes, found a quoted name",
      "double quotes are for names; write 'a.csv'"
    ),
    Case(
      "LOAD 'a' (USR x)",
      "B0101 10..13 expected a role: USER, TIME, EVENT, SESSION, ITEM or VALUE, found 'USR'",
      "did you mean 'USER'?"
    ),
    Case("LOAD 'a' AS x AS y", "B0102 14..16 AS stands twice"),
    Case(
      "LOAD 'a' DEDUPE EXACT",
      "B0101 9..15 expected a clause of LOAD, found 'DEDUPE'",
      "did you mean 'DEDUP'?"
    ),
    Case("LOAD 'a' ON ERROR FAIL", "B0101 18..22 expected STOP, SKIP or NULL, found 'FAIL'"),
    Case("LET x FROM t", "B0101 6..10 expected '=', found 'FROM'"),
    Case(
      "LET a.b = FROM t",
      "B0101 5..6 expected '=', found '.'",
      "an attribute of users is defined with LET users.name = query"
    ),
    Case(
      "LET x = LOAD 'a'",
      "B0101 8..12 expected a query, found 'LOAD'",
      "LOAD answers no question, so it stands alone"
    ),
    Case("SET x == 5", "B0101 6..8 expected '=', found '=='", "write ="),
    Case(
      "SHOW TABELS",
      "B0101 5..11 expected TABLES, FUNCTIONS, SETTINGS, SEGMENTS, MODELS, STORAGE or LOADS, found "
        + "'TABELS'",
      "did you mean 'TABLES'?"
    ),
    Case("DESCRIBE", "B0101 8..8 expected a table, found the end of the text"),
    Case(
      "SUMMARIZE t BRAND",
      "B0101 12..17 expected BY or the end of the statement, found 'BRAND'"
    ),
    Case("ASSERT  -- a\n", "B0101 6..6 expected an expression, found the end of the text"),
    Case(
      "INCLUDE other",
      "B0101 8..13 expected a script in single quotes, found 'other'",
      "for example INCLUDE 'other.bq'"
    ),
    Case(
      "SHOW TABLES IN 'x'",
      "B0101 12..14 expected ';' or the end of the text, found 'IN'"
    ),
    Case(
      "SHOW TABLES INTOO 'x'",
      "B0101 12..17 expected ';' or the end of the text, found 'INTOO'",
      "did you mean 'INTO'?"
    ),
    Case(
      "SHOW TABLES\nFUNNEL a, b",
      "B0101 12..18 expected ';' before 'FUNNEL'",
      "a statement ends with ';'"
    ),
    Case(
      "SELECT a FROM t\nLOAD 'b'",
      "B0101 16..20 expected ';' before 'LOAD'",
      "a statement ends with ';'"
    ),
    Case(
      "SELECT 'a FROM t",
      "B0002 7..16 this text has no closing quote",
      "a quote inside is written twice: ''"
    ),
    Case(
      "SELECT 1 /* a",
      "B0003 9..11 this comment does not end",
      "a comment that starts with /* ends with */"
    ),
    Case(
      "SELECT a && b",
      "B0001 9..11 unexpected characters '&&'",
      "conditions are joined with AND"
    ),
    Case(
      "SELECT “a” FROM t",
      "B0001 7..14 curly quotes around 'a'",
      "a text is written in straight quotes: 'a'"
    ),
  ]

  static let selects = [
    Case(
      "SELECT a FORM t",
      "B0101 9..13 expected a clause of SELECT, found 'FORM'",
      "did you mean 'FROM'?"
    ),
    Case(
      "SELECT a FROM t WHRE b = 1",
      "B0101 16..20 expected a clause of SELECT, found 'WHRE'",
      "did you mean 'WHERE'?"
    ),
    Case(
      "SELECT a b c",
      "B0101 11..12 expected a clause of SELECT, found 'c'",
      "a ',' may be missing before 'c'"
    ),
    Case(
      "SELECT a, FROM t",
      "B0101 10..14 expected an expression, found 'FROM'",
      "the ',' before it may be one too many"
    ),
    Case("SELECT FROM t", "B0101 7..11 expected an expression, found 'FROM'"),
    Case(
      "SELECT order, b",
      "B0101 7..12 expected an expression, found 'order'",
      "a column of this name is written \"order\""
    ),
    Case("SELECT a FROM WHERE b", "B0101 14..19 expected a table, found 'WHERE'"),
    Case("SELECT a FROM t GROUP a", "B0101 22..23 expected BY, found 'a'"),
    Case(
      "SELECT a FROM t LIMIT 5 ORDER BY a",
      "B0101 24..29 ORDER BY stands before LIMIT",
      "the order is WHERE, GROUP BY, HAVING, QUALIFY, UNION, ORDER BY, LIMIT, OFFSET"
    ),
    Case("SELECT a FROM t WHERE b WHERE c", "B0102 24..29 WHERE stands twice"),
    Case(
      "SELECT a FROM t ORDER BY a NULLS b",
      "B0101 33..34 expected FIRST or LAST, found 'b'"
    ),
    Case(
      "SELECT a FROM t RIGHT JOIN u ON b",
      "B0101 16..21 expected an INNER, LEFT, SEMI, ANTI or CROSS JOIN, found 'RIGHT'",
      "RIGHT JOIN is not part of the language; LEFT JOIN may serve"
    ),
    Case("SELECT a FROM t JOIN u", "B0101 22..22 expected ON or USING, found the end of the text"),
    Case(
      "SELECT a FROM (SELECT 1",
      "B0101 23..23 expected ')', found the end of the text"
    ),
    Case(
      "SELECT * FROM (FROM t INTO 'x')",
      "B0101 22..26 expected ')', found 'INTO'",
      "INTO stands at the end of the whole statement"
    ),
    Case(
      "SELECT a FROM t)",
      "B0101 15..16 expected the end of the statement, found ')'",
      "this ')' closes nothing"
    ),
    Case(
      "WITH x AS (FROM t) FUNNEL a, b",
      "B0101 19..25 expected SELECT, found 'FUNNEL'",
      "WITH stands before SELECT; LET names a result for other statements"
    ),
    Case(
      "WITH RECURSIVE x AS (FROM t) FROM x",
      "B0101 15..16 expected AS, found 'x'",
      "recursive queries are not part of the language"
    ),
    Case(
      "SELECT 1 UNION FUNNEL a, b",
      "B0101 15..21 expected SELECT or a query in parentheses, found 'FUNNEL'"
    ),
  ]

  static let expressions = [
    Case("SELECT a == 1", "B0101 9..11 expected '=', found '=='", "equality is ="),
    Case(
      "SELECT 1 < 2 < 3",
      "B0101 13..14 expected AND, OR or the end of the condition, found '<'",
      "comparisons do not chain: a < b AND b < c"
    ),
    Case("SELECT (a + b FROM t", "B0101 14..18 expected ')', found 'FROM'"),
    Case("SELECT f(a, b FROM t", "B0101 14..18 expected ')', found 'FROM'"),
    Case("SELECT count(* FROM t", "B0101 15..19 expected ')', found 'FROM'"),
    Case(
      "SELECT (a, b)",
      "B0101 9..10 expected ')', found ','",
      "several values stand only behind IN and VALUES"
    ),
    Case("SELECT a +", "B0101 10..10 expected an expression, found the end of the text"),
    Case(
      "SELECT a IN 5",
      "B0101 12..13 expected '(', found '5'",
      "the values stand in parentheses: IN ('a', 'b')"
    ),
    Case(
      "SELECT a IS 5",
      "B0101 12..13 expected NULL, TRUE, FALSE or DISTINCT FROM, found '5'",
      "equality is written ="
    ),
    Case("SELECT a BETWEEN 1 OR 2", "B0101 19..21 expected AND, found 'OR'"),
    Case("SELECT CASE a THEN b END", "B0101 14..18 expected WHEN, found 'THEN'"),
    Case(
      "SELECT CASE WHEN a THEN b",
      "B0101 25..25 expected END, found the end of the text"
    ),
    Case("SELECT CAST(a int)", "B0101 14..17 expected AS, found 'int'"),
    Case(
      "SELECT a::decimal(10, 2)",
      "B0101 17..18 expected the end of the type, found '('",
      "the types are bool, int, float, text, timestamp, date, interval"
    ),
    Case(
      "SELECT trim(LEADING 'x' FROM a)",
      "B0101 12..19 expected BOTH or a text, found 'LEADING'",
      "one end is trimmed by ltrim(x, characters)"
    ),
    Case("SELECT sum(a) OVER b", "B0101 19..20 expected '(', found 'b'"),
    Case(
      "SELECT sum(a) OVER (ORDER BY b PARTITION BY c)",
      "B0101 31..40 expected ')', found 'PARTITION'",
      "a window is (PARTITION BY … ORDER BY … ROWS …), in this order"
    ),
    Case(
      "SELECT sum(a) OVER (ROWS 5)",
      "B0101 26..27 expected PRECEDING or FOLLOWING, found ')'"
    ),
    Case(
      "SELECT 7days",
      "B0005 7..12 unknown unit 'days' in '7days'",
      "did you mean '7 DAYS'?"
    ),
    Case("SELECT 1.5 MONTHS", "B0005 7..17 '1.5 MONTHS' is no exact span of time"),
  ]

  static let funnels = [
    Case(
      "FUNNEL a, b WITIN 7d",
      "B0101 12..17 expected ',' or a clause of FUNNEL, found 'WITIN'",
      "did you mean 'WITHIN'?"
    ),
    Case(
      "FUNNEL view cart",
      "B0101 12..16 expected ',' or a clause of FUNNEL, found 'cart'",
      "a ',' may be missing before 'cart'"
    ),
    Case("EVALUATE m TOP 1e309%", "B0101 15..20 expected a share such as 80%, found '1e309'"),
    Case("FUNNEL a, '', b", "B0101 10..12 an event's name holds no character"),
    Case(
      "LOAD 'x' (EVENT e ('' AS cart))",
      "B0101 19..21 an event's name holds no character"
    ),
    Case("FUNNEL a, b,", "B0101 12..12 expected a step, found the end of the text"),
    Case(
      "FUNNEL a, b, BY brand",
      "B0101 13..15 expected a step, found 'BY'",
      "the ',' before it may be one too many"
    ),
    Case(
      "FUNNEL a -> b",
      "B0101 9..11 expected ',' or a clause of FUNNEL, found '->'",
      "the steps are separated by commas"
    ),
    Case(
      "FUNNEL add-to-cart",
      "B0101 10..11 expected ',' or a clause of FUNNEL, found '-'",
      "an event's name with signs is written in double quotes: \"add-to-cart\""
    ),
    Case(
      "FUNNEL a WITHIN 7d, b",
      "B0101 18..19 expected a clause of FUNNEL, found ','",
      "the steps stand before all clauses; a step's own limit is WITHIN 1h OF PREVIOUS"
    ),
    Case(
      "FUNNEL a, b WITHIN 7",
      "B0005 19..20 the span '7' has no unit",
      "the units are s, m (minute), h, d and w: 7d"
    ),
    Case(
      "FUNNEL a, b WITHIN x",
      "B0101 19..20 expected a span of time, found 'x'",
      "for example 30m, 7d or 3 MONTHS"
    ),
    Case(
      "FUNNEL a, b MODE LOSE",
      "B0101 17..21 expected LOOSE, STRICT, NOREPEAT or ANY, found 'LOSE'",
      "did you mean 'LOOSE'?"
    ),
    Case("FUNNEL a, b WITHIN 7d BY c WITHIN 8d", "B0102 27..33 WITHIN stands twice"),
    Case("FUNNEL a, b BY c BY d", "B0102 17..19 BY stands twice"),
    Case(
      "FUNNEL (a|b, c",
      "B0101 11..12 expected '|' or ')', found ','",
      "alternatives are separated by '|': (a|b)"
    ),
    Case("FUNNEL a[b > 1, c", "B0101 14..15 expected ']', found ','"),
    Case("FUNNEL a{0}", "B0004 9..10 the number of repetitions is at least 1, found 0"),
    Case(
      "FUNNEL a AS x{2}",
      "B0101 13..14 expected ',' or a clause of FUNNEL, found '{'",
      "a step is name[condition]{n}? AS label WITHIN 1h OF PREVIOUS, in this order"
    ),
    Case(
      "FUNNEL a, b TOP 5",
      "B0101 12..15 expected a clause of FUNNEL, found 'TOP'",
      "TOP stands directly behind BY's dimensions"
    ),
    Case(
      "FUNNEL a, b PER brand",
      "B0101 16..21 expected user, session or columns in parentheses, found 'brand'",
      "a column stands in parentheses: PER (column)"
    ),
    Case(
      "FUNNEL a, b PER sesion",
      "B0101 16..22 expected user, session or columns in parentheses, found 'sesion'",
      "did you mean 'SESSION'?"
    ),
    Case("FUNNEL a, b SHOW DROPPED b", "B0101 25..26 expected BEFORE or AFTER, found 'b'"),
    Case("FUNNEL a, b SHOW TREND year", "B0101 23..27 expected DAY, WEEK or MONTH, found 'year'"),
    Case(
      "FUNNEL a, b ATTRIBUTE STEP x",
      "B0101 27..28 expected the step's number, found 'x'"
    ),
    Case("FUNNEL a, b COMPARE x", "B0101 21..21 expected VS, found the end of the text"),
    Case("FUNNEL a, b MATURE", "B0101 18..18 expected ONLY, found the end of the text"),
    Case("FUNNEL", "B0101 6..6 expected a step, found the end of the text"),
  ]

  @Test func secondaryLabelsPointAtTheOther() {
    let open = diagnostics("SELECT (a + b FROM t")
    #expect(open.first?.secondary.map(\.range) == [SourceRange(7, 8)])
    #expect(open.first?.secondary.map(\.message) == ["'(' opened here"])
    let twice = diagnostics("FUNNEL a, b WITHIN 7d BY c WITHIN 8d")
    #expect(twice.first?.secondary.map(\.range) == [SourceRange(12, 18)])
    #expect(twice.first?.secondary.map(\.message) == ["first here"])
  }

  @Test func everyStatementIsChecked() {
    let (statements, diagnostics) = Parser.parse(
      Source(
        name: "a.bq",
        text: "SELECT 1;\nFUNEL a;\nSELECT ) FROM (x;\nSHOW TABLES;\nLET x =;\nSELECT 'a;\nSELECT 2"
      )
    )
    #expect(diagnostics.map(\.range.start) == [10, 26, 57, 66])
    #expect(diagnostics.map(\.code.rawValue) == ["B0101", "B0101", "B0101", "B0002"])
    #expect(statements.count == 2)
  }
}
