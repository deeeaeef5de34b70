import BQLSyntax
import Testing

@Suite struct StatementTests {
  private func load(_ text: String) throws -> LoadStatement {
    guard case .load(let load) = try statement(text).kind else { throw NoSuchNode() }
    return load
  }

  @Test func loadInFull() throws {
    let load = try load(
      """
      LOAD 'a*.csv', 'b.csv.gz' AS log
      (USER visitorid, TIME "Order Date",
       EVENT event (addtocart AS cart, 'Add it' AS "in"), VALUE v)
      DEDUP EXACT WHERE price > 0 ON ERROR STOP REJECTS INTO 'bad.csv'
      """
    )
    #expect(load.paths.map(\.text) == ["a*.csv", "b.csv.gz"])
    #expect(load.name?.name == "log" && !load.isPlainTable && load.key == nil)
    #expect(load.roles.map(\.role.name) == ["user", "time", "event", "value"])
    #expect(load.roles.map(\.column.name) == ["visitorid", "Order Date", "event", "v"])
    #expect(load.roles[2].aliases.map(\.value.name) == ["addtocart", "Add it"])
    #expect(load.roles[2].aliases.map(\.name.name) == ["cart", "in"])
    #expect(load.dedupExact != nil && load.condition != nil)
    #expect(load.onError?.value == .stop)
    #expect(load.rejectsInto?.path == "bad.csv")
  }

  @Test func loadClausesInAnyOrder() throws {
    let first = try load(
      "LOAD 'a' REJECTS INTO 'b' ON ERROR NULL WHERE x DEDUP EXACT (TIME t) AS l"
    )
    let second = try load(
      "LOAD 'a' AS l (TIME t) DEDUP EXACT WHERE x ON ERROR NULL REJECTS INTO 'b'"
    )
    #expect(shape(first) == shape(second))
  }

  @Test func loadOfAPlainTable() throws {
    let plain = try load("LOAD 'c.csv' AS TABLE customers KEY user_id")
    #expect(plain.isPlainTable && plain.name?.name == "customers" && plain.key?.name == "user_id")
    let named = try load("LOAD 'c.csv' AS table")
    #expect(!named.isPlainTable && named.name?.name == "table")
  }

  @Test func letNames() throws {
    guard case .letName(let name) = try statement("LET top = (FUNNEL a, b)").kind,
      case .letAttribute(let attribute) = try statement("LET users.spend = SELECT 1, 2").kind,
      case .query = attribute.definition
    else { throw NoSuchNode() }
    #expect(name.name.name == "top")
    #expect(attribute.name.name == "spend")
  }

  /// What stands behind `LET users.x =` is a query or an expression; words of both are told apart.
  @Test(arguments: [
    ("SELECT 1, 2", true), ("(SELECT 1, 2)", true), ("((FROM t SELECT a, b))", true),
    ("WITH a AS (SELECT 1) SELECT 1, 2", true), ("FUNNEL view, cart", true),
    ("VALUES (1, 2)", true), ("sum(price)", false), ("(sum(price)) / 2", false),
    ("CASE WHEN active > 2 THEN 'a' END FROM log WHERE x SINCE '2020-01-01'", false),
    ("active + 1", false), ("lifecycle", true), ("compare IS NULL", false),
    ("values", false),
    ("(SELECT 1) + 1", false), ("(SELECT 1, 2) LIMIT 3", true),
    ("count(*) UNTIL DATE '2020-01-01'", false), ("(users.a)", false),
  ])
  func attributes(_ text: String, isQuery: Bool) throws {
    guard case .letAttribute(let attribute) = try statement("LET users.x = \(text)").kind else {
      throw NoSuchNode()
    }
    if case .query = attribute.definition { #expect(isQuery) } else { #expect(!isQuery) }
  }

  @Test func attachingAndDropping() throws {
    guard case .attach = try statement("SELECT a, b FROM t INTO users").kind,
      case .dropAttribute(let name) = try statement("DROP users.spend").kind,
      case .dropTable(let table) = try statement("DROP segment").kind,
      case .dropTable(let model) = try statement("DROP model").kind,
      case .dropModel = try statement("DROP MODEL model").kind
    else { throw NoSuchNode() }
    #expect(name.name == "spend")
    #expect(table.name == "segment")
    #expect(model.name == "model")
  }

  @Test func settings() throws {
    func set(_ text: String) throws -> SetStatement {
      guard case .set(let set) = try statement(text).kind else { throw NoSuchNode() }
      return set
    }
    #expect(try set("SET timezone = 'UTC'").value.kind == .literal(.text("UTC")))
    #expect(try set("SET threads = 4").value.kind == .literal(.int(4)))
    #expect(try set("SET x = null").value.kind == .literal(.null))
    for word in ["warn", "on", "select"] {
      guard case .column(nil, let name) = try set("SET x = \(word)").value.kind else {
        throw NoSuchNode()
      }
      #expect(name.name == word)
    }
    let parameter = try set("SET PARAM since = 7d")
    #expect(parameter.isParameter && parameter.name.name == "since")
    #expect(try !set("SET param = 1").isParameter)
  }

  @Test func smallStatements() throws {
    #expect(try statement("INCLUDE 'a.bq'").kind == .include(path: "a.bq"))
    guard case .assert(let assert) = try statement("ASSERT a = b MESSAGE 'no'").kind else {
      throw NoSuchNode()
    }
    #expect(assert.message == "no")
    #expect(try statement("HELP").kind == .help(topic: nil))
    guard case .help(let topic?) = try statement("HELP show tables").kind else {
      throw NoSuchNode()
    }
    #expect(topic.name == "show tables")
  }

  @Test func intoStandsOnStatements() throws {
    guard case .query(_, let into?) = try statement("SHOW TABLES INTO 'a.csv'").kind else {
      throw NoSuchNode()
    }
    #expect(into.path == "a.csv")
    #expect(into.range == SourceRange(12, 24))
  }

  @Test func queries() throws {
    #expect(try query("show Functions").kind == .show(ShowStatement(subject: .functions)))
    guard case .describe(let describe) = try query("DESCRIBE features").kind else {
      throw NoSuchNode()
    }
    #expect(describe.table.name == "features")
    guard case .summarize(let summarize) = try query("SUMMARIZE events BY a, hour").kind else {
      throw NoSuchNode()
    }
    #expect(summarize.by.count == 2 && summarize.table.alias == nil)
    guard case .explain(let explain) = try query("EXPLAIN ANALYZE FROM t").kind else {
      throw NoSuchNode()
    }
    #expect(explain.isAnalyze)
  }

  @Test func emptyScripts() {
    for text in ["", ";;", "-- nothing", " /* a */ ; ", "#!/usr/bin/env bql"] {
      #expect(parse(text).isEmpty)
    }
  }
}
