import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds a SESSIONS against its log.
  mutating func bindSessions(
    _ sessions: SessionsStatement,
    at range: SourceRange
  ) -> SessionsPlan? {
    guard let (name, log) = bindLog(sessions.behavior.from, at: range) else { return nil }
    let isSound = checkSessions(sessions)
    let context = behaviorContext(name, log)
    var clauses = sessions.behavior
    clauses.unit = nil
    let behavior = bindBehavior(clauses, name, log, at: range)
    let unit = bindSessionUnit(sessions, log, context)
    let edge = bindEdge(sessions.on, log, context, at: range)
    guard isSound, var behavior, let unit, let edge else { return nil }
    behavior.unit = unit
    let show = sessions.show?.value ?? (clauses.by.isEmpty ? .sessions : .summary)
    if show == .sessions, let top = clauses.top {
      return fail(
        .badClause,
        "TOP keeps the largest groups, and SHOW SESSIONS makes none",
        at: top.range,
        hints: ["leave out SHOW SESSIONS for one row a group"]
      )
    }
    noteMissingEvents(log, show)
    return SessionsPlan(
      behavior: behavior,
      edge: edge,
      show: show,
      columns: SessionsPlan.allColumns(behavior)
    )
  }

  /// Checks what the clauses say of each other.
  private mutating func checkSessions(_ sessions: SessionsStatement) -> Bool {
    var isSound = true
    if let unit = sessions.behavior.unit, unit.value != .user {
      report(
        Diagnostic(
          .badClause,
          "SESSIONS counts sessions, and a session is one user's: it takes no PER",
          at: unit.range,
          hints: ["USING column names the sessions, GAP 30m cuts them"]
        )
      )
      isSound = false
    }
    if let using = sessions.using, let gap = sessions.gap {
      report(
        Diagnostic(
          .badClause,
          "USING takes the sessions of a column, so GAP has nothing to cut",
          at: gap.range,
          secondary: [.init(range: using.range, message: "the column")],
          hints: ["leave out one of the two"]
        )
      )
      isSound = false
    }
    return isSound
  }

  /// Finds what makes the sessions: USING, else GAP, else the SESSION column, else the usual gap.
  private mutating func bindSessionUnit(
    _ sessions: SessionsStatement,
    _ log: EventLog,
    _ context: ExpressionContext
  ) -> BehaviorPlan.Unit? {
    if let using = sessions.using {
      if log.roles[.session] == nil, using.name.lowercased() == Role.session.rawValue,
        !log.schema.fields.contains(where: { $0.name.lowercased() == "session" })
      {
        return fail(
          .missingRole,
          "the log has no SESSION column",
          at: using.range,
          hints: ["name it on loading: LOAD … (SESSION column)", "or cut by time: GAP 30m"]
        )
      }
      let bound = bindColumn(qualifier: nil, name: using, at: using.range, context)
      guard let bound, case .column(let column) = bound.kind else { return nil }
      guard column != log.roles[.user], column != log.roles[.time] else {
        return fail(
          .badClause,
          "USING names the column that tells a user's sessions apart, found '\(using.name)'",
          at: using.range
        )
      }
      return .session(column: column)
    }
    if let gap = sessions.gap {
      guard let span = bindSpan(gap, clause: "GAP") else { return nil }
      guard let longest = sessions.longest else { return .visit(gap: span, longest: nil) }
      return bindSpan(longest, clause: "MAX").map { .visit(gap: span, longest: $0) }
    }
    guard let column = log.roles[.session] else { return bindVisit() }
    return .session(column: column)
  }

  /// Resolves a span of exact length, in microseconds.
  mutating func bindSpan(_ span: Choice<Duration>, clause: String) -> Int64? {
    guard span.value.months == 0 else {
      return fail(
        .badClause,
        "\(clause) needs a span of exact length, found calendar months",
        at: span.range,
        hints: ["30m, 12h, 30d"]
      )
    }
    return span.value.microseconds
  }

  /// Resolves ON: what entry and exit tell, the event without it.
  private mutating func bindEdge(
    _ on: Expression?,
    _ log: EventLog,
    _ context: ExpressionContext,
    at range: SourceRange
  ) -> NamedExpression? {
    var context = context
    context.clause = "ON"
    context.scope.allowsTimeParts = true
    guard let on else {
      guard let event = log.roles[.event] else {
        return fail(.missingRole, "the log has no EVENT column", at: range)
      }
      let column = BoundExpression(.column(event), log.schema[event].type, range: range)
      return NamedExpression(log.schema[event].name, column)
    }
    guard let bound = bind(on, context) else { return nil }
    return NamedExpression(text(of: on.range), bound)
  }

  /// Says which of the counted events the log does not know.
  private mutating func noteMissingEvents(_ log: EventLog, _ show: SessionsShow) {
    let counted = show == .summary ? ["purchase"] : SessionsPlan.counted
    let missing = counted.filter { name in !log.events.contains { $0.name == name } }
    guard !missing.isEmpty else { return }
    let names = missing.map { "'\($0)'" }.joined(separator: ", ")
    note(
      "the log has no event \(names), which counts 0: LOAD … (EVENT column (value AS "
        + "\(missing[0]))) says which value means it"
    )
  }
}
