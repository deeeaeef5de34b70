// SESSIONS and TIMING: visits, and how long it takes from one event to another.
extension Parser {
  static let sessionsClauses: [Keyword] = [.using, .gap, .on, .show] + behaviorClauses
  static let timingClauses: [Keyword] = [.holding, .show, .against] + behaviorClauses

  /// Takes `SESSIONS clauses`.
  mutating func parseSessions() throws(SyntaxError) -> SessionsStatement {
    try expect(.sessions)
    var statement = SessionsStatement()
    var log = ClauseLog()
    while try parseSessionsClause(&statement, &log) {}
    if at(.max) { throw unexpected("a clause of SESSIONS", hints: ["MAX stands behind GAP"]) }
    try checkClausesEnd(of: .sessions, Parser.sessionsClauses)
    return statement
  }

  private mutating func parseSessionsClause(
    _ statement: inout SessionsStatement,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    if startsStatementOnNewLine { return false }
    if try parseBehaviorClause(&statement.behavior, &log) { return true }
    guard let clause = current.keyword, [.using, .gap, .on, .show].contains(clause) else {
      return false
    }
    log.note(clause, at: current.range, in: &self)
    advance()
    switch clause {
    case .using: statement.using = try parseName("a column")
    case .on: statement.on = try parseExpression()
    case .show: statement.show = try parseWord(of: SessionsShow.self)
    default:
      statement.gap = try parseDuration()
      if accept(.max) != nil { statement.longest = try parseDuration() }
    }
    return true
  }

  /// Takes `TIMING x TO y clauses`.
  mutating func parseTiming() throws(SyntaxError) -> TimingStatement {
    try expect(.timing)
    let start = try parseActivityEvent()
    guard accept(.to) != nil else {
      throw unexpected(
        "TO",
        candidates: [.to],
        hints: ["TIMING measures from one event to another: TIMING view TO purchase"]
      )
    }
    var statement = TimingStatement(start: start, end: try parseActivityEvent())
    var log = ClauseLog()
    while try parseTimingClause(&statement, &log) {}
    try checkClausesEnd(of: .timing, Parser.timingClauses)
    return statement
  }

  private mutating func parseTimingClause(
    _ statement: inout TimingStatement,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    if startsStatementOnNewLine { return false }
    if try parseBehaviorClause(&statement.behavior, &log) { return true }
    guard let clause = current.keyword, [.holding, .show, .against].contains(clause) else {
      return false
    }
    let start = current
    log.note(clause, at: start.range, in: &self)
    advance()
    switch clause {
    case .holding: statement.holding = try parseHolding()
    case .show: statement.show = try parseTimingShow()
    default:
      try expect(.value)
      var against = TimingAgainst()
      if accept(.landmark) != nil { against.landmark = try parseDuration().value }
      if accept(.for) != nil { against.follow = try parseDuration().value }
      statement.against = Choice(against, range: range(from: start))
    }
    return true
  }

  /// Takes `SUMMARY`, `TEST` or `CURVE [AT 7d | AT (1h, 1d, 7d)]`.
  private mutating func parseTimingShow() throws(SyntaxError) -> Choice<TimingShow> {
    let start = current
    if accept(.summary) != nil { return Choice(.summary, range: start.range) }
    if accept(.test) != nil { return Choice(.test, range: start.range) }
    guard accept(.curve) != nil else {
      throw unexpected("SUMMARY, CURVE or TEST", candidates: [.summary, .curve, .test])
    }
    var times: [Duration] = []
    if accept(.at) != nil {
      if let open = accept(.leftParenthesis) {
        times = try list { (parser: inout Parser) throws(SyntaxError) in
          try parser.parseDuration().value
        }
        try close(.rightParenthesis, opened: open)
      } else {
        times = [try parseDuration().value]
      }
    }
    return Choice(.curve(at: times), range: range(from: start))
  }
}
