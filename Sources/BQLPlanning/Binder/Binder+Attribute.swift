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
      let hint = "the first column names the user, the second is the value"
      guard let (_, log) = attributedLog(at: query.range) else { return nil }
      let users = Set(["user"] + [log.roles[.user].map { log.schema[$0].name.lowercased() }])
      let isKey = plan.schema.fields.map { users.contains($0.name.lowercased()) }
      guard isKey[0] || !isKey[1] else {
        return fail(
          .wrongArguments,
          "the query's second column names the user",
          at: query.range,
          hints: [hint]
        )
      }
      return bound(plan, key: 0, at: query.range, names: [attribute.name], hints: [hint])
    }
  }

  /// Binds `query INTO users`: the column that is called as the log's user column, or `user`, names
  /// the user.
  package mutating func bindAttachment(_ query: Query, into range: SourceRange) -> BoundAttributes?
  {
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
  mutating func bound(
    _ plan: LogicalPlan,
    key: Int,
    at range: SourceRange,
    names: [Identifier],
    hints: [String] = []
  ) -> BoundAttributes? {
    guard let (name, log) = attributedLog(at: range) else { return nil }
    let users = log.roles[.user].map { log.schema[$0] } ?? Field("user", .int)
    guard plan.schema[key].type == users.type else {
      return fail(
        .typeMismatch,
        "column '\(plan.schema[key].name)' is to name users, which are \(users.type.rawValue) in "
          + "'\(name)': found \(plan.schema[key].type.rawValue)",
        at: range,
        hints: hints
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

  /// The period from the first to the last instant of several.
  func union(_ periods: [ClosedRange<Int64>]) -> ClosedRange<Int64>? {
    guard let first = periods.map(\.lowerBound).min(), let last = periods.map(\.upperBound).max()
    else { return nil }
    return first...last
  }

  /// Refuses names that mean something else already, or stand twice.
  mutating func checkNames(
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
