import BQLSyntax
import BQLTestSupport

/// Builds random syntax trees of the kind that the parser builds.
struct RandomSyntax {
  var random: SeededGenerator
  let nowhere = SourceRange(0, 0)

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  mutating func pick<T>(_ values: [T]) -> T {
    values[Int.random(in: 0..<values.count, using: &random)]
  }

  mutating func maybe<T>(_ percent: Int = 40, _ make: (inout RandomSyntax) -> T) -> T? {
    chance(percent) ? make(&self) : nil
  }

  mutating func some<T>(_ range: ClosedRange<Int>, _ make: (inout RandomSyntax) -> T) -> [T] {
    (0..<Int.random(in: range, using: &random)).map { _ in make(&self) }
  }

  mutating func choice<T>(_ value: T) -> Choice<T> { Choice(value, range: nowhere) }

  mutating func name() -> Identifier {
    if chance(25) {
      let quoted = ["Order Date", "a\"b", "select", "é x", "'", "7d", "\u{301}a"]
      return Identifier(pick(quoted), isQuoted: true, range: nowhere)
    }
    let words = [
      "a", "brand", "time", "user", "step", "view", "cart", "naïve", "date", "x1", "mode",
    ]
    return Identifier(pick(words), range: nowhere)
  }

  mutating func text() -> String {
    pick(["", "a", "it's", "two\nlines", "'", "\\", "é✗", "--", "\"\u{301}'"])
  }

  private mutating func storeStatement() -> Statement.Kind {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: .compact(maybe { $0.name() })
    case 3: .erase(EraseStatement(user: expression(1)))
    case 1: .checkStore
    case 2: .open(OpenStatement(path: text(), range: nowhere))
    default: .dropTable(name())
    }
  }

  mutating func statement() -> Statement {
    let kind: Statement.Kind =
      switch Int.random(in: 0..<18, using: &random) {
      case 0: .load(load())
      case 1: letStatement()
      case 2: .set(setting())
      case 3: .include(path: text())
      case 4: .assert(AssertStatement(condition: expression(3), message: maybe { $0.text() }))
      case 5:
        .help(topic: maybe { Identifier($0.pick(["FUNNEL", "show tables"]), range: $0.nowhere) })
      case 6: storeStatement()
      case 8: .segment(segment())
      case 9: .assign(assign())
      case 10: .query(Query(.showSegment(showSegment()), range: nowhere), into: nil)
      case 11: .train(train())
      case 12: modelStatement()
      case 7: .attach(Query(.select(select(2)), range: nowhere), into: nowhere)
      default:
        .query(
          query(3, isWhole: true),
          into: nil
        )
      }
    return Statement(kind, range: nowhere)
  }

  private mutating func letStatement() -> Statement.Kind {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return .letName(LetStatement(name: name(), query: query(2)))
    case 1: return .letAttribute(AttributeStatement(name: name(), definition: .query(query(2))))
    case 2: return .dropAttribute(name())
    default:
      var user = UserExpression(expression(3))
      // A query in parentheses, and nothing else, is the attribute's query.
      if case .scalarQuery = user.expression.kind {
        user.expression = Expression(.literal(.int(1)), range: nowhere)
      }
      user.from = maybe { TableReference(.table($0.name()), range: $0.nowhere) }
      user.condition = maybe { $0.expression(2) }
      user.since = maybe { $0.expression(1) }
      user.until = maybe { $0.expression(1) }
      return .letAttribute(AttributeStatement(name: name(), definition: .expression(user)))
    }
  }

  private mutating func setting() -> SetStatement {
    let value =
      chance(50)
      ? expression(2)
      : Expression(
        .column(qualifier: nil, name: Identifier(pick(["on", "warn"]), range: nowhere)),
        range: nowhere
      )
    return SetStatement(isParameter: chance(50), name: name(), value: value)
  }

  private mutating func load() -> LoadStatement {
    var load = LoadStatement()
    load.paths = some(1...2) { .init(text: $0.text(), range: $0.nowhere) }
    load.isPlainTable = chance(30)
    load.name = load.isPlainTable ? name() : maybe { $0.name() }
    if load.isPlainTable { load.key = maybe { $0.name() } }
    load.roles = some(0...2) { random in
      let role = Identifier(random.pick(["user", "time", "value"]), range: random.nowhere)
      return .init(
        role: role,
        column: random.name(),
        aliases: random.some(0...2) { .init(value: $0.name(), name: $0.name()) }
      )
    }
    load.dedupExact = maybe { $0.nowhere }
    load.force = maybe { $0.nowhere }
    load.condition = maybe { $0.expression(2) }
    load.onError = maybe { $0.choice($0.pick(LoadStatement.OnError.allCases)) }
    load.rejectsInto = maybe { IntoClause(path: $0.text(), range: $0.nowhere) }
    load.csv = maybe { $0.csv() }
    return load
  }

  private mutating func csv() -> CSVClause {
    var csv = CSVClause(range: nowhere)
    csv.delimiter = maybe { $0.choice($0.pick([";", "\t", " ", "'"])) }
    csv.quote = maybe { $0.choice($0.pick(["", "'", "\""])) }
    csv.escape = maybe { $0.choice("\\") }
    csv.header = maybe { $0.choice($0.chance(50)) }
    csv.skip = maybe { $0.choice($0.pick([1, 20])) }
    csv.nulls = maybe { $0.choice($0.text()) }
    csv.dates = maybe { $0.choice($0.pick(CSVClause.DateOrder.allCases)) }
    csv.decimals = choice(pick([",", "."]))
    return csv
  }

  mutating func query(_ depth: Int, isWhole: Bool = false) -> Query {
    let kind: Query.Kind =
      switch Int.random(in: 0..<(depth > 0 ? 24 : 2), using: &random) {
      case 0:
        .describe(
          DescribeStatement(table: Identifier("t", range: nowhere), isFeatureSet: chance(30))
        )
      case 1: .show(ShowStatement(subject: pick(ShowStatement.Subject.allCases)))
      case 2:
        .summarize(
          SummarizeStatement(table: table(depth - 1), by: some(0...2) { $0.expression(depth - 1) })
        )
      case 3: .explain(ExplainStatement(isAnalyze: chance(50), query: query(depth - 1)))
      case 4: .show(ShowStatement(subject: pick([.storage, .loads])))
      case 5, 6: .funnel(funnel(depth - 1))
      case 7: .retention(retention(depth - 1))
      case 8, 9: activity(depth - 1)
      case 10: .paths(paths(depth - 1))
      case 11: .transitions(transitions(depth - 1))
      case 12: .match(match(depth - 1))
      case 13: .sessions(sessions(depth - 1))
      case 14: .timing(timing(depth - 1))
      case 15: .features(features(depth - 1))
      case 16: .rfm(rfm(depth - 1))
      case 17: .correlate(correlate(depth - 1))
      case 18, 19: .model(modelQuery(depth - 1))
      default: .select(select(depth - 1))
      }
    return Query(kind, range: nowhere)
  }
}
