import BQLColumnar
import BQLFunctions
import BQLSyntax

/// Takes the conditions that name the row around a query out of its plan.
struct Decorrelation {
  /// The plan, whose columns may have further ones behind them that the conditions read.
  var plan: LogicalPlan
  /// Over the plan's columns, with outer values.
  var conditions: [BoundExpression] = []

  /// Says what this version cannot take apart.
  struct Unsupported: Error {
    var feature: String
  }

  init(_ plan: LogicalPlan) throws(Unsupported) {
    self.plan = plan
    guard plan.readsOuter else { return }
    switch plan {
    case .filter(let input, let predicate):
      self = try Decorrelation(input)
      var kept: [BoundExpression] = []
      for part in predicate.conjuncts {
        if part.readsOuter { conditions.append(part) } else { kept.append(part) }
      }
      if let rest = BoundExpression.conjunction(kept) { self.plan = .filter(self.plan, rest) }
    case .project(let input, let items):
      let inner = try Decorrelation(input)
      guard !items.contains(where: \.expression.readsOuter) else {
        throw Unsupported(feature: "the outer row in SELECT of a query inside")
      }
      let read = Set(inner.conditions.flatMap(\.columns)).sorted()
      var map: [Int: Int] = [:]
      var exposed = items
      for column in read {
        map[column] = exposed.count
        let field = inner.plan.schema[column]
        let value = BoundExpression(.column(column), field.type, range: SourceRange(0, 0))
        exposed.append(NamedExpression(field.name, value))
      }
      self.plan = .project(inner.plan, exposed)
      conditions = inner.conditions.map { $0.remapped(map) }
    case .aggregate(let aggregate): self = try Self.grouping(aggregate)
    case .distinct(let input):
      self = try Decorrelation(input)
      self.plan = .distinct(self.plan)
    case .sort(var sort):
      self = try Decorrelation(sort.input)
      sort.input = self.plan
      self.plan = .sort(sort)
    case .join(var join)
    where join.kind == .inner && !join.left.readsOuter && !join.right.readsOuter:
      let parts = join.condition?.conjuncts ?? []
      join.condition = .conjunction(parts.filter { !$0.readsOuter })
      self.plan = .join(join)
      conditions = parts.filter(\.readsOuter)
    case .limit(.sort(let sort), let limit):
      self = try Self.limited(sort.input, by: sort.keys, limit)
    case .limit(let input, let limit): self = try Self.limited(input, by: [], limit)
    case .scan, .values, .window, .join, .union, .with, .replicate, .summarize, .correlate,
      .model, .behavior:
      throw Unsupported(feature: "a query that depends on the outer row in this way")
    }
  }

  /// Groups by what the conditions compare too, so that each outer row finds its own groups.
  private static func grouping(
    _ aggregate: AggregatePlan
  ) throws(Unsupported) -> Decorrelation {
    var aggregate = aggregate
    let inner = try Decorrelation(aggregate.input)
    let width = LogicalPlan.aggregate(aggregate).schema.count
    let ownKeys = aggregate.keys.count
    aggregate.input = inner.plan
    guard !LogicalPlan.aggregate(aggregate).hasOuterOfItsOwn else {
      throw Unsupported(feature: "the outer row in an aggregate of a query inside")
    }
    var found: [BoundExpression] = []
    for condition in inner.conditions {
      guard let (call, sides, own) = equality(condition) else {
        throw Unsupported(feature: "an aggregate of rows that are not chosen by = alone")
      }
      let position = width + aggregate.keys.count - ownKeys
      aggregate.keys.append(NamedExpression("key", sides[own]))
      var compared = sides
      compared[own] = BoundExpression(.column(position), sides[own].type, range: condition.range)
      found.append(BoundExpression(.call(call, compared), .bool, range: condition.range))
    }
    // The keys stand before the aggregates; who reads these finds them where they were.
    let schema = LogicalPlan.aggregate(aggregate).schema
    let added = aggregate.keys.count - ownKeys
    let order =
      Array(0..<ownKeys) + Array(aggregate.keys.count..<schema.count)
      + Array(ownKeys..<ownKeys + added)
    let plan = LogicalPlan.project(
      .aggregate(aggregate),
      order.map { index in
        let field = schema[index]
        let value = BoundExpression(.column(index), field.type, range: SourceRange(0, 0))
        return NamedExpression(field.name, value)
      }
    )
    return Decorrelation(plan: plan, conditions: found)
  }

  /// Numbers the rows that each outer row chooses, and keeps those that LIMIT and OFFSET ask for.
  private static func limited(
    _ input: LogicalPlan,
    by order: [SortPlan.Key],
    _ limit: LimitPlan
  ) throws(Unsupported) -> Decorrelation {
    let inner = try Decorrelation(input)
    let place = SourceRange(0, 0)
    var partition: [BoundExpression] = []
    for condition in inner.conditions {
      guard let (_, sides, own) = equality(condition) else {
        throw Unsupported(feature: "LIMIT of rows that are not chosen by = alone")
      }
      partition.append(sides[own])
    }
    let schema = inner.plan.schema
    let number = BoundWindowCall(
      function: .ranking(.rowNumber),
      arguments: [],
      frame: .whole,
      type: .int,
      range: place
    )
    let window = BoundWindow(
      partition: partition,
      order: order.map { key in
        WindowOrder(
          expression: BoundExpression(.column(key.column), schema[key.column].type, range: place),
          isDescending: key.isDescending,
          nullsFirst: key.nullsFirst
        )
      },
      calls: [("row_number", number)]
    )
    func isNumber(_ comparison: String, _ bound: Int) throws(Unsupported) -> BoundExpression {
      let overload = FunctionRegistry.scalar(comparison)?.overloads.first {
        $0.parameters == [.int, .int]
      }
      guard let overload else { throw Unsupported(feature: "LIMIT here") }
      let call = BoundCall(
        name: comparison,
        parameters: overload.parameters,
        kernel: overload.kernel
      )
      let value = BoundExpression(.column(schema.count), .int, range: place)
      let literal = BoundExpression(.literal(.int(Int64(bound))), .int, range: place)
      return BoundExpression(.call(call, [value, literal]), .bool, range: place)
    }
    var kept = [try isNumber(">", limit.offset)]
    if let count = limit.count {
      let (last, overflows) = limit.offset.addingReportingOverflow(count)
      if !overflows { kept.append(try isNumber("<=", last)) }
    }
    let numbered = LogicalPlan.window(WindowPlan(input: inner.plan, window: window))
    guard let condition = BoundExpression.conjunction(kept) else { return inner }
    return Decorrelation(plan: .filter(numbered, condition), conditions: inner.conditions)
  }

  /// Parts `inner = outer`: which side is the query's own; nil for any other condition.
  private static func equality(
    _ condition: BoundExpression
  ) -> (call: BoundCall, sides: [BoundExpression], own: Int)? {
    guard case .call(let call, let sides) = condition.kind, call.name == "=", sides.count == 2,
      let own = sides.firstIndex(where: { !$0.readsOuter }), sides[1 - own].columns.isEmpty
    else { return nil }
    return (call, sides, own)
  }

  private init(plan: LogicalPlan, conditions: [BoundExpression]) {
    self.plan = plan
    self.conditions = conditions
  }
}

extension LogicalPlan {
  /// Whether an expression of the node itself reads the row around the query.
  fileprivate var hasOuterOfItsOwn: Bool {
    var reads = false
    _ = mapExpressions { expression in
      reads = reads || expression.readsOuter
      return expression
    }
    return reads
  }
}
