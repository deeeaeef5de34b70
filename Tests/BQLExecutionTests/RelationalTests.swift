import BQLColumnar
import BQLExecution
import BQLFunctions
import BQLPlanning
import BQLSyntax
import BQLTestSupport
import Testing

/// Runs groupings, DISTINCT, sorts and SUMMARIZE over random tables, at several thread counts and
/// cuts into morsels and chunks, against the plain way to compute them.
@Suite struct RelationalTests {
  private static let place = SourceRange(0, 0)

  /// Runs a plan with 1, 2 and 5 threads, which must give the same, and returns its rows.
  private func rows(_ plan: LogicalPlan, _ random: inout SeededGenerator) throws -> [[Value]] {
    let morselRows = Int.random(in: 1...120, using: &random)
    let chunkCapacity = Int.random(in: 1...90, using: &random)
    var first: [[Value]]?
    for threads in [1, 2, 5] {
      let context = ExecutionContext(
        threads: threads,
        chunkCapacity: chunkCapacity,
        morselRows: morselRows
      )
      let rows = try Executor.run(Optimizer.optimize(plan), context).relation.rows
      #expect(first.map { Self.bits($0) == Self.bits(rows) } ?? true, "\(threads) threads")
      first = first ?? rows
    }
    return first ?? []
  }

  /// Cells as their bits, so that NaN equals itself and −0 is not 0.
  private static func bits(_ rows: [[Value]]) -> [[Value]] {
    rows.map { row in
      row.map { cell in
        if case .float(let float) = cell { return .int(Int64(bitPattern: float.bitPattern)) }
        return cell
      }
    }
  }

  private struct Call {
    let name: String
    let isDistinct: Bool
    /// nil: `count(*)`.
    let column: Int?
    /// Whether only rows with a brand count.
    let isFiltered: Bool

    init(_ random: inout SeededGenerator) {
      let names = ["count", "count", "sum", "min", "max", "first", "last", "mode"]
      name = names[Int.random(in: 0..<names.count, using: &random)]
      isFiltered = random.chance(25)
      if name == "count", random.chance(25) {
        isDistinct = false
        column = nil
      } else if name == "sum" {
        isDistinct = random.chance(30)
        column = 4
      } else {
        isDistinct = name == "count" && random.chance(75)
        column = Int.random(in: 0..<RandomTable.schema.count, using: &random)
      }
    }

    func bound() throws -> BoundAggregate {
      let function = try #require(FunctionRegistry.aggregate(name))
      let types = column.map { [RandomTable.schema[$0].type] } ?? []
      let overloads = isDistinct ? function.distinctOverloads : function.overloads
      let overload = try #require(overloads.first { $0.parameters == types })
      let isNull = BoundExpression(.isNull(RandomTable.column(2)), .bool, range: place)
      return BoundAggregate(
        name: name,
        overload: overload,
        isDistinct: isDistinct,
        arguments: column.map { [RandomTable.column($0)] } ?? [],
        constants: [],
        filter: isFiltered ? BoundExpression(.isTruth(isNull, false), .bool, range: place) : nil,
        range: place
      )
    }

    func expected(_ rows: [[Value]]) -> Value {
      let kept = isFiltered ? rows.filter { !$0[2].isNull } : rows
      guard let column else { return .int(Int64(kept.count)) }
      return RelationalOracle.aggregate(name, isDistinct: isDistinct, kept.map { $0[column] })
    }
  }

  @Test(arguments: 0..<400) func groupsAsAListOfRowsDoes(seed: UInt64) throws {
    let table = RandomTable(seed: seed)
    var random = SeededGenerator(seed: seed &+ 1_000_003)
    let (filter, passing) = table.filter(&random)
    let keys = (0..<Int.random(in: 0...3, using: &random)).map { _ in
      [0, 2, 2, 3, 4, 5, 6, 7, 8][Int.random(in: 0..<9, using: &random)]
    }
    let calls = (0..<Int.random(in: 0...4, using: &random)).map { _ in Call(&random) }
    let plan = LogicalPlan.aggregate(
      AggregatePlan(
        input: filter.map { .filter(table.scan(), $0) } ?? table.scan(),
        keys: keys.map { NamedExpression("key", RandomTable.column($0)) },
        aggregates: try calls.map { ($0.name, try $0.bound()) }
      )
    )
    let found = try rows(plan, &random).map { $0.map(RelationalOracle.folded) }
    let expected = RelationalOracle.groups(passing, by: keys).map { key, rows in
      key + calls.map { RelationalOracle.folded($0.expected(rows)) }
    }
    #expect(found == expected, "\(table.name), by \(keys): \(calls)")
  }

  @Test(arguments: 0..<100) func keepsTheFirstOfEqualRows(seed: UInt64) throws {
    let table = RandomTable(seed: seed)
    var random = SeededGenerator(seed: seed &+ 2_000_003)
    let columns = [[2], [3, 7], [0, 2], [6, 4], [5]][Int.random(in: 0..<5, using: &random)]
    let items = columns.map { NamedExpression("c", RandomTable.column($0)) }
    let found = try rows(.distinct(.project(table.scan(), items)), &random)
    let expected = RelationalOracle.groups(table.rows, by: columns).map(\.key)
    #expect(
      found.map { $0.map(RelationalOracle.folded) } == expected,
      "\(table.name), columns \(columns)"
    )
  }

  @Test(arguments: 0..<200) func sortsStably(seed: UInt64) throws {
    let table = RandomTable(seed: seed)
    var random = SeededGenerator(seed: seed &+ 3_000_003)
    let keys = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      SortPlan.Key(
        column: Int.random(in: 2..<RandomTable.schema.count, using: &random),
        isDescending: random.chance(50),
        nullsFirst: random.chance(50)
      )
    }
    let limit = random.chance(70) ? Int.random(in: 0...30, using: &random) : nil
    let sort = LogicalPlan.sort(SortPlan(input: table.scan(), keys: keys))
    let plan = limit.map { .limit(sort, LimitPlan(count: $0, offset: 0)) } ?? sort
    let found = try rows(plan, &random)
    let expected = table.rows.enumerated().sorted { a, b in
      for key in keys {
        let (left, right) = (a.element[key.column], b.element[key.column])
        if left.isNull != right.isNull { return left.isNull == key.nullsFirst }
        if RelationalOracle.precedes(left, right) { return !key.isDescending }
        if RelationalOracle.precedes(right, left) { return key.isDescending }
      }
      return a.offset < b.offset
    }.map(\.element)
    let wanted = limit.map { Array(expected.prefix($0)) } ?? expected
    #expect(
      Self.bits(found) == Self.bits(wanted),
      "\(table.name), by \(keys), limit \(limit ?? -1)"
    )
  }

  @Test(arguments: 0..<200) func summarizesAsSortedCellsDo(seed: UInt64) throws {
    let table = RandomTable(seed: seed)
    var random = SeededGenerator(seed: seed &+ 4_000_003)
    let (filter, passing) = table.filter(&random)
    let groups = [[], [], [7], [2], [3, 7]][Int.random(in: 0..<5, using: &random)]
    let columns = Array(RandomTable.schema.fields.indices)
    let plan = LogicalPlan.summarize(
      SummarizePlan(
        input: filter.map { .filter(table.scan(), $0) } ?? table.scan(),
        groups: groups.map { NamedExpression("key", RandomTable.column($0)) },
        columns: columns
      )
    )
    let found = try rows(plan, &random)
    var expected: [[Value]] = []
    for (key, rows) in RelationalOracle.groups(passing, by: groups) {
      for column in columns {
        let field = RandomTable.schema[column]
        let cells = rows.map { $0[column] }
        expected.append(
          key + [.text(field.name), .text(field.type.rawValue)]
            + RelationalOracle.summary(cells, field.type)
        )
      }
    }
    let first = groups.count
    let exact = found.map { row -> [Value] in
      // Without mean and deviation, which stand before the commonest values.
      row[..<first].map(RelationalOracle.folded) + row[first..<(first + 10)] + [row[first + 12]]
    }
    #expect(exact == expected, "\(table.name), by \(groups)")
    for (row, expectedRow) in zip(found, expected) {
      let rows = passing.filter { row in
        zip(groups, expectedRow).allSatisfy { RelationalOracle.folded(row[$0]) == $1 }
      }
      guard let column = RandomTable.schema.index(named: RelationalOracle.text(row[first])) else {
        Issue.record("a column without a name")
        continue
      }
      let isNumeric = RandomTable.schema[column].type.isNumeric
      expectMoments(row[first + 10], row[first + 11], rows.map { $0[column] }, isNumeric)
    }
  }

  private func expectMoments(_ mean: Value, _ deviation: Value, _ cells: [Value], _ isNumeric: Bool)
  {
    let numbers = cells.compactMap { cell -> Double? in
      switch cell {
      case .float(let float): float
      case .int(let int): Double(int)
      case .decimal(let hundredths): Double(hundredths) / 100
      case .null, .bool, .text, .timestamp, .date, .interval: nil
      }
    }
    guard isNumeric, !numbers.isEmpty else {
      #expect(mean.isNull && deviation.isNull)
      return
    }
    let center = numbers.reduce(0, +) / Double(numbers.count)
    let scale = numbers.reduce(0) { max($0, $1.magnitude) }
    #expect(Self.isNear(mean, center, scale))
    guard numbers.count > 1 else {
      #expect(deviation.isNull)
      return
    }
    let squares = numbers.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    let expected = (squares / Double(numbers.count - 1)).squareRoot()
    #expect(Self.isNear(deviation, expected, scale))
  }

  /// To 1e-9 of the largest number: the twin adds up in another order.
  private static func isNear(_ value: Value, _ expected: Double, _ scale: Double) -> Bool {
    guard case .float(let float) = value else { return false }
    if expected.isNaN { return float.isNaN }
    return (float - expected).magnitude <= 1e-9 * scale
  }
}
