// The clauses that every behaviour statement shares: FROM, WHERE, PER, SINCE, UNTIL, BY.
extension Parser {
  static let behaviorClauses: [Keyword] = [.from, .where, .per, .since, .until, .by]

  /// Lists the verbs of behaviour statements.
  static let behaviorVerbs: [Keyword] = [
    .funnel, .retention, .lifecycle, .stickiness, .active, .intervals, .heatmap, .paths,
    .transitions, .match, .sessions, .timing, .rfm, .features,
  ]

  /// Takes the behaviour statement that starts with `verb` here.
  mutating func parseBehavior(_ verb: Keyword) throws(SyntaxError) -> Query.Kind {
    switch verb {
    case .retention: .retention(try parseRetention())
    case .lifecycle: .lifecycle(try parseLifecycle())
    case .stickiness: .stickiness(try parseStickiness())
    case .active: .active(try parseActive())
    case .intervals: .intervals(try parseIntervals())
    case .heatmap: .heatmap(try parseHeatmap())
    case .paths: .paths(try parsePaths())
    case .transitions: .transitions(try parseTransitions())
    case .match: .match(try parseMatch())
    case .sessions: .sessions(try parseSessions())
    case .timing: .timing(try parseTiming())
    case .rfm: .rfm(try parseRFM())
    case .features: .features(try parseFeatures())
    default: .funnel(try parseFunnel())
    }
  }

  /// Takes one shared clause; false if none starts here.
  mutating func parseBehaviorClause(
    _ clauses: inout BehaviorClauses,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    guard let clause = current.keyword, Parser.behaviorClauses.contains(clause) else {
      return false
    }
    let start = current
    log.note(clause, at: start.range, in: &self)
    advance()
    switch clause {
    case .from: clauses.from = try parseTable(allowsBareAlias: false)
    case .where: clauses.condition = try parseExpression()
    case .since: clauses.since = try parseExpression()
    case .until: clauses.until = try parseExpression()
    case .per:
      let unit = try parseUnit()
      clauses.unit = Choice(unit, range: range(from: start))
    default:
      clauses.by = try parseExpressions()
      if accept(.top) != nil {
        clauses.top = try parseCount("the number of groups")
      }
    }
    return true
  }

  /// Takes `user`, `session` or `(column, …)`.
  private mutating func parseUnit() throws(SyntaxError) -> BehaviorUnit {
    if accept(.user) != nil { return .user }
    if accept(.session) != nil { return .session }
    guard let open = accept(.leftParenthesis) else {
      throw unexpected(
        "user, session or columns in parentheses",
        candidates: [.user, .session],
        hints: current.isName ? ["a column stands in parentheses: PER (column)"] : []
      )
    }
    let columns = try parseNames("a column")
    try close(.rightParenthesis, opened: open)
    return .columns(columns)
  }
}
