// Attributes of users: LET users.name, DROP users.name.
extension Parser {
  private static let attributeClauses: [Keyword] = [.from, .where, .since, .until]

  /// Takes what stands behind `LET users.name =`: a query, or an expression and its clauses.
  mutating func parseAttribute(_ name: Identifier) throws(SyntaxError) -> AttributeStatement {
    if startsAttributeQuery {
      return AttributeStatement(name: name, definition: .query(try parseQuery()))
    }
    var user = UserExpression(try parseExpression())
    var log = ClauseLog()
    while !startsStatementOnNewLine, let clause = current.keyword,
      Parser.attributeClauses.contains(clause)
    {
      log.note(clause, at: current.range, in: &self)
      advance()
      switch clause {
      case .from: user.from = try parseTable(allowsBareAlias: false)
      case .where: user.condition = try parseExpression()
      case .since: user.since = try parseExpression()
      default: user.until = try parseExpression()
      }
    }
    if at(.by) || at(.per) || at(.group) {
      throw unexpected(
        "a clause of LET users.\(name.name)",
        candidates: Parser.attributeClauses,
        hints: ["each user has one value: its rows are grouped by user as they are"]
      )
    }
    if current.isWord, !startsStatementOnNewLine, !at(.into) {
      throw unexpected("a clause of LET", candidates: Parser.attributeClauses)
    }
    return AttributeStatement(name: name, definition: .expression(user))
  }

  /// Whether a query stands here rather than an expression, looking through parentheses: a verb
  /// that an operator follows is a column's or an attribute's name.
  private var startsAttributeQuery: Bool {
    var inside = self
    while inside.at(.leftParenthesis) { inside.advance() }
    if inside.index > index, !endsBehindParenthesis { return false }
    if inside.startsSubquery { return true }
    // A behaviour statement may be its verb alone.
    guard let verb = inside.current.keyword, Parser.behaviorVerbs.contains(verb) else {
      return false
    }
    switch inside.peek().kind {
    case .end, .symbol(.semicolon), .symbol(.rightParenthesis): return true
    default: return inside.peek().startsLine && inside.peek().isWord
    }
  }

  /// Whether the parenthesis that opens here closes where the statement ends or goes on as a query:
  /// `(SELECT …)` is a query, `(SELECT …) + 1` an expression.
  private var endsBehindParenthesis: Bool {
    var depth = 0
    var ahead = 0
    while true {
      switch peek(ahead).kind {
      case .end: return true
      case .symbol(.leftParenthesis): depth += 1
      case .symbol(.rightParenthesis): depth -= 1
      default: break
      }
      ahead += 1
      if depth == 0 { break }
    }
    let next = peek(ahead)
    switch next.keyword {
    case .union, .intersect, .except, .order, .limit, .offset: return true
    case .some(let verb) where next.startsLine: return Parser.statementVerbs.contains(verb)
    default: return next.kind == .end || next.kind == .symbol(.semicolon)
    }
  }
}
