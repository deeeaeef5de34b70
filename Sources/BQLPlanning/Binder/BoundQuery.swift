package import BQLColumnar

/// Holds a question whose names, types, roles and event values are resolved.
package indirect enum BoundQuery: Sendable {
  case select(BoundSelect)
  case behavior(BehaviorQuestion)
  case summarize(SummarizePlan)
  /// An answer that the catalog alone gives: DESCRIBE, SHOW.
  case values(Relation)
}

/// Holds a SELECT; expressions after grouping read the grouping's output.
package struct BoundSelect: Sendable {
  /// Holds the keys and the aggregates of a grouped SELECT.
  package struct Grouping: Sendable {
    package var keys: [NamedExpression]
    package var aggregates: [(name: String, aggregate: BoundAggregate)]
  }

  package var input: LogicalPlan
  package var condition: BoundExpression?
  package var grouping: Grouping?
  package var having: BoundExpression?
  /// Each adds the columns of its calls behind those before.
  package var windows: [BoundWindow]
  package var qualify: BoundExpression?
  package var items: [NamedExpression]
  /// What ORDER BY needs beyond the items; dropped from the result.
  package var hiddenItems: [NamedExpression]
  package var isDistinct: Bool
  /// Over the items, then the hidden ones.
  package var sortKeys: [SortPlan.Key]
  package var limit: LimitPlan?
}
