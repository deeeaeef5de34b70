import BQLColumnar
import BQLExecution
import BQLFunctions
import BQLPlanning
import BQLSyntax
import BQLTestSupport
import Testing

/// Runs drawn calls over windows of random tables, at several thread counts and cuts into morsels and
/// chunks, against the plain way to compute them; `WINDOW_CASES` in the environment asks for more.
@Suite struct WindowTests {
  static let cases = environmentNumber("WINDOW_CASES") ?? 600

  @Test func callsGiveWhatAListOfRowsDoes() throws {
    for seed in 0..<UInt64(Self.cases) {
      let table = RandomTable(seed: seed)
      var random = SeededGenerator(seed: seed &+ 5_000_003)
      var calls = [WindowCase(&random)]
      // Calls that share a window, or differ only in the frame.
      while random.chance(40) {
        var next = WindowCase(&random)
        if random.chance(60) {
          next.partition = calls[0].partition
          next.order = calls[0].order
          next.frame = calls[0].frame
        }
        calls.append(next)
      }
      let items = calls.enumerated().map { "\($1.text) AS c\($0)" }.joined(separator: ", ")
      var text = "SELECT \(items) FROM events"
      let isFiltered = random.chance(25)
      if isFiltered { text += " WHERE flag" }
      let rows = isFiltered ? table.rows.filter { $0[7] == .bool(true) } : table.rows
      let columns = calls.map { WindowOracle.values($0, rows) }
      var expected = rows.indices.map { row in columns.map { $0[row] } }
      if random.chance(25) {
        text += " QUALIFY c0 IS NOT NULL"
        expected.removeAll { $0[0].isNull }
      }
      let found = try run(text, table, &random)
      guard Self.same(found, expected) else {
        let row = zip(found, expected).enumerated().first { !Self.same([$1.0], [$1.1]) }
        Issue.record(
          """
          \(table.name): \(text)
          \(found.count) rows, expected \(expected.count); \
          row \(row?.offset ?? -1): \(row?.element.0 ?? []), expected \(row?.element.1 ?? [])
          """
        )
        return
      }
    }
  }

  @Test func examplesGiveTheirResults() throws {
    let table = RandomTable(seed: 1)
    for function in FunctionRegistry.windows {
      for example in function.examples {
        let plan = try Self.plan("SELECT " + example.expression, table)
        let rows = try Executor.run(plan, ExecutionContext(threads: 1)).relation.rows
        let texts = rows.map { ValueText.text($0[0], intervals: .seconds) }
        #expect(texts.joined(separator: ", ") == example.result, "\(example.expression)")
      }
    }
  }

  /// More rows than one thread sorts, with ties and NULLs, against a sort of the whole.
  @Test func largePartitionsAreSortedInParts() throws {
    var random = SeededGenerator(seed: 11)
    let count = 300_000
    let rows = (0..<count).map { row -> [Value] in
      let key = Int.random(in: 0..<90_000, using: &random)
      return [key < 900 ? .null : .int(Int64(key)), .int(Int64(row % 7))]
    }
    let schema = Schema([Field("a", .int), Field("b", .int)])
    let relation = Relation(schema: schema, rows: rows)
    var catalog = Catalog()
    catalog.define("t", .relation(relation, kind: .named))
    for (order, nullsFirst, sign) in [("a DESC, b", true, -1), ("a NULLS LAST, b", false, 1)] {
      let text =
        "SELECT row_number() OVER (ORDER BY \(order)), rank() OVER (ORDER BY \(order)) FROM t"
      let plan = Optimizer.optimize(try Self.plan(text, catalog))
      let sorted = rows.indices.sorted { a, b in
        func key(_ row: Int) -> (Int, Int64, Int64, Int) {
          let null = rows[row][0].isNull == nullsFirst ? 0 : 1
          let value = (rows[row][0].storedInt ?? 0) * Int64(sign)
          return (null, value, rows[row][1].storedInt ?? 0, row)
        }
        return key(a) < key(b)
      }
      for threads in [1, 3] {
        let context = ExecutionContext(threads: threads)
        let found = try Executor.run(plan, context).relation.rows
        var rank = 0
        for (place, row) in sorted.enumerated() {
          if place == 0 || rows[sorted[place - 1]] != rows[row] { rank = place + 1 }
          guard found[row] == [.int(Int64(place + 1)), .int(Int64(rank))] else {
            Issue.record("\(order), row \(row): \(found[row]), expected \(place + 1), \(rank)")
            return
          }
        }
      }
    }
  }

  @Test func cancelledWindowsStop() throws {
    let table = RandomTable(seed: 7)
    let plan = try Self.plan("SELECT median(price) OVER (ORDER BY price) FROM events", table)
    let context = ExecutionContext(threads: 2)
    context.cancellation.cancel()
    #expect(throws: ExecutionError.cancelled) { try Executor.run(plan, context) }
  }

  /// Runs a query with 1, 2 and 5 threads, and in chunks of other sizes, which must give the same.
  private func run(
    _ text: String,
    _ table: RandomTable,
    _ random: inout SeededGenerator
  ) throws -> [[Value]] {
    let plan = Optimizer.optimize(try Self.plan(text, table))
    var first: [[Value]]?
    for threads in [1, 2, 5] {
      let context = ExecutionContext(
        threads: threads,
        chunkCapacity: Int.random(in: 1...90, using: &random),
        morselRows: Int.random(in: 1...120, using: &random)
      )
      let rows = try Executor.run(plan, context).relation.rows
      if let first {
        #expect(Self.bits(first) == Self.bits(rows), "\(threads) threads: \(text)")
      }
      first = first ?? rows
    }
    return first ?? []
  }

  static func plan(_ text: String, _ table: RandomTable) throws -> LogicalPlan {
    var catalog = Catalog()
    switch table.table {
    case .log(let log): catalog.define("events", .log(log))
    case .relation(let relation): catalog.define("events", .relation(relation, kind: .named))
    }
    return try plan(text, catalog)
  }

  private static func plan(_ text: String, _ catalog: Catalog) throws -> LogicalPlan {
    let source = Source(name: "", text: text)
    let (statements, diagnostics) = Parser.parse(source)
    try #require(diagnostics.isEmpty, "\(text): \(diagnostics)")
    guard case .query(let query, _) = statements.first?.kind else {
      throw ExecutionError.internal("no query: \(text)")
    }
    var binder = Binder(catalog: catalog, settings: Settings(), parameters: [:], source: source)
    let bound = binder.bind(query)
    return LogicalPlan(try #require(bound, "\(text): \(binder.diagnostics)"))
  }

  /// Cells as their bits, so that NaN equals itself.
  private static func bits(_ rows: [[Value]]) -> [[Value]] {
    rows.map { row in
      row.map { cell in
        if case .float(let float) = cell { return .int(Int64(bitPattern: float.bitPattern)) }
        return cell
      }
    }
  }

  private static func same(_ found: [[Value]], _ expected: [[Value]]) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy { a, b in
        a.count == b.count && zip(a, b).allSatisfy(isNear)
      }
  }

  /// Equal, floats to 1e-9: the twin adds up in another order.
  private static func isNear(_ a: Value, _ b: Value) -> Bool {
    guard case .float(let found) = a, case .float(let expected) = b else {
      return RelationalOracle.folded(a) == RelationalOracle.folded(b)
    }
    if expected.isNaN { return found.isNaN }
    return (found - expected).magnitude <= 1e-9 * max(1, expected.magnitude)
  }
}
