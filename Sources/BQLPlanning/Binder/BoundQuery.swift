package import BQLColumnar

/// Holds a question whose names, types, roles and event values are resolved.
package indirect enum BoundQuery: Sendable {
  case select(BoundSelect)
  case compound(BoundCompound)
  case behavior(BehaviorQuestion)
  case summarize(SummarizePlan)
  case correlate(CorrelatePlan)
  case model(ModelQuestion)
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
  /// The grouping's output joined with what correlated queries say of it; nil where none do.
  package var joinsGroups: (@Sendable (LogicalPlan) -> LogicalPlan)?
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

  /// Reads the rows of `input`, whose columns stand where its map says, joins the groups with the
  /// queries that depend on them, and puts the windows' columns behind all these.
  mutating func place(
    _ input: PlacedPlan,
    _ groupQueries: CorrelatedQueries,
    _ windows: Windows
  ) {
    self.input = input.plan
    let map = input.map
    condition = condition?.remapped(map)
    guard var grouping else {
      moveResults(map, windows.places(behind: input.plan.schema.count))
      return
    }
    for index in grouping.keys.indices {
      grouping.keys[index].expression = grouping.keys[index].expression.remapped(map)
    }
    for index in grouping.aggregates.indices {
      let aggregate = grouping.aggregates[index].aggregate
      grouping.aggregates[index].aggregate.arguments = aggregate.arguments.map { $0.remapped(map) }
      grouping.aggregates[index].aggregate.filter = aggregate.filter?.remapped(map)
    }
    self.grouping = grouping
    let groups = LogicalPlan.aggregate(
      AggregatePlan(
        input: self.input,
        keys: grouping.keys,
        aggregates: grouping.aggregates
      )
    )
    let joined = groupQueries.joined(to: PlacedPlan(plan: groups))
    moveResults(joined.map, windows.places(behind: joined.plan.schema.count))
    guard !groupQueries.queries.isEmpty else { return }
    let (queries, places) = (groupQueries.queries.map(\.query), joined.map)
    joinsGroups = { plan in queries.reduce(plan) { $1.joined(to: $0, places) } }
  }

  /// Reads columns, and those of windows, where the maps say.
  private mutating func moveResults(_ map: [Int: Int], _ windowMap: [Int: Int]) {
    having = having?.remapped(map)
    windows = windows.map { window in window.mapExpressions { $0.remapped(map) } }
    let map = map.merging(windowMap) { first, _ in first }
    qualify = qualify?.remapped(map)
    items = items.map { NamedExpression($0.name, $0.expression.remapped(map)) }
    hiddenItems = hiddenItems.map { NamedExpression($0.name, $0.expression.remapped(map)) }
  }
}

/// Holds queries that set operations combine, with the order and limit of the whole.
package struct BoundCompound: Sendable {
  package var input: LogicalPlan
  package var columns: [NamedExpression]
  /// What ORDER BY needs beyond the columns; dropped from the result.
  package var hiddenItems: [NamedExpression]
  /// Over the columns, then the hidden ones.
  package var sortKeys: [SortPlan.Key]
  package var limit: LimitPlan?
}
