import BQLColumnar

extension Optimizer {
  /// Makes one projection of two, where nothing is computed more often for it.
  static let mergedProjections = OptimizerRule(name: "merged_projections") { plan in
    merge(plan)
  }

  private static func merge(_ plan: LogicalPlan) -> LogicalPlan {
    let plan = plan.mapInputs(merge)
    guard case .project(.project(let input, let inner), let outer) = plan else { return plan }
    var uses = [Int](repeating: 0, count: inner.count)
    for item in outer { item.expression.countColumns(&uses) }
    let isSafe = inner.indices.allSatisfy { index in
      switch inner[index].expression.kind {
      case .column, .literal: true
      // Behind a condition it might be computed for fewer rows, never for more.
      default: uses[index] <= 1
      }
    }
    let expressions = inner.map(\.expression)
    let merged = outer.map {
      NamedExpression($0.name, $0.expression.substituting(expressions))
    }
    let limit = BoundExpression.repetitionLimit
    guard isSafe, !merged.contains(where: { $0.expression.isLarger(than: limit) }) else {
      return plan
    }
    return .project(input, merged)
  }
}

extension BoundExpression {
  fileprivate func countColumns(_ uses: inout [Int]) {
    if case .column(let index) = kind { uses[index] += 1 }
    for child in children { child.countColumns(&uses) }
  }
}
