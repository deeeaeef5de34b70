import BQLColumnar
import BQLStorage
import BQLSyntax

// LET users.name = expression.
extension Binder {
  /// Binds an expression over each user's rows: aggregates over those that the clauses leave, and
  /// other attributes.
  mutating func bindUserExpression(
    _ user: UserExpression,
    _ name: Identifier,
    at range: SourceRange
  ) -> BoundAttributes? {
    guard let (logName, log) = bindUsersLog(user.from, at: range) else { return nil }
    guard checkNames([name], of: log, logName) else { return nil }
    guard let userColumn = log.roles[.user] else {
      return fail(.missingRole, "the log has no USER column", at: range)
    }
    guard let keys = bindUserKeys(user.expression, logName, log) else { return nil }
    guard Self.hasAggregate(user.expression) else {
      return bindRowless(user, name, (logName, log), at: range)
    }
    var context = behaviorContext(logName, log)
    let rows = bindRows(user, log, context)
    let userName = BoundExpression(
      .column(userColumn),
      log.schema[userColumn].type,
      range: range
    )
    let grouping = Grouping(keys: [userName] + keys)
    context.clause = "LET"
    context.grouping = grouping
    let value = bind(user.expression, context)
    guard let value, let rows else { return nil }
    let aggregates = grouping.aggregates.map { named, aggregate in
      var limited = aggregate
      limited.filter = conjunction(aggregate.filter, rows.condition)
      return (name: named, aggregate: limited)
    }
    let input = attaching(to: table(named: logName, .log(log), qualifier: logName).plan)
    let plan = LogicalPlan.aggregate(
      AggregatePlan(
        input: input,
        keys: ([userName] + keys).enumerated().map {
          NamedExpression("key\($0.offset)", $0.element)
        },
        aggregates: aggregates
      )
    )
    let key = BoundExpression(.column(0), userName.type, range: range)
    let items = [
      NamedExpression(log.schema[userColumn].name, key), NamedExpression(name.name, value),
    ]
    noteReads(of: logName)
    return BoundAttributes(
      plan: .project(plan, items),
      logName: logName,
      log: log,
      key: 0,
      values: [1],
      sources: reads,
      period: union(attributePeriods + [rows.period].compactMap { $0 })
    )
  }

  /// Binds an expression that reads no row: over the attributes of each user.
  private mutating func bindRowless(
    _ user: UserExpression,
    _ name: Identifier,
    _ owner: (name: String, log: EventLog),
    at range: SourceRange
  ) -> BoundAttributes? {
    for clause in [user.condition, user.since, user.until] {
      guard let clause else { continue }
      return fail(
        .badClause,
        "the expression reads no rows, of which WHERE, SINCE and UNTIL choose",
        at: clause.range,
        hints: ["an aggregate reads rows: count(*), sum(price), first(brand)"]
      )
    }
    let base = owner.log.usersAsRows
    var scope = Scope(schema: base.schema, qualifier: Catalog.usersTable, roles: base.roles)
    scope.attributes = AttributeScope(base: base, log: owner.log, isUsersTable: true)
    let context = ExpressionContext(scope: scope, clause: "LET", grouping: nil)
    guard let value = bind(user.expression, context) else { return nil }
    let scan = ScanPlan(name: Catalog.usersTable, table: .log(base), columns: [0])
    let key = BoundExpression(.column(0), base.schema[0].type, range: range)
    let items = [NamedExpression(base.schema[0].name, key), NamedExpression(name.name, value)]
    noteReads(of: owner.name)
    return BoundAttributes(
      plan: .project(attaching(to: .scan(scan)), items),
      logName: owner.name,
      log: owner.log,
      key: 0,
      values: [1],
      sources: reads,
      period: union(attributePeriods)
    )
  }

  /// The log that FROM names, else that of `users`.
  private mutating func bindUsersLog(
    _ from: TableReference?,
    at range: SourceRange
  ) -> (name: String, log: EventLog)? {
    guard from == nil else { return bindLog(from, at: range) }
    return usersOfLog(at: range)
  }

  /// Binds what the expression names outside aggregates, which must be one value a user: attributes,
  /// and the user.
  private mutating func bindUserKeys(
    _ expression: Expression,
    _ logName: String,
    _ log: EventLog
  ) -> [BoundExpression]? {
    var context = behaviorContext(logName, log)
    context.clause = "LET"
    var keys: [BoundExpression] = []
    for column in expression.columnsOutsideAggregates {
      guard let bound = bind(column, context), case .column(let index) = bound.kind else {
        return nil
      }
      if index < log.schema.count, index != log.roles[.user] {
        let name = log.schema[index].name
        return fail(
          .notGrouped,
          "'\(name)' is a column of rows, of which a user has many",
          at: column.range,
          hints: ["take one value of each user: first(\(name)), mode(\(name)), max(\(name))"]
        )
      }
      if index >= log.schema.count, !keys.contains(bound) { keys.append(bound) }
    }
    return keys
  }

  /// Binds which rows aggregates read, and when these are.
  private mutating func bindRows(
    _ user: UserExpression,
    _ log: EventLog,
    _ context: ExpressionContext
  ) -> (condition: BoundExpression?, period: ClosedRange<Int64>?)? {
    var context = context
    context.clause = "WHERE"
    let filter = user.condition.map { bindCondition($0, context) }
    guard let since = bindInstant(user.since, clause: "SINCE"),
      let until = bindInstant(user.until, clause: "UNTIL"),
      filter == nil || filter.flatMap({ $0 }) != nil
    else { return nil }
    var condition = filter.flatMap { $0 }
    if let time = log.roles[.time] {
      let bounds = [(">=", since.value, user.since), ("<", until.value, user.until)]
      for (comparison, instant, written) in bounds {
        guard let instant, let range = written?.range else { continue }
        let column = BoundExpression(.column(time), .timestamp, range: range)
        let limit = BoundExpression(.literal(.timestamp(instant)), .timestamp, range: range)
        let part = call(comparison, shown: comparison, [column, limit], at: range)
        condition = conjunction(condition, part)
      }
    }
    let bounds = log.roles[.time].flatMap { time in condition?.folded.instants(of: time) }
    return (condition, log.timeRange?.clipped(from: bounds?.first, to: bounds?.last))
  }

  private func conjunction(
    _ first: BoundExpression?,
    _ second: BoundExpression?
  ) -> BoundExpression? {
    guard let first, let second else { return first ?? second }
    return BoundExpression(
      .and(first.conjuncts + second.conjuncts),
      .bool,
      range: first.range.union(second.range)
    )
  }
}

extension Expression {
  /// The columns that the expression names outside aggregate calls and queries.
  fileprivate var columnsOutsideAggregates: [Expression] {
    switch kind {
    case .literal, .parameter, .scalarQuery, .exists: return []
    case .column: return [self]
    case .unary(_, let operand), .cast(let operand, _), .isNull(let operand, _),
      .isTruth(let operand, _, _), .inQuery(let operand, _, _):
      return operand.columnsOutsideAggregates
    case .binary(_, let left, let right), .isDistinct(let left, let right, _),
      .match(let left, _, let right, _):
      return left.columnsOutsideAggregates + right.columnsOutsideAggregates
    case .between(let operand, let low, let high, _):
      return [operand, low, high].flatMap(\.columnsOutsideAggregates)
    case .inList(let operand, let list, _):
      return ([operand] + list).flatMap(\.columnsOutsideAggregates)
    case .call(let call):
      return Binder.isAggregate(call)
        ? [] : call.arguments.flatMap(\.columnsOutsideAggregates)
    case .conditional(let operand, let branches, let otherwise):
      let parts = branches.flatMap { [$0.condition, $0.result] }
      return ([operand, otherwise].compactMap { $0 } + parts).flatMap(\.columnsOutsideAggregates)
    }
  }
}
