import BQLColumnar
import BQLFunctions
import BQLSyntax

// Queries that stand for values inside an expression.
extension Binder {
  /// Binds EXISTS, IN or a query in parentheses; one that names columns of the row around it becomes
  /// a join to that row.
  mutating func bindSubquery(
    _ expression: Expression,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    switch expression.kind {
    case .exists(let query): return bindExists(query, at: expression.range, context)
    case .scalarQuery(let query): return bindScalar(query, at: expression.range, context)
    case .inQuery(let operand, let query, let negated):
      return bindIn(operand, query, at: expression.range, context)
        .flatMap { negate(negated, $0) }
    default: return nil
    }
  }

  /// Binds a query that may name the row of `context`.
  private mutating func plan(_ query: Query, in context: ExpressionContext) -> LogicalPlan? {
    outerFrames.append(context)
    defer { outerFrames.removeLast() }
    return bind(query).map(LogicalPlan.init)
  }

  /// Resolves a name that is no column here in the row around the query.
  mutating func bindOuter(
    qualifier: Identifier?,
    name: Identifier,
    at range: SourceRange
  ) -> BoundExpression? {
    guard let frame = outerFrames.last else { return nil }
    let frames = outerFrames
    outerFrames.removeLast()
    defer { outerFrames = frames }
    let column = Expression(.column(qualifier: qualifier, name: name), range: range)
    guard let bound = attempt({ $0.bind(column, frame) }) else { return nil }
    return BoundExpression(.outer(bound), bound.type, range: range)
  }

  private mutating func bindExists(
    _ query: Query,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    guard let plan = plan(query, in: context) else { return nil }
    guard plan.readsOuter else {
      return BoundExpression(.exists(BoundSubquery(plan)), .bool, range: range)
    }
    // What the query returns of a row does not matter, nor in what order.
    guard let part = decorrelated(plan.existing, at: range) else { return nil }
    let correlated = CorrelatedQuery(
      plan: part.plan,
      kind: .mark,
      condition: part.conditions,
      range: range
    )
    return column(correlated, value: 0, .bool, context)
  }

  private mutating func bindIn(
    _ operand: Expression,
    _ query: Query,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    let bound = bind(operand, context)
    guard let plan = plan(query, in: context), let bound else { return nil }
    guard plan.schema.count == 1, let (operand, members) = unify(bound, plan) else {
      return fail(
        .typeMismatch,
        "IN needs a query of one column of type \(bound.type.rawValue)",
        at: range
      )
    }
    guard plan.readsOuter else {
      return BoundExpression(.inQuery(operand, BoundSubquery(members)), .bool, range: range)
    }
    guard let part = decorrelated(members, at: range) else { return nil }
    let outer = BoundExpression(.outer(operand), operand.type, range: operand.range)
    let member = BoundExpression(.column(0), operand.type, range: range)
    guard let membership = call("=", shown: "IN", [outer, member], at: range) else { return nil }
    let correlated = CorrelatedQuery(
      plan: part.plan,
      kind: .mark,
      condition: part.conditions,
      membership: membership,
      range: range
    )
    return column(correlated, value: 0, .bool, context)
  }

  private mutating func bindScalar(
    _ query: Query,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    guard let plan = plan(query, in: context) else { return nil }
    guard plan.schema.count == 1 else {
      return fail(
        .wrongArguments,
        "a query that stands for a value has one column, found \(plan.schema.count)",
        at: range
      )
    }
    let type = plan.schema[0].type
    guard plan.readsOuter else {
      return BoundExpression(.scalarQuery(BoundSubquery(plan)), type, range: range)
    }
    guard var part = decorrelated(plan, at: range) else { return nil }
    let whole = plan.aggregateOfAll
    if case .refused = whole {
      return unimplemented(
        "HAVING or LIMIT in an aggregate that depends on the outer row",
        at: range
      )
    }
    guard case .found(let empty) = whole else {
      let correlated = CorrelatedQuery(
        plan: part.plan,
        kind: .single,
        condition: part.conditions,
        range: range
      )
      return column(correlated, value: 0, type, context)
    }
    // Without rows an aggregate has a value too: count(*) is 0.
    let schema = part.plan.schema
    let columns = schema.fields.enumerated().map { index, field in
      NamedExpression(
        field.name,
        BoundExpression(.column(index), field.type, range: range)
      )
    }
    let isThere = BoundExpression(.literal(.bool(true)), .bool, range: range)
    part.plan = .project(part.plan, columns + [NamedExpression("found", isThere)])
    let correlated = CorrelatedQuery(
      plan: part.plan,
      kind: .single,
      condition: part.conditions,
      range: range
    )
    guard let value = column(correlated, value: 0, type, context),
      let found = column(correlated, value: schema.count, .bool, context)
    else { return nil }
    let branch = BoundBranch(
      condition: BoundExpression(.isNull(found), .bool, range: range),
      result: BoundExpression(.scalarQuery(BoundSubquery(empty)), type, range: range)
    )
    return BoundExpression(.conditional([branch], otherwise: value), type, range: range)
  }

  /// Parts a query from what it says of the row around it.
  private mutating func decorrelated(
    _ plan: LogicalPlan,
    at range: SourceRange
  ) -> Decorrelation? {
    do throws(Decorrelation.Unsupported) {
      return try Decorrelation(plan)
    } catch {
      return unimplemented(error.feature, at: range)
    }
  }

  /// Puts a query beside the rows of the context and returns one of its columns.
  private mutating func column(
    _ query: CorrelatedQuery,
    value: Int,
    _ type: DataType,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    guard let queries = context.correlated else {
      return unimplemented(
        "a query that depends on the outer row in \(context.clause)",
        at: query.range
      )
    }
    let position = queries.add(query, value: value)
    return BoundExpression(.column(position), type, range: query.range)
  }

  /// Brings the operand of IN and the only column of its query to the wider of their types.
  private mutating func unify(
    _ operand: BoundExpression,
    _ plan: LogicalPlan
  ) -> (operand: BoundExpression, members: LogicalPlan)? {
    let field = plan.schema[0]
    if let converted = coerce(operand, to: field.type) { return (converted, plan) }
    let column = BoundExpression(.column(0), field.type, range: operand.range)
    guard let member = coerce(column, to: operand.type) else { return nil }
    return (operand, .project(plan, [NamedExpression(field.name, member)]))
  }
}

/// Says whether a query aggregates all of its rows into one.
private enum WholeAggregate {
  case none
  /// The same query over no rows.
  case found(LogicalPlan)
  /// It does, and drops the result where HAVING fails.
  case refused
}

extension LogicalPlan {
  /// The plan without what decides nothing about whether it has rows.
  fileprivate var existing: LogicalPlan {
    switch self {
    case .project(let input, _), .distinct(let input): input.existing
    case .sort(let sort): sort.input.existing
    case .limit(let input, let limit) where limit.offset == 0 && limit.count != 0: input.existing
    default: self
    }
  }

  fileprivate var aggregateOfAll: WholeAggregate {
    switch self {
    case .aggregate(var aggregate):
      guard aggregate.keys.isEmpty else { return .none }
      aggregate.input = .values(Relation(schema: aggregate.input.schema, chunks: []))
      return .found(.aggregate(aggregate))
    case .project(let input, let items):
      guard case .found(let empty) = input.aggregateOfAll else { return input.aggregateOfAll }
      return .found(.project(empty, items))
    case .filter(let input, _), .limit(let input, _):
      if case .none = input.aggregateOfAll { return .none }
      return .refused
    case .sort(let sort): return sort.input.aggregateOfAll
    case .distinct(let input): return input.aggregateOfAll
    case .scan, .values, .window, .union, .join, .with, .replicate, .summarize,
      .correlate, .model, .behavior:
      return .none
    }
  }
}
