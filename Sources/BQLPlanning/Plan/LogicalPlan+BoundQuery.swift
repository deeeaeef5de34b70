import BQLColumnar

extension LogicalPlan {
  /// Plans a bound question, one node a clause, in the order in which SQL gives them meaning.
  package init(_ query: BoundQuery) {
    switch query {
    case .select(let select): self.init(select)
    case .compound(let compound): self.init(compound)
    case .behavior(let question): self = .behavior(question)
    case .summarize(let summarize): self = .summarize(summarize)
    case .correlate(let correlate): self = .correlate(correlate)
    case .model(let question): self = .model(question)
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
    if let join = select.joinsGroups { plan = join(plan) }
    if let having = select.having { plan = .filter(plan, having) }
    for window in select.windows { plan = .window(WindowPlan(input: plan, window: window)) }
    if let qualify = select.qualify { plan = .filter(plan, qualify) }
    plan = .project(plan, select.items + select.hiddenItems)
    if select.isDistinct { plan = .distinct(plan) }
    self = plan.ordered(select.sortKeys, select.limit, keeping: select.items, select.hiddenItems)
  }

  private init(_ compound: BoundCompound) {
    var plan = compound.input
    if !compound.hiddenItems.isEmpty {
      plan = .project(plan, compound.columns + compound.hiddenItems)
    }
    self = plan.ordered(
      compound.sortKeys,
      compound.limit,
      keeping: compound.columns,
      compound.hiddenItems
    )
  }

  /// The plan's rows in order, cut, without the columns that only the order needs.
  private func ordered(
    _ keys: [SortPlan.Key],
    _ limit: LimitPlan?,
    keeping items: [NamedExpression],
    _ hidden: [NamedExpression]
  ) -> LogicalPlan {
    var plan = self
    if !keys.isEmpty { plan = .sort(SortPlan(input: plan, keys: keys)) }
    if let limit { plan = .limit(plan, limit) }
    guard !hidden.isEmpty else { return plan }
    let kept = items.enumerated().map { index, item in
      NamedExpression(
        item.name,
        BoundExpression(.column(index), item.expression.type, range: item.expression.range)
      )
    }
    return .project(plan, kept)
  }
}
