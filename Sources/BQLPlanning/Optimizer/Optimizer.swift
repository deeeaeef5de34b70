/// Rewrites a plan into one that gives the same answer with less work.
package struct OptimizerRule: Sendable {
  /// As EXPLAIN and the tests name it.
  package let name: String
  package let apply: @Sendable (LogicalPlan) -> LogicalPlan
}

/// Applies the rules, each once, in an order in which none undoes another.
package enum Optimizer {
  package static let rules: [OptimizerRule] = [inlineWith] + partRules

  /// The rules for a part of a statement that was looked at as a whole: a query inside an expression
  /// or of WITH.
  private static let partRules: [OptimizerRule] = [
    predicatePushdown, marksToJoins, constantFolding, topN, mergedProjections, sharedExpressions,
    columnPruning, joinSide,
  ]

  /// Returns a plan for a query inside a statement that gives the same rows in the same order.
  package static func optimizePart(_ plan: LogicalPlan) -> LogicalPlan {
    partRules.reduce(plan) { $1.apply($0) }
  }

  /// Returns a plan for a whole statement that gives the same rows in the same order.
  package static func optimize(_ plan: LogicalPlan) -> LogicalPlan {
    rules.reduce(plan) { $1.apply($0) }
  }
}
