// LIFECYCLE, STICKINESS and ACTIVE: who is active in which period, and what they share.
extension Parser {
  static let activityClauses: [Keyword] = [.of, .every] + behaviorClauses

  /// Takes `LIFECYCLE [OF x] [EVERY week] clauses`.
  mutating func parseLifecycle() throws(SyntaxError) -> LifecycleStatement {
    try expect(.lifecycle)
    var statement = LifecycleStatement()
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if try parseBehaviorClause(&statement.behavior, &log) { continue }
      if try parseActivityClause(&statement.of, &statement.every, &log) { continue }
      break
    }
    try checkClausesEnd(of: .lifecycle, Parser.activityClauses)
    return statement
  }

  /// Takes `ACTIVE [OF x] [EVERY day] clauses`.
  mutating func parseActive() throws(SyntaxError) -> ActiveStatement {
    try expect(.active)
    var statement = ActiveStatement()
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if try parseBehaviorClause(&statement.behavior, &log) { continue }
      if try parseActivityClause(&statement.of, &statement.every, &log) { continue }
      break
    }
    try checkClausesEnd(of: .active, Parser.activityClauses)
    return statement
  }

  /// Takes `STICKINESS [OF x] [EVERY day] [PER month] clauses`; a PER that names no grain is the
  /// unit's.
  mutating func parseStickiness() throws(SyntaxError) -> StickinessStatement {
    try expect(.stickiness)
    var statement = StickinessStatement()
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if at(.per), Parser.grains.contains(peek().keyword) {
        let start = current
        if let first = statement.within {
          diagnostics.append(
            Diagnostic(
              .repeatedClause,
              "PER stands twice with a period",
              at: start.range,
              secondary: [.init(range: first.range, message: "first here")]
            )
          )
        }
        advance()
        let grain = try parseWord(of: CalendarGrain.self)
        statement.within = Choice(grain.value, range: range(from: start))
        continue
      }
      if try parseBehaviorClause(&statement.behavior, &log) { continue }
      if try parseActivityClause(&statement.of, &statement.every, &log) { continue }
      break
    }
    try checkClausesEnd(of: .stickiness, Parser.activityClauses)
    return statement
  }

  private static let grains: [Keyword?] = [.day, .week, .month]

  /// Takes `OF x` or `EVERY grain`; false if neither starts here.
  private mutating func parseActivityClause(
    _ event: inout Choice<ActivityEvent>?,
    _ every: inout Choice<CalendarGrain>?,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    guard let clause = current.keyword, clause == .of || clause == .every else { return false }
    log.note(clause, at: current.range, in: &self)
    advance()
    if clause == .of {
      event = try parseActivityEvent()
    } else {
      every = try parseWord(of: CalendarGrain.self)
    }
    return true
  }

  /// Takes `ANY`, `name[cond]` or `(a|b)[cond]`.
  mutating func parseActivityEvent() throws(SyntaxError) -> Choice<ActivityEvent> {
    let start = current
    if accept(.any) != nil { return Choice(.any, range: start.range) }
    let patterns = try parseAlternatives("an event or ANY")
    return Choice(.events(patterns), range: range(from: start))
  }

  /// Reports a word behind the last clause that belongs to none.
  mutating func checkClausesEnd(
    of verb: Keyword,
    _ clauses: [Keyword]
  ) throws(SyntaxError) {
    let expected = "a clause of \(verb.rawValue)"
    switch current.kind {
    case .word where at(.into) || startsStatementOnNewLine: return
    case .word where at(.top) && !clauses.contains(.top):
      throw unexpected(expected, hints: ["TOP stands directly behind BY's dimensions"])
    case .symbol(.comma):
      throw unexpected(expected, hints: ["clauses are separated by blanks, not by commas"])
    case .word, .quotedName: throw unexpected(expected, candidates: clauses)
    default: return
    }
  }
}
