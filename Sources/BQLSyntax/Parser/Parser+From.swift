extension Parser {
  /// Takes the tables behind FROM, with their joins; a comma is a cross join.
  mutating func parseTables() throws(SyntaxError) -> TableReference {
    try descend()
    defer { ascend() }
    var left = try parseTable(allowsBareAlias: true)
    var joins = 0
    while let kind = try acceptJoin() {
      joins += 1
      guard joins <= Parser.nestingLimit else { throw tooDeep(hints: []) }
      let right = try parseTable(allowsBareAlias: true)
      let condition = try parseJoinCondition(kind)
      left = TableReference(.join(left, kind, right, condition), range: range(from: left.range))
    }
    return left
  }

  private mutating func acceptJoin() throws(SyntaxError) -> JoinKind? {
    if accept(.comma) != nil { return .cross }
    if isForeignJoin {
      let word = text(of: current.range).uppercased()
      throw unexpected(
        "an INNER, LEFT, SEMI, ANTI or CROSS JOIN",
        hints: ["\(word) JOIN is not part of the language; LEFT JOIN may serve"]
      )
    }
    if accept(.join) != nil || accept(.inner, .join) != nil { return .inner }
    if accept(.cross, .join) != nil { return .cross }
    if accept(.semi, .join) != nil { return .semi }
    if accept(.anti, .join) != nil { return .anti }
    guard at(.left), startsJoin else { return nil }
    advance()
    if accept(.semi, .join) != nil { return .semi }
    if accept(.anti, .join) != nil { return .anti }
    _ = accept(.outer)
    try expect(.join)
    return .left
  }

  /// Whether the word here opens a join, so that it is no alias.
  private var startsJoin: Bool {
    switch current.keyword {
    case .inner, .cross, .semi, .anti: peek().keyword == .join
    case .left: [.join, .outer, .semi, .anti].contains(peek().keyword)
    default: isForeignJoin
    }
  }

  /// Whether RIGHT, FULL or NATURAL JOIN stands here.
  private var isForeignJoin: Bool {
    guard case .word(let word) = current.kind,
      ["RIGHT", "FULL", "NATURAL"].contains(word.uppercased())
    else { return false }
    return [.join, .outer, .inner, .left].contains(peek().keyword)
  }

  private mutating func parseJoinCondition(
    _ kind: JoinKind
  ) throws(SyntaxError) -> JoinCondition {
    if kind == .cross { return .none }
    if accept(.on) != nil { return .on(try parseExpression()) }
    guard accept(.using) != nil else {
      throw unexpected("ON or USING", candidates: [.on, .using])
    }
    let open = try expect(.leftParenthesis)
    let columns = try parseNames("a column")
    try close(.rightParenthesis, opened: open)
    return .using(columns)
  }

  /// Takes one table, file, query or list of values, with its alias.
  ///
  /// A bare alias stands without AS; where clauses of a behaviour statement follow, it may not. Of
  /// SEGMENT and its kin AS names what is defined, so that their tables have no alias.
  mutating func parseTable(
    allowsBareAlias: Bool,
    allowsAlias: Bool = true
  ) throws(SyntaxError) -> TableReference {
    let start = current
    var table: TableReference
    switch current.kind {
    case .text(let path):
      advance()
      table = TableReference(.file(path), range: start.range)
    case .word, .quotedName:
      if at(.values), peek().kind == .symbol(.leftParenthesis) {
        let rows = try parseValues()
        table = TableReference(.values(rows), range: range(from: start))
      } else {
        if let keyword = current.keyword, Keyword.reserved.contains(keyword) {
          throw unexpected("a table")
        }
        let name = try parseName("a table")
        table = TableReference(.table(name), range: start.range)
      }
    case .symbol(.leftParenthesis):
      table = try parseEnclosedTable()
    default:
      throw unexpected("a table, a file in single quotes or a query in parentheses")
    }
    if case .join = table.kind { return table }
    if allowsAlias, table.alias == nil, let alias = try parseAlias(allowsBare: allowsBareAlias) {
      table.alias = alias
      table.columns = try parseColumnNames()
      table.range = range(from: start)
    }
    return table
  }

  /// Takes `(a, b)` behind a table's name, where it stands.
  mutating func parseColumnNames() throws(SyntaxError) -> [Identifier] {
    guard at(.leftParenthesis) else { return [] }
    let open = try expect(.leftParenthesis)
    let columns = try parseNames("a column's name")
    try close(.rightParenthesis, opened: open)
    return columns
  }

  /// Takes `(query)`, `(VALUES …)` or `(tables)`.
  private mutating func parseEnclosedTable() throws(SyntaxError) -> TableReference {
    let open = try expect(.leftParenthesis)
    var table: TableReference
    if at(.values), peek().kind == .symbol(.leftParenthesis) {
      table = TableReference(.values(try parseValues()), range: open.range)
    } else if startsQuery {
      table = TableReference(.query(try parseQuery()), range: open.range)
    } else {
      table = try parseTables()
      if case .query(let query) = table.kind, table.alias == nil, continuesSelect {
        table.kind = .query(try parseSelectRest(query))
      }
    }
    if at(.into) {
      throw unexpected("')'", hints: ["INTO stands at the end of the whole statement"])
    }
    try close(.rightParenthesis, opened: open)
    table.range = range(from: open)
    return table
  }

  /// Takes `VALUES (1, 'a'), (2, 'b')`.
  mutating func parseValues() throws(SyntaxError) -> [[Expression]] {
    try expect(.values)
    return try list { (parser: inout Parser) throws(SyntaxError) in
      let open = try parser.expect(.leftParenthesis)
      let row = try parser.parseExpressions()
      try parser.close(.rightParenthesis, opened: open)
      return row
    }
  }

  /// Takes `AS name` or, where allowed, a bare name.
  ///
  /// Where no bare name may stand, AS OF begins a clause.
  mutating func parseAlias(allowsBare: Bool) throws(SyntaxError) -> Identifier? {
    if !allowsBare, at(.as), peek().keyword == .of { return nil }
    if accept(.as) != nil { return try parseName("a name") }
    guard allowsBare else { return nil }
    if case .quotedName = current.kind { return try parseName("a name") }
    guard current.isWord, !startsJoin, !startsStatementOnNewLine else { return nil }
    if let keyword = current.keyword, Keyword.reserved.contains(keyword) { return nil }
    bareAlias = current
    return try parseName("a name")
  }

  mutating func parseNames(_ what: String) throws(SyntaxError) -> [Identifier] {
    try list { (parser: inout Parser) throws(SyntaxError) in try parser.parseName(what) }
  }
}
