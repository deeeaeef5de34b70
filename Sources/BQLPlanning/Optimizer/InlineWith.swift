import BQLColumnar

extension Optimizer {
  /// Puts a query of WITH in the place where it is named, if that is one alone.
  ///
  /// Then conditions and columns reach it. What is named more often is computed once.
  static let inlineWith = OptimizerRule(name: "inline_with") { plan in
    var inlining = WithInlining()
    inlining.count(plan)
    return inlining.inlined(plan)
  }
}

/// Counts where the queries of WITH are named, and puts the plans of some there.
private struct WithInlining {
  private var uses: [ObjectIdentifier: Int] = [:]
  /// What became of the queries that stay.
  private var kept: [ObjectIdentifier: WithQuery] = [:]

  mutating func count(_ plan: LogicalPlan) {
    if case .with(let query) = plan {
      let identity = ObjectIdentifier(query)
      uses[identity, default: 0] += 1
      if uses[identity] == 1 { count(query.plan) }
      return
    }
    for query in plan.subqueries { count(query.plan) }
    for input in plan.inputs { count(input) }
  }

  mutating func inlined(_ plan: LogicalPlan) -> LogicalPlan {
    guard case .with(let query) = plan else {
      var copy = self
      let mapped = plan.mapInputs { copy.inlined($0) }.mapExpressions { copy.inlined($0) }
      self = copy
      return mapped
    }
    let identity = ObjectIdentifier(query)
    if uses[identity] == 1 || query.plan.isRead { return inlined(query.plan) }
    if let known = kept[identity] { return .with(known) }
    let made = WithQuery(name: query.name, plan: inlined(query.plan))
    kept[identity] = made
    return .with(made)
  }

  private mutating func inlined(_ expression: BoundExpression) -> BoundExpression {
    guard expression.holdsQuery else { return expression }
    var copy = self
    var mapped = expression.mapChildren { copy.inlined($0) }
    switch mapped.kind {
    case .scalarQuery(let query): mapped.kind = .scalarQuery(copy.inlined(query))
    case .exists(let query): mapped.kind = .exists(copy.inlined(query))
    case .inQuery(let operand, let query): mapped.kind = .inQuery(operand, copy.inlined(query))
    default: break
    }
    self = copy
    return mapped
  }

  private mutating func inlined(_ query: BoundSubquery) -> BoundSubquery {
    BoundSubquery(inlined(query.plan))
  }
}

extension LogicalPlan {
  /// Whether the plan only reads rows that are there, so that doing it twice costs nothing more.
  fileprivate var isRead: Bool {
    switch self {
    case .scan, .values: true
    case .project(let input, let items):
      input.isRead
        && items.allSatisfy { if case .column = $0.expression.kind { true } else { false } }
    case .filter, .aggregate, .window, .distinct, .sort, .limit, .union, .join, .with, .replicate,
      .summarize, .correlate, .model, .behavior:
      false
    }
  }
}

extension BoundExpression {
  /// The queries that stand for values in the expression.
  var subqueries: [BoundSubquery] {
    let own: [BoundSubquery] =
      switch kind {
      case .scalarQuery(let query), .exists(let query), .inQuery(_, let query): [query]
      default: []
      }
    return own + children.flatMap(\.subqueries)
  }
}
