import BQLColumnar
package import BQLSyntax

/// Holds a query that depends on the row around it, as a join to that row.
package struct CorrelatedQuery: Sendable {
  package var plan: LogicalPlan
  /// `mark` for EXISTS and IN, `single` for a value.
  package var kind: JoinPlan.Kind
  /// What must hold: over the query's columns, with values of the row around it marked as outer.
  package var condition: [BoundExpression]
  /// For IN: the comparison, by the same rule.
  package var membership: BoundExpression?
  package var range: SourceRange

  /// Returns the join of `input`'s rows with the query's.
  package func joined(to input: LogicalPlan, _ map: [Int: Int]) -> LogicalPlan {
    let width = input.schema.count
    var join = JoinPlan(
      input,
      kind,
      plan,
      on: .conjunction(condition.map { $0.placed(behind: width, map) }),
      range: range
    )
    join.membership = membership?.placed(behind: width, map)
    return .join(join)
  }
}

/// Collects the correlated queries of a clause while its expressions are bound.
///
/// Sendable as binders are: one thread at a time binds a statement.
final class CorrelatedQueries: @unchecked Sendable {
  private(set) var queries: [(query: CorrelatedQuery, value: Int)] = []

  /// Adds a query and returns the provisional position of its column `value`.
  func add(_ query: CorrelatedQuery, value: Int) -> Int {
    queries.append((query, value))
    return ProvisionalColumn.correlated(queries.count - 1)
  }

  /// Joins the queries to a plan; the map says where their values are.
  func joined(to placed: PlacedPlan) -> PlacedPlan {
    var result = placed
    for (index, (query, value)) in queries.enumerated() {
      let width = result.plan.schema.count
      result.plan = query.joined(to: result.plan, result.map)
      result.map[ProvisionalColumn.correlated(index)] =
        query.kind == .mark ? width : width + value
    }
    return result
  }
}

extension BoundExpression {
  /// Returns the expression over the columns of a join: those of the query stand behind `width`
  /// columns of the row around it, whose values are outer here.
  fileprivate func placed(behind width: Int, _ map: [Int: Int]) -> BoundExpression {
    switch kind {
    case .outer(let value): value.remapped(map)
    case .column(let index): BoundExpression(.column(width + index), type, range: range)
    default: mapChildren { $0.placed(behind: width, map) }
    }
  }
}

extension LogicalPlan {
  /// Whether an expression of the plan reads the row around the query.
  var readsOuter: Bool {
    var reads = false
    _ = mapExpressions { expression in
      reads = reads || expression.readsOuter
      return expression
    }
    return reads || inputs.contains(where: \.readsOuter)
  }
}

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
    case .limit: throw Unsupported(feature: "LIMIT in a query that depends on the outer row")
    case .scan, .values, .window, .join, .union, .with, .replicate, .summarize, .behavior:
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
      guard case .call(let call, let sides) = condition.kind, call.name == "=", sides.count == 2,
        let own = sides.firstIndex(where: { !$0.readsOuter }), sides[1 - own].columns.isEmpty
      else {
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
