import BQLColumnar
import BQLPlanning
import BQLSyntax

// Joins, and queries of WITH that several places read.
extension PhysicalPlanner {
  func join(_ join: JoinPlan, _ depth: Int) throws(ExecutionError) -> any Operator {
    let left = join.left.schema
    let right = join.right.schema
    let both = Schema(left.fields + right.fields)
    let (keys, rest) = join.split
    var leftKeys: [CompiledExpression] = []
    var rightKeys: [CompiledExpression] = []
    for key in keys {
      leftKeys.append(try compile(key.left, left))
      rightKeys.append(try compile(key.right, right))
    }
    let specification = JoinSpecification(
      kind: join.kind,
      buildsLeft: join.buildsLeft,
      leftSchema: left,
      rightSchema: right,
      leftKeys: leftKeys,
      rightKeys: rightKeys,
      matchesNull: keys.map(\.matchesNull),
      condition: try compile(.conjunction(rest), both),
      membership: try compile(join.membership, both),
      range: join.range
    )
    return JoinOperator(
      left: try plan(join.left, depth: depth + 1),
      right: try plan(join.right, depth: depth + 1),
      specification: specification
    )
  }

  /// Plans a query of WITH, once for all the places that read it.
  func withQuery(_ query: WithQuery, _ depth: Int) throws(ExecutionError) -> any Operator {
    if let known = context.withResults.planned(query) { return known }
    let optimized = Optimizer.optimizePart(query.plan)
    let resolved = isOutline ? optimized : try Executor.resolved(optimized, context)
    let planned = WithOperator(
      input: try plan(resolved, depth: depth + 1),
      schema: query.plan.schema
    )
    context.withResults.keep(query, planned)
    return planned
  }

  private func compile(
    _ expression: BoundExpression?,
    _ schema: Schema
  ) throws(ExecutionError) -> CompiledExpression? {
    try expression.map { expression throws(ExecutionError) in try compile(expression, schema) }
  }
}
