// INTERVALS and HEATMAP: an event and the clauses that all behaviour statements share.
extension Parser {
  /// Takes `INTERVALS OF x clauses`.
  mutating func parseIntervals() throws(SyntaxError) -> IntervalsStatement {
    try expect(.intervals)
    try expect(.of)
    var statement = IntervalsStatement(of: try parseActivityEvent())
    statement.behavior = try parseBehaviorClauses()
    try checkClausesEnd(of: .intervals, Parser.behaviorClauses)
    return statement
  }

  /// Takes `HEATMAP OF x clauses`.
  mutating func parseHeatmap() throws(SyntaxError) -> HeatmapStatement {
    try expect(.heatmap)
    try expect(.of)
    var statement = HeatmapStatement(of: try parseActivityEvent())
    statement.behavior = try parseBehaviorClauses()
    try checkClausesEnd(of: .heatmap, Parser.behaviorClauses)
    return statement
  }

  private mutating func parseBehaviorClauses() throws(SyntaxError) -> BehaviorClauses {
    var clauses = BehaviorClauses()
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      guard try parseBehaviorClause(&clauses, &log) else { break }
    }
    return clauses
  }
}
