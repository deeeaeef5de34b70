extension Parser {
  static let rfmClauses: [Keyword] = [.as, .scores] + behaviorClauses

  /// Takes `RFM [AS OF t] [SCORES 5] clauses`.
  mutating func parseRFM() throws(SyntaxError) -> RFMStatement {
    try expect(.rfm)
    var statement = RFMStatement()
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if try parseBehaviorClause(&statement.behavior, &log) { continue }
      if let asOf = try parseAsOf(&log) {
        statement.asOf = asOf
      } else if at(.scores) {
        log.note(.scores, at: current.range, in: &self)
        advance()
        statement.scores = try parseCount("the number of scores")
      } else {
        break
      }
    }
    try checkClausesEnd(of: .rfm, Parser.rfmClauses)
    return statement
  }

  /// Takes `AS OF time`; nil if it does not stand here.
  mutating func parseAsOf(_ log: inout ClauseLog) throws(SyntaxError) -> Expression? {
    guard at(.as), peek().keyword == .of else { return nil }
    log.note(.of, at: current.range, in: &self)
    advance()
    advance()
    return try parseExpression()
  }
}
