import BQLColumnar
import BQLSyntax

extension Optimizer {
  /// Moves filters towards the rows: through projections, sorts and groupings, into the scan.
  static let predicatePushdown = OptimizerRule(name: "predicate_pushdown") { plan in
    push(plan)
  }

  static func push(_ plan: LogicalPlan) -> LogicalPlan {
    if case .join(let join) = plan { return push([], into: join) }
    guard case .filter(let input, let predicate) = plan else { return plan.mapInputs(push) }
    switch input {
    case .scan(var scan):
      var map: [Int: Int] = [:]
      for (position, column) in scan.columns.enumerated() { map[position] = column }
      let moved = predicate.remapped(map)
      scan.filter = scan.filter.map { conjunction($0, moved) } ?? moved
      return .scan(scan)
    case .filter(let inner, let first):
      return push(.filter(inner, conjunction(first, predicate)))
    case .project(let inner, let items):
      let moved = predicate.substituting(items.map(\.expression))
      // Where each level names the one below twice, the filter would double at each.
      guard !moved.isLarger(than: BoundExpression.repetitionLimit) else {
        return .filter(.project(push(inner), items), predicate)
      }
      return .project(push(.filter(inner, moved)), items)
    case .sort(var sort) where sort.limit == nil:
      sort.input = push(.filter(sort.input, predicate))
      return .sort(sort)
    case .distinct(let inner): return .distinct(push(.filter(inner, predicate)))
    case .union(let first, let second):
      return .union(push(.filter(first, predicate)), push(.filter(second, predicate)))
    case .aggregate(let aggregate): return push(predicate, below: aggregate)
    case .join(let join): return push(predicate.conjuncts, into: join)
    case .window(let window): return push(predicate, below: window)
    case .behavior(let question): return push(predicate, into: question)
    case .sort, .limit, .values, .summarize, .correlate, .model, .with, .replicate:
      return .filter(input.mapInputs(push), predicate)
    }
  }

  /// Moves the parts of a HAVING that read group keys alone below the grouping: a group either
  /// keeps all its rows or loses them all.
  private static func push(
    _ predicate: BoundExpression,
    below aggregate: AggregatePlan
  ) -> LogicalPlan {
    var aggregate = aggregate
    let keyCount = aggregate.keys.count
    var kept: [BoundExpression] = []
    var moved: [BoundExpression] = []
    for part in predicate.conjuncts {
      let columns = part.columns
      let isOnKeys = !columns.isEmpty && columns.allSatisfy { $0 < keyCount }
      if isOnKeys { moved.append(part) } else { kept.append(part) }
    }
    let keys = aggregate.keys.map(\.expression)
    for part in moved {
      aggregate.input = .filter(aggregate.input, part.substituting(keys))
    }
    aggregate.input = push(aggregate.input)
    guard var rest = kept.first else { return .aggregate(aggregate) }
    for part in kept.dropFirst() { rest = conjunction(rest, part) }
    return .filter(.aggregate(aggregate), rest)
  }

  /// Moves the parts that read columns of PARTITION BY alone below the window: a partition either
  /// keeps all its rows or loses them all.
  private static func push(
    _ predicate: BoundExpression,
    below plan: WindowPlan
  ) -> LogicalPlan {
    var plan = plan
    let keys = Set(
      plan.window.partition.compactMap { key -> Int? in
        if case .column(let column) = key.kind { column } else { nil }
      }
    )
    let parts = predicate.conjuncts.map { part -> (part: BoundExpression, moves: Bool) in
      let columns = part.columns
      return (part, !columns.isEmpty && keys.isSuperset(of: columns))
    }
    for (part, moves) in parts where moves { plan.input = .filter(plan.input, part) }
    plan.input = push(plan.input)
    let kept = parts.filter { !$0.moves }.map(\.part)
    guard var rest = kept.first else { return .window(plan) }
    for part in kept.dropFirst() { rest = conjunction(rest, part) }
    return .filter(.window(plan), rest)
  }

  static func conjunction(
    _ first: BoundExpression,
    _ second: BoundExpression
  ) -> BoundExpression {
    BoundExpression(
      .and(first.conjuncts + second.conjuncts),
      .bool,
      range: first.range.union(second.range)
    )
  }
}

extension BoundExpression {
  /// The parts of an AND; the expression itself where it is none.
  package var conjuncts: [BoundExpression] {
    if case .and(let parts) = kind { parts } else { [self] }
  }
}
