extension Parser {
  static let retentionClauses: [Keyword] =
    [.first, .recurring, .return, .every, .for, .clock, .count, .measure] + behaviorClauses

  /// Takes `RETENTION OF x clauses`; clauses may stand in any order, once each.
  mutating func parseRetention() throws(SyntaxError) -> RetentionStatement {
    try expect(.retention)
    try expect(.of)
    var retention = RetentionStatement(of: try parseActivityEvent())
    var log = ClauseLog()
    while try parseRetentionClause(&retention, &log) {}
    try checkClausesEnd(of: .retention, Parser.retentionClauses)
    return retention
  }

  private mutating func parseRetentionClause(
    _ retention: inout RetentionStatement,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    if startsStatementOnNewLine { return false }
    if try parseBehaviorClause(&retention.behavior, &log) { return true }
    guard let clause = current.keyword, Parser.retentionClauses.contains(clause) else {
      return false
    }
    let start = current
    // FIRST and RECURRING are two values of one clause.
    log.note(clause == .recurring ? .first : clause, at: start.range, in: &self)
    if clause == .first || clause == .recurring {
      retention.entry = try parseWord(of: RetentionEntry.self)
      return true
    }
    advance()
    switch clause {
    case .return: retention.returning = try parseActivityEvent()
    case .every: retention.every = try parseWord(of: CalendarGrain.self)
    case .for: retention.periods = try parseCount("the number of periods")
    case .clock: retention.clock = try parseWord(of: RetentionClock.self)
    case .measure: retention.measure = try parseWord(of: RetentionMeasure.self)
    default: retention.count = try parseRetentionCount()
    }
    return true
  }

  /// Takes `ON`, `ON OR AFTER` or `BRACKETS (0, 1..3)`.
  private mutating func parseRetentionCount() throws(SyntaxError) -> Choice<RetentionCount> {
    let start = current
    if accept(.on) != nil {
      guard accept(.or) != nil else { return Choice(.on, range: start.range) }
      try expect(.after)
      return Choice(.onOrAfter, range: range(from: start))
    }
    guard accept(.brackets) != nil else {
      throw unexpected("ON, ON OR AFTER or BRACKETS (…)", candidates: [.on, .brackets])
    }
    let open = try expect(.leftParenthesis)
    let brackets = try list { (parser: inout Parser) throws(SyntaxError) in
      try parser.parseBracket()
    }
    try close(.rightParenthesis, opened: open)
    for (before, bracket) in zip(brackets, brackets.dropFirst())
    where bracket.value.lowerBound <= before.value.upperBound {
      complain(
        "a bracket begins behind the one before it, found '\(text(of: bracket.range))' after "
          + "'\(text(of: before.range))'",
        at: bracket.range
      )
    }
    return Choice(.brackets(brackets.map(\.value)), range: range(from: start))
  }

  /// Takes `3` or `1..3`.
  private mutating func parseBracket() throws(SyntaxError) -> Choice<ClosedRange<Int>> {
    let start = current
    let low = try parsePeriodNumber()
    let high = accept(.dotDot) == nil ? low : try parsePeriodNumber()
    if high < low {
      complain(
        "a bracket ends at or behind its begin, found '\(text(of: range(from: start)))'",
        at: range(from: start)
      )
    }
    return Choice(low...max(low, high), range: range(from: start))
  }

  private mutating func parsePeriodNumber() throws(SyntaxError) -> Int {
    guard case .int(let value) = current.kind, let number = Int(exactly: value), number >= 0 else {
      throw unexpected("a period's number", hints: ["for example BRACKETS (0, 1..3, 4..7)"])
    }
    advance()
    return number
  }
}
