extension Parser {
  /// Whether a query starts here, where nothing but a query may stand.
  var startsQuery: Bool {
    switch current.keyword {
    case .select, .from, .with, .describe, .summarize, .show, .explain, .correlate: true
    case .some(let verb) where Parser.behaviorVerbs.contains(verb): true
    case .some(let verb) where Parser.modelVerbs.contains(verb): true
    case .values: peek().kind == .symbol(.leftParenthesis)
    case .some(let verb): Parser.unimplementedQueryVerbs.contains(verb)
    case .none: false
    }
  }

  /// Whether a query starts here, where an expression may stand too and a verb may be a column.
  var startsSubquery: Bool {
    guard startsQuery else { return false }
    let next = peek()
    switch current.keyword {
    case .select, .from, .values: return true
    case .funnel, .match, .timing, .summarize, .explain, .correlate:
      // No function has one of these names.
      if next.kind == .symbol(.leftParenthesis) { return true }
      // A pattern may begin with what a row is not; no column is followed by a bracket.
      if current.keyword == .match, next.kind == .symbol(.leftBracket) { return true }
    // FEATURES AS OF t: no column is given a name of two words.
    case .features where next.keyword == .as: return peek(2).keyword == .of
    // PATHS END AT x: what a CASE ends with stands outside of parentheses that open here.
    case .paths where next.keyword == .end: return true
    // A column has an alias, and no OF behind it.
    case .rfm where next.keyword == .as && peek(2).keyword == .of,
      .features where next.keyword == .as && peek(2).keyword == .of:
      return true
    default: break
    }
    if case .text = next.kind { return true }
    return next.isName && !Parser.isInfix(next.keyword)
  }

  /// Takes a statement that returns a relation.
  mutating func parseQuery() throws(SyntaxError) -> Query {
    try descend()
    defer { ascend() }
    let start = current
    if let feature = acceptUnimplementedQuery() {
      skipQuery()
      return Query(.unimplemented(feature: feature), range: range(from: start))
    }
    let kind: Query.Kind
    switch start.keyword {
    case .some(let verb) where Parser.behaviorVerbs.contains(verb):
      kind = try parseBehavior(verb)
    case .describe: kind = try parseDescribe()
    case .summarize: kind = try parseSummarize()
    case .show: kind = try parseShow()
    case .correlate: kind = .correlate(try parseCorrelate())
    case .explain where peek().keyword == .model && peek(2).isName:
      kind = .model(try parseExplainModel())
    case .evaluate: kind = .model(try parseEvaluate())
    case .predict: kind = .model(try parsePredict())
    case .campaign: kind = .model(try parseCampaign())
    case .explain: kind = try parseExplain()
    default:
      guard startsQuery || at(.leftParenthesis) else { throw expectedQuery() }
      return try parseSelectQuery()
    }
    return Query(kind, range: range(from: start))
  }

  private mutating func expectedQuery() -> SyntaxError {
    let verbs = Parser.statementVerbs
    if let verb = current.keyword, verbs.contains(verb) {
      return unexpected(
        "a query",
        hints: ["\(verb.rawValue) answers no question, so it stands alone"]
      )
    }
    return unexpected(
      "a query",
      candidates: [.select, .describe, .summarize, .show] + Parser.behaviorVerbs + Parser.modelVerbs
    )
  }

  /// Takes a query in parentheses; the opening one is the current token.
  mutating func parseEnclosedQuery() throws(SyntaxError) -> Query {
    let open = try expect(.leftParenthesis)
    let query = try parseQuery()
    if at(.into) {
      throw unexpected("')'", hints: ["INTO stands at the end of the whole statement"])
    }
    try close(.rightParenthesis, opened: open)
    return query
  }

  /// Takes `[WITH …] SELECT …`, `FROM …`, `VALUES …` or `(query)`, with set operations and order.
  private mutating func parseSelectQuery() throws(SyntaxError) -> Query {
    let start = current
    var with: [CommonTable] = []
    if accept(.with) != nil {
      with = try list { (parser: inout Parser) throws(SyntaxError) in
        try parser.parseCommonTable()
      }
      guard [.select, .from, .values].contains(current.keyword) || at(.leftParenthesis) else {
        throw unexpected(
          "SELECT",
          hints: ["WITH stands before SELECT; LET names a result for other statements"]
        )
      }
    }
    var statement: SelectStatement
    if at(.leftParenthesis) {
      let query = try parseEnclosedQuery()
      if with.isEmpty, !continuesSelect { return query }
      statement = base(query)
    } else {
      statement = try parseSelectCore()
    }
    statement.with = with + statement.with
    try parseSelectTail(&statement)
    return Query(.select(statement), range: range(from: start))
  }

  /// Goes on behind a query that stood in parentheses: `(q) UNION …`.
  mutating func parseSelectRest(_ query: Query) throws(SyntaxError) -> Query {
    var statement = base(query)
    try parseSelectTail(&statement)
    return Query(.select(statement), range: range(from: query.range))
  }

  /// Whether set operations or an order follow.
  var continuesSelect: Bool {
    switch current.keyword {
    case .union, .intersect, .except, .order, .limit, .offset: true
    default: false
    }
  }

  /// Makes a query the first operand of set operations.
  func base(_ query: Query) -> SelectStatement {
    if case .select(let select) = query.kind, select.with.isEmpty, select.orderBy.isEmpty,
      select.limit == nil, select.offset == nil
    {
      return select
    }
    var wrapper = SelectStatement()
    wrapper.items = [SelectItem(.star(qualifier: nil), range: query.range)]
    wrapper.from = TableReference(.query(query), range: query.range)
    return wrapper
  }

  private mutating func parseCommonTable() throws(SyntaxError) -> CommonTable {
    let name = try parseName("a name for the query")
    if !at(.as), name.name.uppercased() == "RECURSIVE" {
      throw unexpected("AS", hints: ["recursive queries are not part of the language"])
    }
    let columns = try parseColumnNames()
    try expect(.as)
    guard at(.leftParenthesis) else { throw unexpected("'('") }
    return CommonTable(name: name, columns: columns, query: try parseEnclosedQuery())
  }
}
