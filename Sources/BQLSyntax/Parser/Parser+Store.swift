// OPEN, CHECK STORE, COMPACT, ERASE and DROP: what lasts between runs.
extension Parser {
  /// Takes `OPEN 'shop.bqs'`.
  mutating func parseOpen() throws(SyntaxError) -> OpenStatement {
    try expect(.open)
    let path = try parseText("a store's folder", example: "OPEN 'shop.bqs'")
    return OpenStatement(path: path, range: previous.range)
  }

  /// Takes `CHECK STORE`.
  mutating func parseCheckStore() throws(SyntaxError) -> Statement.Kind {
    try expect(.check)
    try expect(.store)
    return .checkStore
  }

  /// Takes `COMPACT [name]`.
  mutating func parseCompact() throws(SyntaxError) -> Statement.Kind {
    try expect(.compact)
    if current.kind == .end || at(.semicolon) || startsStatementOnNewLine { return .compact(nil) }
    return .compact(try parseName("a log"))
  }

  /// Takes `ERASE USER x`.
  mutating func parseErase() throws(SyntaxError) -> EraseStatement {
    try expect(.erase)
    try expect(.user)
    return EraseStatement(user: try parseExpression())
  }

  /// Takes `DROP name`, `DROP MODEL name` or `DROP users.name`.
  mutating func parseDrop() throws(SyntaxError) -> Statement.Kind {
    try expect(.drop)
    // A table may be called model: then nothing follows.
    if at(.model), peek().isName {
      try expect(.model)
      return .dropModel(try parseName("a model"))
    }
    if at(.users), peek().kind == .symbol(.dot) {
      try expect(.users)
      try expect(.dot)
      return .dropAttribute(try parseName("an attribute"))
    }
    return .dropTable(try parseName("a table"))
  }
}
