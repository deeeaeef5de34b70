extension Parser {
  /// Takes `LET name = query` or `LET users.name = query|expression`.
  mutating func parseLet() throws(SyntaxError) -> Statement.Kind {
    try expect(.let)
    let name = try parseName("a name")
    guard at(.dot) else {
      try expectEqual()
      return .letName(LetStatement(name: name, query: try parseQuery()))
    }
    guard name.name.lowercased() == "users" else {
      throw unexpected(
        "'='",
        hints: ["an attribute of users is defined with LET users.name = query"]
      )
    }
    advance()
    let attribute = try parseName("an attribute")
    try expectEqual()
    return .letAttribute(try parseAttribute(attribute))
  }

  /// Takes `SET option = value` or `SET PARAM name = value`.
  mutating func parseSet() throws(SyntaxError) -> SetStatement {
    try expect(.set)
    let isParameter = at(.param) && peek().isName
    if isParameter { advance() }
    let name = try parseName(isParameter ? "a parameter" : "a setting")
    try expectEqual()
    return SetStatement(isParameter: isParameter, name: name, value: try parseSettingValue())
  }

  /// Takes an expression; a word alone (`warn`, `on`) is a column reference, reserved or not.
  private mutating func parseSettingValue() throws(SyntaxError) -> Expression {
    let next = peek()
    let isAlone =
      next.kind == .end || next.kind == .symbol(.semicolon) || next.startsLine && next.isWord
    let isLiteral = [.null, .true, .false].contains(current.keyword)
    guard case .word = current.kind, isAlone, !isLiteral else { return try parseExpression() }
    let name = try parseName("a value")
    return Expression(.column(qualifier: nil, name: name), range: name.range)
  }

  /// Takes `=`; `==` is reported and read on.
  mutating func expectEqual() throws(SyntaxError) {
    if let double = accept(.doubleEqual) {
      complain("expected '=', found '=='", at: double.range, hints: ["write ="])
    } else {
      try expect(.equal)
    }
  }

  /// Takes `INCLUDE 'other.bq'`.
  mutating func parseInclude() throws(SyntaxError) -> Statement.Kind {
    try expect(.include)
    return .include(path: try parseText("a script", example: "INCLUDE 'other.bq'"))
  }

  /// Takes `ASSERT condition [MESSAGE 'text']`.
  mutating func parseAssert() throws(SyntaxError) -> AssertStatement {
    try expect(.assert)
    let condition = try parseExpression()
    guard accept(.message) != nil else {
      return AssertStatement(condition: condition, message: nil)
    }
    let message = try parseText("a message", example: "MESSAGE 'too few rows'")
    return AssertStatement(condition: condition, message: message)
  }

  /// Takes `HELP [topic]`; a topic of several words is joined with blanks.
  mutating func parseHelp() -> Identifier? {
    advance()
    let start = current
    var words: [String] = []
    while current.kind != .end, !at(.semicolon), words.isEmpty || !current.startsLine {
      switch current.kind {
      case .word(let word), .quotedName(let word), .text(let word): words.append(word)
      default: words.append(text(of: current.range))
      }
      advance()
    }
    if words.isEmpty { return nil }
    return Identifier(words.joined(separator: " "), range: range(from: start))
  }
}
