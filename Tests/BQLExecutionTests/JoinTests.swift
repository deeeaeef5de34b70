import BQLColumnar
import BQLExecution
import BQLFunctions
import BQLPlanning
import BQLSyntax
import BQLTestSupport
import Testing

/// Runs joins of random tables, at several thread counts and cuts into morsels and chunks, with the
/// optimizer's rules and without, against nested loops.
@Suite struct JoinTests {
  private static let place = SourceRange(0, 0)

  /// Says what a drawn join compares: columns of `RandomTable` on both sides.
  private struct Drawn {
    let kind: JoinPlan.Kind
    let keys: [Int]
    let matchesNull: Bool
    /// Whether the left number must be below the right one, too.
    let isBounded: Bool
    let isMember: Bool

    init(_ random: inout SeededGenerator) {
      let kinds: [JoinPlan.Kind] = [.inner, .left, .semi, .anti, .mark, .single]
      kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
      let columns = [0, 2, 2, 3, 4, 5, 6, 7, 8]
      keys = (0..<Int.random(in: 0...2, using: &random)).map { _ in
        columns[Int.random(in: 0..<columns.count, using: &random)]
      }
      matchesNull = random.chance(20)
      isBounded = random.chance(40)
      isMember = kind == .mark && random.chance(50)
    }
  }

  @Test(arguments: 0..<600) func joinsAsNestedLoopsDo(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 9_000_007)
    let left = Self.short(RandomTable(seed: seed), 90)
    let right = Self.short(RandomTable(seed: seed &+ 50_000), 70)
    let drawn = Drawn(&random)
    var join = JoinPlan(
      left.plan,
      drawn.kind,
      right.plan,
      on: try Self.condition(drawn),
      range: Self.place
    )
    if drawn.isMember { join.membership = try Self.call("=", Self.column(8), Self.right(8)) }
    let expected = Self.expected(drawn, left.rows, right.rows)
    let plan = LogicalPlan.join(join)
    let name = "seed \(seed): \(drawn)"
    let found = try Self.run(plan, &random, name)
    guard let expected else {
      #expect(found == nil, "\(name): several partners")
      return
    }
    let rows = try #require(found, "\(name)").map { $0.map(RelationalOracle.folded) }
    #expect(rows == expected, "\(name)")
    // The other side looked up: the same rows, of an inner join in another order.
    guard [.inner, .semi, .anti].contains(drawn.kind), !drawn.keys.isEmpty else { return }
    if drawn.kind != .inner, drawn.isBounded { return }
    join.buildsLeft = true
    let turned = try #require(try Self.run(.join(join), &random, name))
      .map { $0.map(RelationalOracle.folded) }
    if drawn.kind == .inner {
      #expect(Self.counted(turned) == Self.counted(expected), "\(name), turned")
    } else {
      #expect(turned == expected, "\(name), turned")
    }
  }

  /// The first rows of a table, as a plan and as cells.
  private static func short(
    _ table: RandomTable,
    _ count: Int
  ) -> (plan: LogicalPlan, rows: [[Value]]) {
    (
      .limit(table.scan(), LimitPlan(count: count, offset: 0)),
      Array(table.rows.prefix(count))
    )
  }

  /// Runs a plan at several cuts, optimized and not; nil where a row has several partners.
  private static func run(
    _ plan: LogicalPlan,
    _ random: inout SeededGenerator,
    _ name: String
  ) throws -> [[Value]]? {
    var first: [[Value]]??
    for threads in [1, 3] {
      for isOptimized in [false, true] {
        let context = ExecutionContext(
          threads: threads,
          chunkCapacity: Int.random(in: 1...90, using: &random),
          morselRows: Int.random(in: 1...120, using: &random)
        )
        let rows = try answer(isOptimized ? Optimizer.optimize(plan) : plan, context)
        // Choosing the other side may turn the order of an inner join's pairs.
        let folded = rows?.map { $0.map(RelationalOracle.folded) }
        if let first {
          #expect(counted(first) == counted(folded), "\(name), \(threads) threads, \(isOptimized)")
        } else {
          first = .some(folded)
        }
      }
    }
    return first ?? nil
  }

  /// The rows of a plan; nil where a row has several partners.
  private static func answer(
    _ plan: LogicalPlan,
    _ context: ExecutionContext
  ) throws -> [[Value]]? {
    do throws(ExecutionError) {
      return try Executor.run(plan, context).relation.rows
    } catch {
      if case .severalRows = error { return nil }
      throw error
    }
  }

  private static func counted(_ rows: [[Value]]?) -> [[Value]: Int]? {
    rows.map { rows in rows.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
  }

  // MARK: - Conditions

  private static func column(_ index: Int) -> BoundExpression { RandomTable.column(index) }

  private static func right(_ index: Int) -> BoundExpression {
    RandomTable.column(index).shifted(by: RandomTable.schema.count)
  }

  private static func call(
    _ name: String,
    _ a: BoundExpression,
    _ b: BoundExpression
  ) throws -> BoundExpression {
    let function = try #require(FunctionRegistry.scalar(name))
    let overload = try #require(function.overloads.first { $0.parameters == [a.type, b.type] })
    let call = BoundCall(name: name, parameters: [a.type, b.type], kernel: overload.kernel)
    return BoundExpression(.call(call, [a, b]), .bool, range: place)
  }

  private static func condition(_ drawn: Drawn) throws -> BoundExpression? {
    var parts: [BoundExpression] = []
    for key in drawn.keys {
      if drawn.matchesNull {
        parts.append(
          BoundExpression(.isNotDistinct(column(key), right(key)), .bool, range: place)
        )
      } else {
        parts.append(try call("=", column(key), right(key)))
      }
    }
    if drawn.isBounded { parts.append(try call("<", column(5), right(5))) }
    return .conjunction(parts)
  }

  // MARK: - Nested loops

  private static func isEqual(_ a: Value, _ b: Value) -> Bool {
    !a.isNull && !b.isNull && RelationalOracle.folded(a) == RelationalOracle.folded(b)
  }

  private static func isPair(_ drawn: Drawn, _ a: [Value], _ b: [Value]) -> Bool {
    for key in drawn.keys {
      let isSame = isEqual(a[key], b[key]) || drawn.matchesNull && a[key].isNull && b[key].isNull
      guard isSame else { return false }
    }
    guard drawn.isBounded else { return true }
    guard case .int(let first) = a[5], case .int(let second) = b[5] else { return false }
    return first < second
  }

  /// The rows of a join; nil where a left row has several partners and may have one.
  private static func expected(
    _ drawn: Drawn,
    _ left: [[Value]],
    _ right: [[Value]]
  ) -> [[Value]]? {
    let nulls = [Value](repeating: .null, count: RandomTable.schema.count)
    var rows: [[Value]] = []
    for row in left {
      let partners = right.filter { isPair(drawn, row, $0) }
      switch drawn.kind {
      case .inner: rows += partners.map { row + $0 }
      case .left: rows += (partners.isEmpty ? [nulls] : partners).map { row + $0 }
      case .single:
        guard partners.count <= 1 else { return nil }
        rows.append(row + (partners.first ?? nulls))
      case .semi: if !partners.isEmpty { rows.append(row) }
      case .anti: if partners.isEmpty { rows.append(row) }
      case .mark: rows.append(row + [mark(drawn, row, partners)])
      }
    }
    return rows.map { $0.map(RelationalOracle.folded) }
  }

  private static func mark(_ drawn: Drawn, _ row: [Value], _ partners: [[Value]]) -> Value {
    guard drawn.isMember else { return .bool(!partners.isEmpty) }
    if partners.contains(where: { isEqual(row[8], $0[8]) }) { return .bool(true) }
    return partners.contains { row[8].isNull || $0[8].isNull } ? .null : .bool(false)
  }
}
