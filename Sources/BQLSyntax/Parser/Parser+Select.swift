extension Parser {
  /// Lists the clauses of SELECT in their order.
  static let selectClauses: [Keyword] = [
    .select, .from, .where, .group, .having, .qualify, .union, .intersect, .except, .order, .limit,
    .offset,
  ]

  /// Takes `SELECT … QUALIFY …` or `FROM t [SELECT …] … QUALIFY …`, without set operations.
  mutating func parseSelectCore() throws(SyntaxError) -> SelectStatement {
    var statement = SelectStatement()
    let start = current
    if at(.values) {
      statement.items = [SelectItem(.star(qualifier: nil), range: start.range)]
      let rows = try parseValues()
      statement.from = TableReference(.values(rows), range: range(from: start))
      return statement
    }
    if accept(.from) != nil {
      statement.from = try parseTables()
      if at(.select) {
        try parseItems(&statement)
      } else {
        statement.items = [SelectItem(.star(qualifier: nil), range: start.range)]
      }
      return statement
    }
    try parseItems(&statement)
    if accept(.from) != nil {
      statement.from = try parseTables()
    }
    return statement
  }

  /// Takes the clauses behind FROM: conditions, groups, set operations, order and limit.
  ///
  /// A clause in the wrong order or given twice is reported and read all the same.
  mutating func parseSelectTail(_ statement: inout SelectStatement) throws(SyntaxError) {
    try parseClauses(&statement, isOperand: false)
    guard current.isWord, !at(.into), !startsStatementOnNewLine else { return }
    let missing =
      bareAlias?.range.end == previous.range.end
      ? ["a ',' may be missing before \(describe(current))"] : []
    throw unexpected("a clause of SELECT", candidates: Parser.selectClauses, hints: missing)
  }

  /// Takes the clauses of one SELECT; an operand of a set operation leaves order and limit to the
  /// whole.
  private mutating func parseClauses(
    _ statement: inout SelectStatement,
    isOperand: Bool
  ) throws(SyntaxError) {
    var log = ClauseLog()
    var last: Keyword?
    while let clause = current.keyword, let rank = Parser.clauseRank(clause) {
      let isTail = rank > 4
      if isTail && isOperand { return }
      if !isTail, !statement.setOperations.isEmpty { return }
      let place = current.range
      if let last, let lastRank = Parser.clauseRank(last), rank < lastRank {
        complain(
          "\(Parser.clauseName(clause)) stands before \(Parser.clauseName(last))",
          at: place,
          hints: ["the order is WHERE, GROUP BY, HAVING, QUALIFY, UNION, ORDER BY, LIMIT, OFFSET"]
        )
      } else {
        last = clause
      }
      if rank != 5 { log.note(clause, at: place, in: &self) }
      try parseClause(clause, &statement)
    }
  }

  /// Ranks the clauses behind FROM; LIMIT and OFFSET may stand either way round.
  private static func clauseRank(_ clause: Keyword) -> Int? {
    switch clause {
    case .where: 1
    case .group: 2
    case .having: 3
    case .qualify: 4
    case .union, .intersect, .except: 5
    case .order: 6
    case .limit, .offset: 7
    default: nil
    }
  }

  private static func clauseName(_ clause: Keyword) -> String {
    switch clause {
    case .group: "GROUP BY"
    case .order: "ORDER BY"
    default: clause.rawValue
    }
  }

  private mutating func parseClause(
    _ clause: Keyword,
    _ statement: inout SelectStatement
  ) throws(SyntaxError) {
    let start = current
    if [.union, .intersect, .except].contains(clause) {
      statement.setOperations.append(try parseSetOperation())
      return
    }
    advance()
    switch clause {
    case .where: statement.condition = try parseExpression()
    case .group:
      try expect(.by)
      if at(.all), peek().kind != .symbol(.leftParenthesis), peek().kind != .symbol(.dot) {
        advance()
        statement.groupBy = .all(range(from: start))
      } else {
        statement.groupBy = .expressions(try parseExpressions())
      }
    case .having: statement.having = try parseExpression()
    case .qualify: statement.qualify = try parseExpression()
    case .order:
      try expect(.by)
      statement.orderBy = try parseOrderItems()
    case .limit: statement.limit = try parseExpression()
    default: statement.offset = try parseExpression()
    }
  }

  /// Takes `UNION [ALL] SELECT …`; INTERSECT binds tighter than UNION and EXCEPT.
  private mutating func parseSetOperation() throws(SyntaxError) -> SetOperation {
    let start = current
    let kind = try parseWord(of: SetOperation.Kind.self).value
    let isAll = accept(.all) != nil
    if !isAll { _ = accept(.distinct) }
    var operand = try parseSetOperand()
    if kind != .intersect, at(.intersect) {
      var statement = base(operand)
      while at(.intersect) {
        statement.setOperations.append(try parseSetOperation())
      }
      operand = Query(.select(statement), range: range(from: operand.range))
    }
    return SetOperation(kind: kind, isAll: isAll, query: operand, range: range(from: start))
  }

  private mutating func parseSetOperand() throws(SyntaxError) -> Query {
    try descend()
    defer { ascend() }
    let start = current
    if at(.leftParenthesis) { return try parseEnclosedQuery() }
    guard [.select, .from, .values].contains(current.keyword) else {
      throw unexpected("SELECT or a query in parentheses", candidates: [.select])
    }
    var statement = try parseSelectCore()
    try parseClauses(&statement, isOperand: true)
    return Query(.select(statement), range: range(from: start))
  }

  /// Takes `SELECT [DISTINCT] item, …`.
  private mutating func parseItems(_ statement: inout SelectStatement) throws(SyntaxError) {
    try expect(.select)
    statement.isDistinct = accept(.distinct) != nil
    statement.items = try list { (parser: inout Parser) throws(SyntaxError) in
      try parser.parseItem()
    }
  }

  private mutating func parseItem() throws(SyntaxError) -> SelectItem {
    let start = current
    if accept(.star) != nil {
      return SelectItem(.star(qualifier: nil), range: start.range)
    }
    if current.isName, peek().kind == .symbol(.dot), peek(2).kind == .symbol(.star) {
      let qualifier = try parseName("a table")
      advance()
      advance()
      return SelectItem(.star(qualifier: qualifier), range: range(from: start))
    }
    let expression = try parseExpression()
    let alias = try parseAlias(allowsBare: true)
    return SelectItem(.expression(expression), alias: alias, range: range(from: start))
  }

  /// Takes `ORDER BY`'s list, behind BY.
  mutating func parseOrderItems() throws(SyntaxError) -> [OrderItem] {
    try list { (parser: inout Parser) throws(SyntaxError) in
      var item = OrderItem(expression: try parser.parseExpression())
      if parser.accept(.desc) != nil {
        item.isDescending = true
      } else {
        _ = parser.accept(.asc)
      }
      if parser.accept(.nulls, .first) != nil {
        item.nullsFirst = true
      } else if parser.accept(.nulls, .last) != nil {
        item.nullsFirst = false
      } else if parser.accept(.nulls) != nil {
        throw parser.unexpected("FIRST or LAST", candidates: [.first, .last])
      }
      return item
    }
  }
}
