/// Rewrites a plan into one that gives the same answer with less work.
package struct OptimizerRule: Sendable {
  /// As EXPLAIN and the tests name it.
  package let name: String
  package let apply: @Sendable (LogicalPlan) -> LogicalPlan
}

/// Applies the rules, each once, in an order in which none undoes another.
package enum Optimizer {
  package static let rules: [OptimizerRule] = [
    inlineWith, predicatePushdown, marksToJoins, constantFolding, topN, sharedExpressions,
    columnPruning, joinSide,
  ]

  /// Returns a plan that gives the same rows in the same order.
  package static func optimize(_ plan: LogicalPlan) -> LogicalPlan {
    rules.reduce(plan) { $1.apply($0) }
  }
}
