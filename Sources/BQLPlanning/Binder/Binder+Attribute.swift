import BQLColumnar
package import BQLStorage
package import BQLSyntax

/// Holds a query whose rows give users values.
package struct BoundAttributes: Sendable {
  package var plan: LogicalPlan
  /// The log whose users get the values.
  package var logName: String
  package var log: EventLog
  /// The column of the plan that names the user.
  package var key: Int
  /// The columns that become attributes.
  package var values: [Int]
  /// The states of what the values are computed from, the log's first.
  package var sources: [UserAttribute.TableState]
  /// The instants of the rows that they are computed from, as far as attributes and clauses tell.
  package var period: ClosedRange<Int64>?
}

extension Binder {
  /// Binds `LET users.name = …`.
  package mutating func bindAttribute(
    _ attribute: AttributeStatement,
    at range: SourceRange
  ) -> BoundAttributes? {
    switch attribute.definition {
    case .expression(let user): return bindUserExpression(user, attribute.name, at: range)
    case .query(let query):
      guard let plan = bind(query).map(LogicalPlan.init) else { return nil }
      guard plan.schema.count == 2 else {
        return fail(
          .wrongArguments,
          "an attribute's query has two columns, the user and the value, found \(plan.schema.count)",
          at: query.range,
          hints: plan.schema.count > 2
            ? ["several attributes at once: SELECT … INTO users"] : []
        )
      }
      return bound(plan, key: 0, at: query.range, names: [attribute.name])
    }
  }

  /// Binds `query INTO users`: the column that is called as the log's user column, or `user`, names
  /// the user.
  package mutating func bindAttachment(_ query: Query, into range: SourceRange) -> BoundAttributes? {
    guard let plan = bind(query).map(LogicalPlan.init) else { return nil }
    guard let (_, log) = attributedLog(at: range) else { return nil }
    let user = log.roles[.user].map { log.schema[$0].name } ?? "user"
    let keys = plan.schema.indices(named: user) + plan.schema.indices(named: "user")
    guard let key = keys.first else {
      return fail(
        .missingClause,
        "INTO users needs a column called '\(user)', which says whose the row is",
        at: range,
        hints: ["the columns are \(plan.schema.fields.map(\.name).joined(separator: ", "))"]
      )
    }
    guard plan.schema.count > 1 else {
      return fail(.missingClause, "INTO users needs a column beside '\(user)'", at: range)
    }
    let names = plan.schema.fields.map { Identifier($0.name, isQuoted: true, range: range) }
    var others = names
    others.remove(at: key)
    return bound(plan, key: key, at: range, names: others)
  }

  /// The log whose users a query's rows are about: the only one that it reads, else that of `users`.
  private mutating func attributedLog(
    at range: SourceRange
  ) -> (name: String, log: EventLog)? {
    var logs: [(name: String, log: EventLog)] = []
    for state in reads {
      if case .log(let log)? = catalog[state.name] { logs.append((state.name, log)) }
    }
    return logs.count == 1 ? logs[0] : usersOfLog(at: range)
  }

  /// Checks the key and the names, and collects what the values depend on.
  private mutating func bound(
    _ plan: LogicalPlan,
    key: Int,
    at range: SourceRange,
    names: [Identifier]
  ) -> BoundAttributes? {
    guard let (name, log) = attributedLog(at: range) else { return nil }
    let users = log.roles[.user].map { log.schema[$0] } ?? Field("user", .int)
    guard plan.schema[key].type == users.type else {
      return fail(
        .typeMismatch,
        "column '\(plan.schema[key].name)' is to name users, which are \(users.type.rawValue) in "
          + "'\(name)': found \(plan.schema[key].type.rawValue)",
        at: range,
        hints: key == 0 ? ["the first column names the user, the second is the value"] : []
      )
    }
    guard checkNames(names, of: log, name) else { return nil }
    noteReads(of: name)
    let period = Optimizer.optimize(plan).readPeriod
    return BoundAttributes(
      plan: plan,
      logName: name,
      log: log,
      key: key,
      values: plan.schema.fields.indices.filter { $0 != key },
      sources: reads,
      period: union(attributePeriods + [period].compactMap { $0 })
    )
  }

  private func union(_ periods: [ClosedRange<Int64>]) -> ClosedRange<Int64>? {
    guard let first = periods.map(\.lowerBound).min(), let last = periods.map(\.upperBound).max()
    else { return nil }
    return first...last
  }

  /// Refuses names that mean something else already, or stand twice.
  private mutating func checkNames(
    _ names: [Identifier],
    of log: EventLog,
    _ logName: String
  ) -> Bool {
    var seen: Set<String> = []
    for name in names {
      let folded = name.name.lowercased()
      let meaning: String?
      if log.schema.index(named: folded) != nil {
        meaning = "a column of '\(logName)'"
      } else if let role = Role(rawValue: folded), let column = log.roles[role] {
        meaning = "the column '\(log.schema[column].name)' of '\(logName)'"
      } else if Self.timeParts.contains(folded) {
        meaning = "a part of TIME in BY"
      } else if !seen.insert(folded).inserted {
        meaning = "another column of the query, too"
      } else {
        meaning = nil
      }
      guard let meaning else { continue }
      report(
        Diagnostic(
          .nameTaken,
          "'\(name.name)' means \(meaning); an attribute needs another name",
          at: name.range,
          hints: ["such as user_\(folded)"]
        )
      )
      return false
    }
    return true
  }
}

// LET users.name = expression.
extension Binder {
  /// Binds an expression over each user's rows: aggregates over those that the clauses leave, and
  /// other attributes.
  private mutating func bindUserExpression(
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
        keys: ([userName] + keys).enumerated().map { NamedExpression("key\($0.offset)", $0.element) },
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
