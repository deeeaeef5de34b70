extension Parser {
  static let roles: [Keyword] = [.user, .time, .event, .session, .item, .value]

  private static let loadClauses: [Keyword] = [
    .as, .dedup, .force, .where, .on, .rejects, .csv,
  ]

  /// Takes `LOAD 'file', … [AS name | AS TABLE name [KEY c]] [(ROLE column, …)] options`; what
  /// stands behind the files may come in any order, once each.
  mutating func parseLoad() throws(SyntaxError) -> LoadStatement {
    try expect(.load)
    var load = LoadStatement()
    var log = ClauseLog()
    load.paths = try list { (parser: inout Parser) throws(SyntaxError) in
      let text = try parser.parseText("a file", example: "LOAD 'events.csv'")
      return LoadStatement.Path(text: text, range: parser.previous.range)
    }
    while try parseLoadClause(&load, &log) {}
    if current.isWord, !startsStatementOnNewLine {
      throw unexpected("a clause of LOAD", candidates: Parser.loadClauses)
    }
    return load
  }

  private mutating func parseLoadClause(
    _ load: inout LoadStatement,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    let start = current
    if let open = accept(.leftParenthesis) {
      log.note(.user, at: start.range, in: &self)
      load.roles = try list { (parser: inout Parser) throws(SyntaxError) in
        try parser.parseRole()
      }
      try close(.rightParenthesis, opened: open)
      return true
    }
    switch current.keyword {
    case .as:
      log.note(.as, at: start.range, in: &self)
      advance()
      // `AS table` alone names the log "table".
      load.isPlainTable = at(.table) && peek().isName
      if load.isPlainTable { advance() }
      load.name = try parseName("a table")
      if load.isPlainTable, accept(.key) != nil {
        load.key = try parseName("a column")
      }
    case .dedup:
      log.note(.dedup, at: start.range, in: &self)
      advance()
      try expect(.exact)
      load.dedupExact = range(from: start)
    case .force:
      log.note(.force, at: start.range, in: &self)
      advance()
      load.force = start.range
    case .where:
      log.note(.where, at: start.range, in: &self)
      advance()
      load.condition = try parseExpression()
    case .on:
      log.note(.on, at: start.range, in: &self)
      advance()
      try expect(.error)
      let choice = try parseWord(of: LoadStatement.OnError.self)
      load.onError = Choice(choice.value, range: range(from: start))
    case .rejects:
      log.note(.rejects, at: start.range, in: &self)
      advance()
      try expect(.into)
      let path = try parseText("a file", example: "REJECTS INTO 'bad.csv'")
      load.rejectsInto = IntoClause(path: path, range: range(from: start))
    case .csv where peek().kind == .symbol(.leftParenthesis):
      log.note(.csv, at: start.range, in: &self)
      load.csv = try parseCSVClause()
    default:
      return false
    }
    return true
  }

  /// Takes `EVENT event (addtocart AS cart, …)`.
  private mutating func parseRole() throws(SyntaxError) -> LoadStatement.RoleClause {
    guard let keyword = current.keyword, Parser.roles.contains(keyword) else {
      throw unexpected(
        "a role: " + Parser.alternatives(Parser.roles.map(\.rawValue)),
        candidates: Parser.roles
      )
    }
    let role = Identifier(keyword.rawValue.lowercased(), range: current.range)
    advance()
    var clause = LoadStatement.RoleClause(role: role, column: try parseName("a column"))
    guard let open = accept(.leftParenthesis) else { return clause }
    clause.aliases = try list { (parser: inout Parser) throws(SyntaxError) in
      let value: Identifier
      if let text = parser.acceptEventText() {
        value = text
      } else {
        value = try parser.parseName("an event's value")
      }
      try parser.expect(.as)
      return LoadStatement.EventAlias(value: value, name: try parser.parseName("an event"))
    }
    try close(.rightParenthesis, opened: open)
    return clause
  }
}
