package import BQLColumnar
import BQLFunctions
package import BQLPlanning
import BQLSyntax

/// Runs plans.
package enum Executor {
  /// Runs a plan to its end and returns all of its rows, with what they need to be trusted.
  package static func run(
    _ plan: LogicalPlan,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> (relation: Relation, notes: [String]) {
    let resolved = try resolved(plan, context)
    let notes = Notes()
    let root = try PhysicalPlanner(context: context, notes: notes).plan(resolved)
    let chunks = try root.open(context).collect(context, context.lease("result"))
    return (Relation(schema: plan.schema, chunks: chunks), notes.all)
  }

  /// Chooses the operators of a plan and returns them, each before its inputs, without running any.
  package static func outline(
    _ plan: LogicalPlan,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> [Profile.Entry] {
    var context = context
    let profile = Profile()
    context.profile = profile
    _ = try PhysicalPlanner(context: context, notes: Notes(), isOutline: true).plan(plan)
    return profile.entries
  }

  /// Computes an expression that reads no row: ASSERT's condition.
  package static func evaluate(
    _ expression: BoundExpression,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Value {
    let item = NamedExpression("value", expression)
    let one = Relation(schema: Schema([]), chunks: [Chunk([], count: 1)])
    return try run(.project(.values(one), [item]), context).relation.rows.first?.first ?? .null
  }

  /// Compiles a condition over a table's rows into a function that answers for each row of a chunk
  /// (NULL counts as false): LOAD's WHERE.
  package static func rowFilter(
    _ condition: BoundExpression,
    schema: Schema,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> @Sendable (Chunk) throws(ExecutionError) -> [Bool] {
    // Planned over no rows, so that its subqueries find their values as those of any plan do.
    let none = LogicalPlan.values(Relation(schema: schema, chunks: []))
    guard case .filter(_, let resolved) = try resolved(.filter(none, condition), context)
    else { throw .internal("a filter became another node") }
    let compiled = try CompiledExpression(
      resolved,
      inputTypes: schema.fields.map(\.type),
      cancellation: context.cancellation
    )
    return { chunk throws(ExecutionError) in
      let column = try compiled.evaluate(chunk)
      guard case .bools(let bools) = column.values else {
        throw .internal("a condition is not a bool")
      }
      return bools.indices.map { bools[$0] && column.isValid($0) }
    }
  }

  /// Runs each subquery once and puts its value in its place.
  static func resolved(
    _ plan: LogicalPlan,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> LogicalPlan {
    var failure: ExecutionError?
    func resolve(_ expression: BoundExpression) -> BoundExpression {
      guard failure == nil else { return expression }
      let mapped = expression.mapChildren(resolve)
      do throws(ExecutionError) {
        return try value(of: mapped, context)
      } catch {
        failure = error
        return mapped
      }
    }
    func walk(_ plan: LogicalPlan) -> LogicalPlan {
      plan.mapInputs(walk).mapExpressions(resolve)
    }
    let resolved = walk(plan)
    if let failure { throw failure }
    return resolved
  }

  private static func value(
    of expression: BoundExpression,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> BoundExpression {
    var copy = expression
    var inner = context
    inner.profile = nil
    switch expression.kind {
    case .scalarQuery(let query):
      let relation = try run(Optimizer.optimizePart(query.plan), inner).relation
      guard relation.rowCount <= 1 else { throw .severalRows(at: expression.range) }
      copy.kind = .literal(relation.rows.first?.first ?? .null)
    case .exists(let query):
      let limited = LogicalPlan.limit(query.plan, LimitPlan(count: 1, offset: 0))
      let relation = try run(Optimizer.optimizePart(limited), inner).relation
      copy.kind = .literal(.bool(relation.rowCount > 0))
    case .inQuery(let operand, let query):
      let relation = try run(Optimizer.optimizePart(.distinct(query.plan)), inner).relation
      let members = Column.concatenate(relation.chunks.map { $0.columns[0] }, type: operand.type)
      copy.kind = .isMember(operand, MemberList(members))
    case .column, .literal, .call, .cast, .and, .or, .isNull, .isTruth, .isNotDistinct, .inList,
      .isMember, .conditional, .outer:
      break
    }
    return copy
  }
}
