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

  /// Reads the rows of a query of WITH, which the first place that asks for them computes.
  func common(_ query: CommonQuery, _ depth: Int) throws(ExecutionError) -> any Operator {
    let relation: Relation
    if let known = context.commonResults.find(query) {
      relation = known
    } else {
      let (found, notes) = try Executor.run(
        Optimizer.optimize(query.plan),
        context,
        depth: depth + 1
      )
      for note in notes { self.notes.add(note) }
      context.commonResults.keep(query, found)
      relation = found
    }
    return RelationScanOperator(
      relation: relation,
      columns: Array(0..<relation.schema.count),
      filter: nil
    )
  }

  private func compile(
    _ expression: BoundExpression?,
    _ schema: Schema
  ) throws(ExecutionError) -> CompiledExpression? {
    try expression.map { expression throws(ExecutionError) in try compile(expression, schema) }
  }
}
