import BQLColumnar
import BQLSyntax

extension Optimizer {
  /// Reads and computes only the columns that something above needs.
  static let columnPruning = OptimizerRule(name: "column_pruning") { plan in
    prune(plan, keeping: Set(0..<plan.schema.count)).plan
  }

  /// Returns the plan with the columns of `needed`, ascending, and where each old one went.
  private static func prune(
    _ plan: LogicalPlan,
    keeping needed: Set<Int>
  ) -> (plan: LogicalPlan, map: [Int: Int]) {
    switch plan {
    case .scan(var scan):
      let kept = needed.sorted()
      scan.columns = kept.map { scan.columns[$0] }
      return (.scan(scan), positions(kept))
    case .filter(let input, let predicate):
      let (pruned, map) = prune(input, keeping: needed.union(predicate.columns))
      return (.filter(pruned, predicate.remapped(map)), map)
    case .project(let input, let items):
      let kept = needed.sorted()
      let columns = Set(kept.flatMap { items[$0].expression.columns })
      let (pruned, map) = prune(input, keeping: columns)
      let remapped = kept.map {
        NamedExpression(items[$0].name, items[$0].expression.remapped(map))
      }
      return (.project(pruned, remapped), positions(kept))
    case .aggregate(let aggregate): return prune(aggregate, keeping: needed)
    case .window(let window): return prune(window, keeping: needed)
    case .sort(var sort):
      let (pruned, map) = prune(sort.input, keeping: needed.union(sort.keys.map(\.column)))
      sort.input = pruned
      for index in sort.keys.indices {
        sort.keys[index].column = map[sort.keys[index].column] ?? sort.keys[index].column
      }
      return (.sort(sort), map)
    case .limit(let input, let limit):
      let (pruned, map) = prune(input, keeping: needed)
      return (.limit(pruned, limit), map)
    case .join(let join): return prune(join, keeping: needed)
    case .replicate(let input):
      let count = input.schema.count - 1
      let (pruned, map) = prune(input, keeping: needed.union([count]))
      return (.replicate(pruned), map.filter { $0.key != count })
    case .summarize(let summarize): return prune(summarize)
    case .behavior(let question): return prune(question, keeping: needed)
    case .union(let first, let second):
      // Both sides give the same columns, whatever else their filters read.
      let kept = needed.sorted()
      func side(_ plan: LogicalPlan) -> LogicalPlan {
        let (pruned, map) = prune(plan, keeping: needed)
        let schema = plan.schema
        if pruned.schema.count == kept.count { return pruned }
        return .project(
          pruned,
          kept.map { column in
            let range = SourceRange(0, 0)
            let place = BoundExpression(
              .column(map[column] ?? column),
              schema[column].type,
              range: range
            )
            return NamedExpression(schema[column].name, place)
          }
        )
      }
      return (.union(side(first), side(second)), positions(kept))
    case .distinct, .values, .with, .correlate, .model:
      // These give all their columns: a duplicate is one in every column.
      let all = positions(Array(0..<plan.schema.count))
      return (plan.mapInputs { prune($0, keeping: Set(0..<$0.schema.count)).plan }, all)
    }
  }

  /// Funnels and lists of users and sessions compute only what is asked for; other answers give all they have.
  private static func prune(
    _ question: BehaviorQuestion,
    keeping needed: Set<Int>
  ) -> (plan: LogicalPlan, map: [Int: Int]) {
    let kept = needed.sorted()
    switch question {
    case .funnel(var funnel):
      guard case .steps = funnel.answer else { break }
      // Rows are counted by their columns, so one stays.
      let kept = kept.isEmpty ? [0] : kept
      funnel.columns = kept.map { funnel.columns?[$0] ?? $0 }
      return (.behavior(.funnel(funnel)), positions(kept))
    case .sessions(var sessions) where sessions.show == .sessions:
      sessions.columns = kept.map { sessions.columns[$0] }
      return (.behavior(.sessions(sessions)), positions(kept))
    case .rfm(var rfm):
      rfm.columns = kept.map { rfm.columns[$0] }
      return (.behavior(.rfm(rfm)), positions(kept))
    case .features(var features):
      features.columns = kept.map { features.columns[$0] }
      return (.behavior(.features(features)), positions(kept))
    default: break
    }
    return (.behavior(question), positions(Array(0..<question.schema.count)))
  }

  private static func prune(
    _ join: JoinPlan,
    keeping needed: Set<Int>
  ) -> (plan: LogicalPlan, map: [Int: Int]) {
    var join = join
    let width = join.left.schema.count
    let isAsked = needed.contains { $0 >= width }
    // Nobody asks what such a query found, and it drops no row.
    if !isAsked, join.kind == .mark || join.kind == .single {
      return prune(join.left, keeping: needed)
    }
    var columns = Set((join.condition?.columns ?? []) + (join.membership?.columns ?? []))
    if join.kind != .mark { columns.formUnion(needed) }
    columns.formUnion(needed.filter { $0 < width })
    let (left, leftMap) = prune(join.left, keeping: columns.filter { $0 < width })
    let (right, rightMap) = prune(
      join.right,
      keeping: Set(columns.filter { $0 >= width }.map { $0 - width })
    )
    join.left = left
    join.right = right
    let newWidth = left.schema.count
    var map = leftMap
    for (old, new) in rightMap { map[old + width] = new + newWidth }
    join.condition = join.condition?.remapped(map)
    join.membership = join.membership?.remapped(map)
    switch join.kind {
    case .inner, .left, .single: return (.join(join), map)
    case .semi, .anti: return (.join(join), leftMap)
    case .mark:
      var marked = leftMap
      marked[width] = newWidth
      return (.join(join), marked)
    }
  }

  private static func prune(
    _ aggregate: AggregatePlan,
    keeping needed: Set<Int>
  ) -> (plan: LogicalPlan, map: [Int: Int]) {
    var aggregate = aggregate
    let keyCount = aggregate.keys.count
    let kept = needed.filter { $0 >= keyCount }.sorted()
    aggregate.aggregates = kept.map { aggregate.aggregates[$0 - keyCount] }
    var columns = Set(aggregate.keys.flatMap(\.expression.columns))
    for (_, call) in aggregate.aggregates {
      columns.formUnion(call.arguments.flatMap(\.columns))
      columns.formUnion(call.filter?.columns ?? [])
    }
    let (input, map) = prune(aggregate.input, keeping: columns)
    aggregate.input = input
    let plan = LogicalPlan.aggregate(aggregate).mapExpressions { $0.remapped(map) }
    return (plan, positions(Array(0..<keyCount) + kept))
  }

  /// Computes only the calls that are needed; without any the window goes.
  private static func prune(
    _ plan: WindowPlan,
    keeping needed: Set<Int>
  ) -> (plan: LogicalPlan, map: [Int: Int]) {
    var plan = plan
    let width = plan.input.schema.count
    let kept = needed.filter { $0 >= width }.sorted()
    var columns = needed.filter { $0 < width }
    guard !kept.isEmpty else { return prune(plan.input, keeping: columns) }
    plan.window.calls = kept.map { plan.window.calls[$0 - width] }
    let keys = plan.window.partition + plan.window.order.map(\.expression)
    let expressions = keys + plan.window.calls.flatMap(\.call.expressions)
    columns.formUnion(expressions.flatMap(\.columns))
    var (input, map) = prune(plan.input, keeping: columns)
    plan.window = plan.window.mapExpressions { $0.remapped(map) }
    plan.input = input
    let first = input.schema.count
    for (position, call) in kept.enumerated() { map[call] = first + position }
    return (.window(plan), map)
  }

  private static func prune(
    _ summarize: SummarizePlan
  ) -> (plan: LogicalPlan, map: [Int: Int]) {
    var summarize = summarize
    let columns = Set(summarize.columns + summarize.groups.flatMap(\.expression.columns))
    let (input, map) = prune(summarize.input, keeping: columns)
    summarize.input = input
    summarize.columns = summarize.columns.map { map[$0] ?? $0 }
    summarize.groups = summarize.groups.map {
      NamedExpression($0.name, $0.expression.remapped(map))
    }
    return (.summarize(summarize), positions(Array(0..<summarize.schema.count)))
  }

  private static func positions(_ kept: [Int]) -> [Int: Int] {
    var map: [Int: Int] = [:]
    for (position, column) in kept.enumerated() { map[column] = position }
    return map
  }
}
