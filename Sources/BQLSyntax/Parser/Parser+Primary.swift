extension Parser {
  /// Takes a literal, column, call, parameter, CASE, CAST or something in parentheses.
  mutating func parsePrimary() throws(SyntaxError) -> Expression {
    let start = current
    if startsDuration {
      let duration = try parseDuration()
      return Expression(.literal(.duration(duration.value)), range: duration.range)
    }
    switch start.kind {
    case .int(let value): return literal(.int(value))
    case .number(let text): return literal(.number(text))
    case .text(let text): return literal(.text(text))
    case .parameter(let name):
      advance()
      let range = SourceRange(start.range.start + 1, start.range.end)
      return Expression(.parameter(Identifier(name, range: range)), range: start.range)
    case .quotedName: return try parseNamed()
    case .word: return try parseWordExpression()
    case .symbol(.leftParenthesis): return try parseEnclosedExpression()
    case .symbol(.star):
      throw unexpected("an expression", hints: ["'*' stands alone in SELECT, and in count(*)"])
    default: throw expectedExpression()
    }
  }

  private mutating func literal(_ literal: Literal) -> Expression {
    let range = current.range
    advance()
    return Expression(.literal(literal), range: range)
  }

  private mutating func expectedExpression() -> SyntaxError {
    var hints: [String] = []
    if previous.kind == .symbol(.comma), index > 0, !at(.comma) {
      hints = ["the ',' before it may be one too many"]
    } else if let keyword = current.keyword, Keyword.reserved.contains(keyword) {
      switch peek().kind {
      case .symbol(.comma), .symbol(.rightParenthesis), .symbol(.equal), .symbol(.less),
        .symbol(.greater):
        hints = ["a column of this name is written \"\(text(of: current.range))\""]
      default: break
      }
    }
    return unexpected("an expression", hints: hints)
  }

  private mutating func parseWordExpression() throws(SyntaxError) -> Expression {
    let start = current
    let next = peek().kind
    switch start.keyword {
    case .null: return literal(.null)
    case .true: return literal(.bool(true))
    case .false: return literal(.bool(false))
    case .case: return try parseCase()
    case .cast where next == .symbol(.leftParenthesis): return try parseCast()
    case .exists where next == .symbol(.leftParenthesis):
      advance()
      let query = try parseEnclosedQuery()
      return Expression(.exists(query), range: range(from: start))
    case .date, .timestamp:
      if let instant = try parseInstant() { return instant }
    case .some(let keyword) where Keyword.reserved.contains(keyword):
      throw expectedExpression()
    default:
      if let interval = try parseInterval() { return interval }
    }
    return try parseNamed()
  }

  /// Takes `DATE '…'` or `TIMESTAMP '…'`; nil if the word is a column or a function.
  private mutating func parseInstant() throws(SyntaxError) -> Expression? {
    let start = current
    guard case .text(let text) = peek().kind else { return nil }
    advance()
    advance()
    let literal: Literal = start.keyword == .date ? .date(text) : .timestamp(text)
    return Expression(.literal(literal), range: range(from: start))
  }

  /// Takes `name`, `table.name` or `name(…)`.
  private mutating func parseNamed() throws(SyntaxError) -> Expression {
    let start = current
    let name = try parseName("a column")
    if at(.leftParenthesis) { return try parseCall(name) }
    guard accept(.dot) != nil else {
      return Expression(.column(qualifier: nil, name: name), range: start.range)
    }
    let column = try parseName("a column")
    return Expression(.column(qualifier: name, name: column), range: range(from: start))
  }

  /// Takes `(expression)` or `(query)`; the range takes the parentheses in.
  private mutating func parseEnclosedExpression() throws(SyntaxError) -> Expression {
    let open = try expect(.leftParenthesis)
    var expression: Expression
    if startsSubquery {
      expression = Expression(.scalarQuery(try parseQuery()), range: open.range)
    } else {
      expression = try parseExpression()
      if case .scalarQuery(let query) = expression.kind, continuesSelect {
        expression.kind = .scalarQuery(try parseSelectRest(query))
      }
      if at(.comma) {
        throw unexpected("')'", hints: ["several values stand only behind IN and VALUES"])
      }
    }
    try close(.rightParenthesis, opened: open)
    expression.range = range(from: open)
    return expression
  }

  /// Takes `CASE [operand] WHEN … THEN … [ELSE …] END`.
  private mutating func parseCase() throws(SyntaxError) -> Expression {
    let start = try expect(.case)
    let operand = at(.when) ? nil : try parseExpression()
    var branches: [CaseBranch] = []
    repeat {
      try expect(.when)
      let condition = try parseExpression()
      try expect(.then)
      branches.append(CaseBranch(condition: condition, result: try parseExpression()))
    } while at(.when)
    let otherwise = accept(.else) == nil ? nil : try parseExpression()
    guard accept(.end) != nil else {
      let label = Diagnostic.Label(range: start.range, message: "CASE opened here")
      throw unexpected("END", candidates: [.when, .else, .end], secondary: [label])
    }
    return Expression(
      .conditional(operand: operand, branches: branches, otherwise: otherwise),
      range: range(from: start)
    )
  }

  /// Takes `CAST(x AS t)`.
  private mutating func parseCast() throws(SyntaxError) -> Expression {
    let start = try expect(.cast)
    let open = try expect(.leftParenthesis)
    let operand = try parseExpression()
    try expect(.as)
    let type = try parseTypeName()
    try close(.rightParenthesis, opened: open)
    return Expression(.cast(operand, typeName: type), range: range(from: start))
  }
}
