extension Optimizer {
  /// Tells a sort below a LIMIT how many rows are needed.
  static let topN = OptimizerRule(name: "top_n") { plan in
    limitSorts(plan)
  }

  private static func limitSorts(_ plan: LogicalPlan) -> LogicalPlan {
    if case .limit(.sort(var sort), let limit) = plan, let count = limit.count {
      let (needed, overflows) = count.addingReportingOverflow(limit.offset)
      sort.limit = overflows ? nil : needed
      sort.input = limitSorts(sort.input)
      return .limit(.sort(sort), limit)
    }
    return plan.mapInputs(limitSorts)
  }
}
