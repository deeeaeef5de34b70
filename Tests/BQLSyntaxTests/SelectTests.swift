import BQLSyntax
import Testing

@Suite struct SelectTests {
  @Test func clauses() throws {
    let select = try select(
      """
      SELECT DISTINCT a, b AS c, d e, t.*, * FROM t WHERE a GROUP BY a, b HAVING c QUALIFY d
      ORDER BY a, b DESC NULLS LAST OFFSET 5 LIMIT 10
      """
    )
    #expect(select.isDistinct)
    #expect(select.items.map(\.alias?.name) == [nil, "c", "e", nil, nil])
    #expect(select.items.last?.kind == .star(qualifier: nil))
    #expect(select.condition != nil && select.having != nil && select.qualify != nil)
    #expect(select.orderBy.map(\.isDescending) == [false, true])
    #expect(select.orderBy.map(\.nullsFirst) == [nil, false])
    #expect(select.limit?.kind == .literal(.int(10)))
    #expect(select.offset?.kind == .literal(.int(5)))
    guard case .expressions(let groups) = select.groupBy else { throw NoSuchNode() }
    #expect(groups.count == 2)
  }

  @Test func groupByAll() throws {
    guard case .all(let range) = try select("SELECT a FROM t GROUP BY ALL").groupBy else {
      throw NoSuchNode()
    }
    #expect(range == SourceRange(16, 28))
  }

  @Test(arguments: [
    ("FROM t", "SELECT * FROM t"),
    ("FROM t SELECT a WHERE b", "SELECT a FROM t WHERE b"),
    ("FROM t WHERE b LIMIT 1", "SELECT * FROM t WHERE b LIMIT 1"),
    ("VALUES (1), (2)", "SELECT * FROM (VALUES (1), (2))"),
    ("SELECT a FROM t, u", "SELECT a FROM t CROSS JOIN u"),
    ("SELECT a FROM t JOIN u ON b", "SELECT a FROM t INNER JOIN u ON b"),
    ("SELECT a FROM t LEFT OUTER JOIN u ON b", "SELECT a FROM t LEFT JOIN u ON b"),
    ("SELECT a FROM t LEFT SEMI JOIN u USING (c)", "SELECT a FROM t SEMI JOIN u USING (c)"),
    ("SELECT a FROM (t) x", "SELECT a FROM t AS x"),
    ("(SELECT 1) UNION (SELECT 2)", "SELECT 1 UNION SELECT 2"),
    ("SELECT 1 UNION DISTINCT SELECT 2", "SELECT 1 UNION SELECT 2"),
    (
      "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3",
      "SELECT 1 UNION (SELECT 2 INTERSECT SELECT 3)"
    ),
    ("(SELECT 1 LIMIT 1) UNION SELECT 2", "SELECT * FROM (SELECT 1 LIMIT 1) UNION SELECT 2"),
    ("((SELECT 1))", "SELECT 1"),
    ("SELECT a FROM t WHERE b = c -- d\n", "SELECT a FROM t WHERE b=c"),
  ])
  func sameTree(_ text: String, twin: String) throws {
    #expect(try shape(query(text)) == shape(query(twin)))
  }

  @Test func intersectBindsTighterThanUnion() throws {
    let left = try select("SELECT 1 INTERSECT SELECT 2 UNION ALL SELECT 3")
    #expect(left.setOperations.map(\.kind) == [.intersect, .union])
    #expect(left.setOperations.map(\.isAll) == [false, true])
    let right = try select("SELECT 1 EXCEPT SELECT 2 INTERSECT SELECT 3 ORDER BY 1")
    #expect(right.setOperations.map(\.kind) == [.except])
    #expect(right.orderBy.count == 1)
    guard case .select(let operand) = right.setOperations.first?.query.kind else {
      throw NoSuchNode()
    }
    #expect(operand.setOperations.map(\.kind) == [.intersect])
  }

  @Test func tables() throws {
    func kind(_ text: String) throws -> TableReference.Kind? {
      try select("SELECT * FROM " + text).from?.kind
    }
    #expect(try kind("'a.csv'") == .file("a.csv"))
    guard case .query(let query) = try kind("(SHOW TABLES) AS s"), case .show = query.kind else {
      throw NoSuchNode()
    }
    for verb in ["DESCRIBE t", "SUMMARIZE t BY a", "EXPLAIN SELECT 1", "RFM", "FUNNEL a, b BY c"] {
      guard case .query = try kind("(\(verb)) x WHERE y") else { throw NoSuchNode() }
    }
    guard case .values(let rows) = try kind("(VALUES (1, 'a'), (2, 'b')) v") else {
      throw NoSuchNode()
    }
    #expect(rows.map(\.count) == [2, 2])
    guard
      case .join(_, .anti, let right, .using(let columns)) = try kind(
        "a ANTI JOIN b c USING (d, e)"
      )
    else { throw NoSuchNode() }
    #expect(right.alias?.name == "c")
    #expect(columns.map(\.name) == ["d", "e"])
    guard case .join(_, .left, let nested, _) = try kind("a LEFT JOIN (b JOIN c ON d) ON e") else {
      throw NoSuchNode()
    }
    guard case .join = nested.kind else { throw NoSuchNode() }
  }

  @Test func aWordBeforeJoinIsNoAlias() throws {
    let select = try select("SELECT a FROM left LEFT JOIN semi ON c SEMI JOIN x ON b")
    #expect(select.from != nil)
  }

  @Test func withList() throws {
    let select = try select("WITH a AS (SELECT 1), b AS (FUNNEL x, y) SELECT * FROM a, b")
    #expect(select.with.map(\.name.name) == ["a", "b"])
  }

  @Test func rangeOfAStatementEndsBeforeItsSemicolon() {
    let statements = parse("  SELECT 1 ; FROM t  ;")
    #expect(statements.map(\.range) == [SourceRange(2, 10), SourceRange(13, 19)])
  }
}
