import BQLColumnar

extension Optimizer {
  /// Computes what depends on no column once, and drops filters that are always true.
  static let constantFolding = OptimizerRule(name: "constant_folding") { plan in
    fold(plan)
  }

  private static func fold(_ plan: LogicalPlan) -> LogicalPlan {
    let folded = plan.mapInputs(fold).mapExpressions(\.folded)
    if case .filter(let input, let predicate) = folded, predicate.literal == .bool(true) {
      return input
    }
    return folded
  }
}
