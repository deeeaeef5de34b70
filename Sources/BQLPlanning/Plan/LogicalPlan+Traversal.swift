extension LogicalPlan {
  /// The plans that this one reads, in order.
  package var inputs: [LogicalPlan] {
    switch self {
    case .scan, .values, .behavior, .with: []
    case .filter(let input, _), .project(let input, _), .distinct(let input),
      .limit(let input, _), .replicate(let input):
      [input]
    case .aggregate(let plan): [plan.input]
    case .window(let plan): [plan.input]
    case .sort(let plan): [plan.input]
    case .summarize(let plan): [plan.input]
    case .correlate(let plan): [plan.input]
    case .model(let question): [question.input]
    case .union(let first, let second): [first, second]
    case .join(let join): [join.left, join.right]
    }
  }

  /// Rebuilds the plan with each input replaced.
  package func mapInputs(_ transform: (LogicalPlan) -> LogicalPlan) -> LogicalPlan {
    switch self {
    case .scan, .values, .behavior, .with: return self
    case .join(var join):
      join.left = transform(join.left)
      join.right = transform(join.right)
      return .join(join)
    case .replicate(let input): return .replicate(transform(input))
    case .filter(let input, let predicate): return .filter(transform(input), predicate)
    case .project(let input, let items): return .project(transform(input), items)
    case .distinct(let input): return .distinct(transform(input))
    case .limit(let input, let limit): return .limit(transform(input), limit)
    case .union(let first, let second): return .union(transform(first), transform(second))
    case .aggregate(var plan):
      plan.input = transform(plan.input)
      return .aggregate(plan)
    case .window(var plan):
      plan.input = transform(plan.input)
      return .window(plan)
    case .sort(var plan):
      plan.input = transform(plan.input)
      return .sort(plan)
    case .summarize(var plan):
      plan.input = transform(plan.input)
      return .summarize(plan)
    case .correlate(var plan):
      plan.input = transform(plan.input)
      return .correlate(plan)
    case .model(var question):
      question.input = transform(question.input)
      return .model(question)
    }
  }

  /// Rebuilds the node with each of its own expressions, not those of its inputs, replaced.
  package func mapExpressions(
    _ transform: (BoundExpression) -> BoundExpression
  ) -> LogicalPlan {
    func named(_ items: [NamedExpression]) -> [NamedExpression] {
      items.map { NamedExpression($0.name, transform($0.expression)) }
    }
    switch self {
    case .values, .distinct, .limit, .union, .sort, .with, .replicate, .correlate, .model:
      return self
    case .join(var join):
      join.condition = join.condition.map(transform)
      join.membership = join.membership.map(transform)
      return .join(join)
    case .scan(var scan):
      scan.filter = scan.filter.map(transform)
      return .scan(scan)
    case .filter(let input, let predicate): return .filter(input, transform(predicate))
    case .project(let input, let items): return .project(input, named(items))
    case .aggregate(var plan):
      plan.keys = named(plan.keys)
      for index in plan.aggregates.indices {
        let aggregate = plan.aggregates[index].aggregate
        plan.aggregates[index].aggregate.arguments = aggregate.arguments.map(transform)
        plan.aggregates[index].aggregate.filter = aggregate.filter.map(transform)
      }
      return .aggregate(plan)
    case .window(var plan):
      plan.window = plan.window.mapExpressions(transform)
      return .window(plan)
    case .summarize(var plan):
      plan.groups = named(plan.groups)
      return .summarize(plan)
    case .behavior(let question): return .behavior(question.mapExpressions(transform))
    }
  }
}
