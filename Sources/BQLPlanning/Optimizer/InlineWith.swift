import BQLColumnar

extension Optimizer {
  /// Puts a query of WITH in the place where it is named, if that is one alone.
  ///
  /// Then conditions and columns reach it. What is named more often is computed once.
  static let inlineWith = OptimizerRule(name: "inline_with") { plan in
    var uses: [ObjectIdentifier: Int] = [:]
    count(plan, &uses)
    return inline(plan, uses)
  }

  private static func count(_ plan: LogicalPlan, _ uses: inout [ObjectIdentifier: Int]) {
    if case .with(let query) = plan {
      let identity = ObjectIdentifier(query)
      uses[identity, default: 0] += 1
      if uses[identity] == 1 { count(query.plan, &uses) }
      return
    }
    var found = uses
    _ = plan.mapExpressions { expression in
      for query in expression.subqueries { count(query.plan, &found) }
      return expression
    }
    uses = found
    for input in plan.inputs { count(input, &uses) }
  }

  private static func inline(
    _ plan: LogicalPlan,
    _ uses: [ObjectIdentifier: Int]
  ) -> LogicalPlan {
    guard case .with(let query) = plan else { return plan.mapInputs { inline($0, uses) } }
    guard uses[ObjectIdentifier(query)] == 1 || query.plan.isRead else { return plan }
    return inline(query.plan, uses)
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
    case .filter, .aggregate, .distinct, .sort, .limit, .union, .join, .with, .replicate,
      .summarize, .behavior:
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
