import BQLSyntax
import Testing

/// Precedence follows PostgreSQL: each text reads as its fully parenthesized twin.
@Suite struct ExpressionTests {
  @Test(arguments: [
    ("a OR b AND c", "a OR (b AND c)"),
    ("NOT a = b", "NOT (a = b)"),
    ("NOT a AND b", "(NOT a) AND b"),
    ("a = b IS NULL", "(a = b) IS NULL"),
    ("a + b * c - d", "(a + (b * c)) - d"),
    ("a - b - c", "(a - b) - c"),
    ("-a::int", "-(a::int)"),
    ("-a * b", "(-a) * b"),
    ("a || b || c", "(a || b) || c"),
    ("a || b ~ c", "(a || b) ~ c"),
    ("a + 1 || b", "(a + 1) || b"),
    ("a < b + c", "a < (b + c)"),
    ("a LIKE b || c", "a LIKE (b || c)"),
    ("a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d"),
    ("a BETWEEN b + 1 AND c * 2 OR d", "(a BETWEEN (b + 1) AND (c * 2)) OR d"),
    ("a NOT IN (b, c) = d", "(a NOT IN (b, c)) = d"),
    ("a IS NOT DISTINCT FROM b AND c", "(a IS NOT DISTINCT FROM b) AND c"),
    ("a IS DISTINCT FROM b = c", "a IS DISTINCT FROM (b = c)"),
    ("NOT EXISTS (SELECT 1) OR b", "(NOT EXISTS (SELECT 1)) OR b"),
    ("a !~ b", "a !~ b"), ("a != b", "a <> b"),
    ("CAST(a AS int)", "a::int"), ("a::int::text", "(a::int)::text"),
  ])
  func precedence(_ text: String, twin: String) throws {
    #expect(try shape(expression(text)) == shape(expression(twin)))
  }

  @Test func literals() throws {
    #expect(try expression("1_000").kind == .literal(.int(1000)))
    #expect(try expression("2.50").kind == .literal(.number("2.50")))
    #expect(try expression("'it''s'").kind == .literal(.text("it's")))
    #expect(try expression("null").kind == .literal(.null))
    #expect(try expression("True").kind == .literal(.bool(true)))
    #expect(try expression("DATE '2019-10-01'").kind == .literal(.date("2019-10-01")))
    #expect(try expression("timestamp 'x'").kind == .literal(.timestamp("x")))
    #expect(try expression("3 MONTHS").kind == .literal(.duration(Duration(months: 3))))
    #expect(try expression("2 years").kind == .literal(.duration(Duration(months: 24))))
    #expect(
      try expression("7 DAYS").kind
        == .literal(.duration(Duration(microseconds: 604_800_000_000)))
    )
  }

  @Test func parameterLeavesItsColonOut() throws {
    let parameter = try expression(":since")
    #expect(parameter.kind == .parameter(Identifier("since", range: SourceRange(8, 13))))
    #expect(parameter.range == SourceRange(7, 13))
  }

  @Test func rangesTakeParenthesesIn() throws {
    #expect(try expression("(a + b)").range == SourceRange(7, 14))
    #expect(try expression("(a + b) * c").range == SourceRange(7, 18))
    #expect(try expression("f(a, b)").range == SourceRange(7, 14))
    #expect(try expression("a IS NOT NULL").range == SourceRange(7, 20))
  }

  @Test func contextualWordsAreColumns() throws {
    for word in ["time", "user", "step", "view", "mode", "top", "date", "any", "first", "show"] {
      guard case .column(nil, let name) = try expression(word).kind else { throw NoSuchNode() }
      #expect(name.name == word)
    }
    guard case .column(let table?, let name) = try expression("events.\"Order Date\"").kind else {
      throw NoSuchNode()
    }
    #expect(table.name == "events")
    #expect(name.isQuoted && name.name == "Order Date")
  }

  @Test func calls() throws {
    guard case .call(let count) = try expression("count(DISTINCT a, b) FILTER (WHERE c)").kind
    else { throw NoSuchNode() }
    #expect(count.isDistinct && !count.isStar && count.arguments.count == 2)
    #expect(count.filter != nil && count.over == nil)
    guard case .call(let star) = try expression("count(*)").kind else { throw NoSuchNode() }
    #expect(star.isStar && star.arguments.isEmpty)
    guard case .call(let none) = try expression("now()").kind else { throw NoSuchNode() }
    #expect(!none.isStar && none.arguments.isEmpty)
  }

  @Test func nullTreatmentStandsInsideOrBehindTheParentheses() throws {
    let texts = ["f(x IGNORE NULLS) OVER ()", "f(x) IGNORE NULLS OVER ()", "f(x) OVER ()"]
    let calls = try texts.map { text -> Bool in
      guard case .call(let call) = try expression(text).kind else { return false }
      #expect(call.over != nil && call.arguments.count == 1)
      return call.ignoresNulls
    }
    #expect(calls == [true, true, false])
    guard case .call(let call) = try expression("f(x) RESPECT NULLS OVER (GROUPS 1 PRECEDING)").kind
    else {
      Issue.record("no call")
      return
    }
    #expect(!call.ignoresNulls)
    #expect(call.over?.frame?.unit == .groups)
  }

  @Test func windows() throws {
    let text = """
      sum(x) OVER (PARTITION BY a, b ORDER BY c DESC NULLS FIRST
        ROWS BETWEEN 2 PRECEDING AND UNBOUNDED FOLLOWING)
      """
    guard case .call(let call) = try expression(text).kind, let window = call.over else {
      throw NoSuchNode()
    }
    #expect(window.partitionBy.count == 2)
    #expect(window.orderBy.first?.isDescending == true)
    #expect(window.orderBy.first?.nullsFirst == true)
    #expect(window.frame?.unit == .rows)
    #expect(window.frame?.end == .unboundedFollowing)
    guard case .call(let short) = try expression("sum(x) OVER (ROWS CURRENT ROW)").kind else {
      throw NoSuchNode()
    }
    #expect(short.over?.frame?.start == .currentRow)
    #expect(short.over?.frame?.end == .currentRow)
  }

  @Test func conditional() throws {
    let text = "CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE 'z' END"
    guard case .conditional(let operand?, let branches, _?) = try expression(text).kind else {
      throw NoSuchNode()
    }
    #expect(branches.count == 2)
    #expect(operand.range == SourceRange(12, 13))
  }

  @Test func subqueries() throws {
    guard case .scalarQuery = try expression("(SELECT 1)").kind else { throw NoSuchNode() }
    guard case .exists = try expression("EXISTS (FROM t)").kind else { throw NoSuchNode() }
    guard case .inQuery = try expression("a IN (FUNNEL b, c SHOW USERS AT c)").kind else {
      throw NoSuchNode()
    }
    // A verb alone is a column.
    guard case .inList = try expression("a IN (funnel, show, sessions)").kind else {
      throw NoSuchNode()
    }
    guard case .column = try expression("(rfm)").kind else { throw NoSuchNode() }
    guard case .scalarQuery(let query) = try expression("((SELECT 1) UNION SELECT 2)").kind,
      case .select(let select) = query.kind
    else { throw NoSuchNode() }
    #expect(select.setOperations.count == 1)
  }

  @Test func literalsOfTheCommandLine() {
    #expect(Parser.parseLiteral("5")?.kind == .literal(.int(5)))
    #expect(Parser.parseLiteral(" '5' ")?.kind == .literal(.text("5")))
    #expect(Parser.parseLiteral("7d") != nil)
    #expect(Parser.parseLiteral("-2.5") != nil)
    for text in ["", "apple", "-apple", "1 + 1", "'a", "1)", "2019-10-01", "NOT 5", "$"] {
      #expect(Parser.parseLiteral(text) == nil, "\(text)")
    }
  }
}
