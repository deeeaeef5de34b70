import BQLColumnar

extension LogicalPlan {
  /// Plans a bound question, one node a clause, in the order in which SQL gives them meaning.
  package init(_ query: BoundQuery) {
    switch query {
    case .select(let select): self.init(select)
    case .behavior(let question): self = .behavior(question)
    case .summarize(let summarize): self = .summarize(summarize)
    case .values(let relation): self = .values(relation)
    }
  }

  private init(_ select: BoundSelect) {
    var plan = select.input
    if let condition = select.condition { plan = .filter(plan, condition) }
    if let grouping = select.grouping {
      plan = .aggregate(
        AggregatePlan(input: plan, keys: grouping.keys, aggregates: grouping.aggregates)
      )
    }
    if let having = select.having { plan = .filter(plan, having) }
    for window in select.windows { plan = .window(WindowPlan(input: plan, window: window)) }
    if let qualify = select.qualify { plan = .filter(plan, qualify) }
    plan = .project(plan, select.items + select.hiddenItems)
    if select.isDistinct { plan = .distinct(plan) }
    if !select.sortKeys.isEmpty { plan = .sort(SortPlan(input: plan, keys: select.sortKeys)) }
    if let limit = select.limit { plan = .limit(plan, limit) }
    if !select.hiddenItems.isEmpty {
      let kept = select.items.enumerated().map { index, item in
        NamedExpression(
          item.name,
          BoundExpression(.column(index), item.expression.type, range: item.expression.range)
        )
      }
      plan = .project(plan, kept)
    }
    self = plan
  }
}
