extension Parser {
  static let pathsClauses: [Keyword] =
    behaviorClauses + [
      .on, .steps, .start, .end, .around, .keep, .collapse, .compare, .as,
    ]

  static let transitionsClauses: [Keyword] = behaviorClauses + [.on, .keep, .collapse]

  /// Takes `PATHS clauses`.
  mutating func parsePaths() throws(SyntaxError) -> PathsStatement {
    try expect(.paths)
    var paths = PathsStatement()
    var log = ClauseLog()
    while try parsePathsClause(&paths, &log) {}
    try checkBehaviorEnd("PATHS", Parser.pathsClauses)
    return paths
  }

  private mutating func parsePathsClause(
    _ paths: inout PathsStatement,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    if startsStatementOnNewLine { return false }
    if try parseBehaviorClause(&paths.behavior, &log) { return true }
    guard let clause = current.keyword, Parser.pathsClauses.contains(clause) else { return false }
    let start = current
    log.note(clause, at: start.range, in: &self)
    advance()
    switch clause {
    case .on: paths.on = try parseExpressions()
    case .steps: paths.steps = try parseCount("the number of steps")
    case .keep: paths.keep = try parseCount("the number of steps to keep")
    case .start:
      try expect(.at)
      paths.start = try parseAnchor()
    case .end:
      try expect(.at)
      paths.end = try parseAnchor()
    case .around: try parseAround(&paths)
    case .collapse:
      try expect(.loops)
      paths.collapseLoops = range(from: start)
    case .as: paths.shape = try parseWord(of: PathsShape.self)
    default:
      let first = try parseExpression()
      try expect(.vs)
      let second = try parseExpression()
      paths.compare = Choice([first, second], range: range(from: start))
    }
    return true
  }

  /// Takes what a path starts, ends or turns at: an event, with its condition, or `(a|b)`.
  private mutating func parseAnchor() throws(SyntaxError) -> Choice<[EventPattern]> {
    let start = current
    let alternatives = try parseAlternatives("an event")
    return Choice(alternatives, range: range(from: start))
  }

  /// Takes `x [BEFORE n] [AFTER n]`.
  private mutating func parseAround(_ paths: inout PathsStatement) throws(SyntaxError) {
    paths.around = try parseAnchor()
    while at(.before) || at(.after) {
      let isBefore = at(.before)
      let start = current
      advance()
      guard case .int(let value) = current.kind, let count = Int(exactly: value) else {
        throw unexpected("the number of steps")
      }
      advance()
      let choice = Choice(count, range: range(from: start))
      if (isBefore ? paths.before : paths.after) != nil {
        complain("\(isBefore ? "BEFORE" : "AFTER") stands twice", at: start.range)
      }
      if isBefore { paths.before = choice } else { paths.after = choice }
    }
  }

  /// Takes `TRANSITIONS clauses`.
  mutating func parseTransitions() throws(SyntaxError) -> TransitionsStatement {
    try expect(.transitions)
    var transitions = TransitionsStatement()
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if try parseBehaviorClause(&transitions.behavior, &log) { continue }
      guard let clause = current.keyword, Parser.transitionsClauses.contains(clause) else { break }
      let start = current
      log.note(clause, at: start.range, in: &self)
      advance()
      switch clause {
      case .on: transitions.on = try parseExpressions()
      case .keep: transitions.keep = try parseCount("the number of states to keep")
      default:
        try expect(.loops)
        transitions.collapseLoops = range(from: start)
      }
    }
    try checkBehaviorEnd("TRANSITIONS", Parser.transitionsClauses)
    return transitions
  }

  /// Reports what stands behind the last clause of a statement and belongs to none.
  mutating func checkBehaviorEnd(
    _ verb: String,
    _ clauses: [Keyword]
  ) throws(SyntaxError) {
    switch current.kind {
    case .word where at(.into) || startsStatementOnNewLine: return
    case .word where at(.top):
      throw unexpected(
        "a clause of \(verb)",
        hints: ["TOP stands directly behind BY's dimensions"]
      )
    case .word, .quotedName:
      throw unexpected("a clause of \(verb)", candidates: clauses)
    case .int, .number, .duration, .symbol(.comma), .symbol(.arrow), .symbol(.bar):
      throw unexpected("a clause of \(verb)")
    default: return
    }
  }
}
