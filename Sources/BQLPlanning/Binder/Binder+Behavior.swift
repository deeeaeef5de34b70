import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Resolves the clauses that every behaviour statement has, against the log called `name`.
  mutating func bindBehavior(
    _ clauses: BehaviorClauses,
    _ name: String,
    _ log: EventLog,
    at range: SourceRange
  ) -> BehaviorPlan? {
    let context = behaviorContext(name, log)
    let filter = clauses.condition.map { bindCondition($0, context) }
    let unit = bindUnit(clauses.unit, log, context)
    let since = bindInstant(clauses.since, clause: "SINCE")
    let until = bindInstant(clauses.until, clause: "UNTIL")
    var dimensionContext = context
    dimensionContext.clause = "BY"
    dimensionContext.scope.allowsTimeParts = true
    let dimensions = bindDimensions(clauses.by, dimensionContext)
    guard let unit, let since, let until, let dimensions,
      filter == nil || filter.flatMap({ $0 }) != nil, let top = bindTop(clauses)
    else { return nil }
    if let since = since.value, let until = until.value, since >= until {
      return fail(
        .badFunnel,
        "the period is empty: SINCE is not before UNTIL",
        at: clauses.until?.range ?? range
      )
    }
    return BehaviorPlan(
      log: log,
      logName: name,
      unit: unit,
      filter: filter.flatMap { $0 },
      since: since.value,
      until: until.value,
      dimensions: dimensions,
      top: top.value,
      orderGapSeconds: settings.orderGapSeconds,
      timeZone: settings.timeZone
    )
  }

  /// What a behaviour statement's expressions may name: the columns of its log and the attributes of
  /// its users.
  func behaviorContext(_ name: String, _ log: EventLog) -> ExpressionContext {
    var scope = Scope(schema: log.schema, qualifier: name, roles: log.roles)
    scope.attributes = AttributeScope(base: log, log: log)
    return ExpressionContext(scope: scope, clause: "WHERE", grouping: nil)
  }

  /// Finds the log of a behaviour statement: `events` without FROM.
  mutating func bindLog(
    _ from: TableReference?,
    at range: SourceRange
  ) -> (name: String, log: EventLog)? {
    guard let from else {
      guard let entry = catalog[Catalog.defaultLog] else {
        return fail(
          .unknownTable,
          "no event log is loaded: there is no table 'events'",
          at: range,
          hints: ["load one first: LOAD 'events.csv'"]
            + (catalog.names.isEmpty ? [] : ["or name one: FROM \(catalog.names[0])"])
        )
      }
      guard case .log(let log) = entry else {
        return fail(.notALog, "'events' is a plain table, not an event log", at: range)
      }
      noteReads(of: Catalog.defaultLog)
      return (Catalog.defaultLog, log)
    }
    guard case .table(let name) = from.kind else {
      return unimplemented("a behaviour statement over a query or a file", at: from.range)
    }
    if name.name.lowercased() == Catalog.usersTable, catalog[name.name] == nil {
      return fail(
        .notALog,
        "'users' has one row a user, not events",
        at: name.range,
        hints: ["attributes of users may stand in BY and WHERE of a statement over a log"]
      )
    }
    guard let entry = lookUp(name) else { return nil }
    guard case .log(let log) = entry else {
      return fail(
        .notALog,
        "'\(name.name)' is a plain table, not an event log",
        at: name.range,
        hints: ["load it as a log: LOAD 'file.csv' AS \(name.name) (USER …, TIME …);"]
      )
    }
    return (name.name, log)
  }

  /// Resolves an event's name to its code; nil inside where the log does not know it.
  ///
  /// A name with a near neighbour is an error; any other counts nothing, with a warning, so that a
  /// saved script survives a month without one of its events.
  mutating func bindEvent(_ name: Identifier, _ log: EventLog, _ logName: String) -> Bound<Int>? {
    let names = log.events.map(\.name)
    if let exact = names.firstIndex(of: name.name) { return known(exact, log) }
    let folded = names.indices.filter { names[$0].lowercased() == name.name.lowercased() }
    if folded.count == 1 { return known(folded[0], log) }
    let column = log.roles[.event].map { log.schema[$0].name } ?? "event"
    let near = NearestNames.nearest(to: name.name, in: names, limit: 3)
    let knownNames = "known events: \(names.prefix(24).joined(separator: ", "))"
    let isError = !near.isEmpty || settings.unknownEvents == .error
    var hint = knownNames
    if !near.isEmpty {
      hint = "did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))? " + knownNames
    }
    report(
      Diagnostic(
        .unknownEvent,
        "unknown event '\(name.name)'",
        at: name.range,
        label: "no such value in \(logName).\(column)",
        hints: [hint],
        severity: isError ? .error : .warning
      )
    )
    return isError ? nil : Bound(value: nil)
  }

  private mutating func known(_ code: Int, _ log: EventLog) -> Bound<Int> {
    if log.events[code].rowCount == 0 {
      note("no row of the log is a '\(log.events[code].name)'")
    }
    return Bound(value: code)
  }

  /// Resolves PER.
  mutating func bindUnit(
    _ unit: Choice<BehaviorUnit>?,
    _ log: EventLog,
    _ context: ExpressionContext
  ) -> BehaviorPlan.Unit? {
    guard let unit else { return .user }
    switch unit.value {
    case .user: return .user
    case .session:
      guard let column = log.roles[.session] else {
        return bindVisit()
      }
      return .session(column: column)
    case .columns(let names):
      var columns: [Int] = []
      for name in names {
        let bound = bindColumn(qualifier: nil, name: name, at: name.range, context)
        guard let bound, case .column(let index) = bound.kind else { return nil }
        columns.append(index)
      }
      return .columns(columns)
    }
  }

  /// Makes the sessions of a log that names none: they end at gaps in time.
  mutating func bindVisit() -> BehaviorPlan.Unit {
    let gap = Int64(settings.sessionGapSeconds) * 1_000_000
    let span = Formatter.print(Duration(microseconds: gap))
    note("the log has no SESSION column: a session ends where \(span) pass without a row")
    return .visit(gap: gap, longest: nil)
  }

  /// Resolves an instant that does not depend on rows: SINCE, UNTIL.
  mutating func bindInstant(_ expression: Expression?, clause: String) -> Bound<Int64>? {
    guard let expression else { return Bound(value: nil) }
    let context = ExpressionContext(scope: Scope(columns: []), clause: clause, grouping: nil)
    guard let bound = bind(expression, context) else { return nil }
    if case .text(let text) = bound.literal, parse(text, as: .timestamp) == nil {
      return badLiteral(text, .timestamp, at: expression.range)
    }
    let time = coerce(bound, to: .timestamp)?.folded
    if let time, time.holdsQuery {
      return unimplemented("\(clause) with a time that a query computes", at: expression.range)
    }
    guard case .timestamp(let instant) = time?.literal else {
      return fail(
        .typeMismatch,
        "\(clause) needs a time, found \(bound.type.rawValue)",
        at: expression.range,
        hints: ["\(clause) '2019-11-01'"]
      )
    }
    return Bound(value: instant)
  }

  private mutating func bindTop(_ clauses: BehaviorClauses) -> Bound<Int>? {
    guard let top = clauses.top else { return Bound(value: nil) }
    guard !clauses.by.isEmpty else {
      return fail(.missingClause, "TOP needs a dimension: BY … TOP \(top.value)", at: top.range)
    }
    guard top.value >= 1 else {
      return fail(.badFunnel, "TOP keeps at least 1 group, found \(top.value)", at: top.range)
    }
    return Bound(value: top.value)
  }
}

/// Holds the value of a clause that may be absent, apart from "did not bind".
struct Bound<Value> {
  var value: Value?
}
