extension Parser {
  static let matchClauses: [Keyword] = behaviorClauses + [.within, .ties]

  /// Takes `MATCH pattern clauses`.
  mutating func parseMatch() throws(SyntaxError) -> MatchStatement {
    try expect(.match)
    var match = MatchStatement(pattern: try parseMatchSequence())
    var log = ClauseLog()
    while !startsStatementOnNewLine {
      if try parseBehaviorClause(&match.behavior, &log) { continue }
      guard let clause = current.keyword, Parser.matchClauses.contains(clause) else { break }
      log.note(clause, at: current.range, in: &self)
      advance()
      if clause == .ties {
        match.ties = try parseWord(of: FunnelTies.self)
      } else {
        match.window = try parseWindowSpan()
      }
    }
    try checkMatchEnd()
    return match
  }

  private mutating func checkMatchEnd() throws(SyntaxError) {
    switch current.kind {
    case .symbol(.comma):
      throw unexpected("'->' or a clause of MATCH", hints: ["the items are joined by '->'"])
    case .symbol(.bar):
      throw unexpected(
        "'->' or a clause of MATCH",
        hints: ["alternatives stand in parentheses: (a|b)"]
      )
    case .symbol(.star), .symbol(.plus), .symbol(.question), .symbol(.leftBrace):
      throw unexpected(
        "'->' or a clause of MATCH",
        hints: ["an item is repeated once: (a -> b)+ repeats several"]
      )
    case .symbol(.minus), .symbol(.dot), .symbol(.slash):
      throw unexpected(
        "'->' or a clause of MATCH",
        hints: ["an event's name with signs is written in double quotes: \"add-to-cart\""]
      )
    default: try checkBehaviorEnd("MATCH", Parser.matchClauses)
    }
  }

  /// Takes `item -> item -> …`.
  private mutating func parseMatchSequence() throws(SyntaxError) -> MatchSequence {
    let start = current
    var items = [try parseMatchItem()]
    while accept(.arrow) != nil { items.append(try parseMatchItem()) }
    return MatchSequence(items: items, range: range(from: start))
  }

  /// Takes `event`, `[^event|…]` or `(…|…)`, each with its quantifier and its limit.
  private mutating func parseMatchItem() throws(SyntaxError) -> MatchItem {
    try descend()
    defer { ascend() }
    let start = current
    var item = MatchItem(try parseMatchKind(), range: start.range)
    item.quantifier = try parseQuantifier()
    if at(.within), startsStepLimit {
      let within = current
      advance()
      let span = try parseDuration()
      try expect(.of)
      try expect(.previous)
      item.withinPrevious = Choice(span.value, range: range(from: within))
    }
    item.range = range(from: start)
    return item
  }

  private mutating func parseMatchKind() throws(SyntaxError) -> MatchItem.Kind {
    if let open = accept(.leftBracket) {
      guard accept(.caret) != nil else {
        throw unexpected(
          "'^'",
          hints: ["[^x] is a row that is no x; a condition follows its event"]
        )
      }
      var events = [try parseEventPattern("an event")]
      while accept(.bar) != nil { events.append(try parseEventPattern("an event")) }
      try close(.rightBracket, opened: open)
      return .except(events)
    }
    guard let open = accept(.leftParenthesis) else {
      return .event(try parseEventPattern("an event, [^event] or a group in parentheses"))
    }
    var alternatives = [try parseMatchSequence()]
    while accept(.bar) != nil { alternatives.append(try parseMatchSequence()) }
    if at(.comma) || at(.or) || at(.concatenate) {
      throw unexpected("'|' or ')'", hints: ["alternatives are separated by '|': (a|b)"])
    }
    try close(.rightParenthesis, opened: open)
    if at(.leftBracket) {
      throw unexpected(
        "'->' or a clause of MATCH",
        hints: ["a condition stands behind its event: (a[price > 10]|b)"]
      )
    }
    return .group(alternatives)
  }

  private mutating func parseQuantifier() throws(SyntaxError) -> Choice<MatchQuantifier>? {
    let start = current
    if accept(.star) != nil { return Choice(.zeroOrMore, range: start.range) }
    if accept(.plus) != nil { return Choice(.oneOrMore, range: start.range) }
    if accept(.question) != nil { return Choice(.optional, range: start.range) }
    guard let open = accept(.leftBrace) else { return nil }
    let least = try parseRepetitions()
    var most: Int? = least
    if accept(.comma) != nil {
      most = at(.rightBrace) ? nil : try parseRepetitions()
    }
    try close(.rightBrace, opened: open)
    let range = range(from: start)
    if let most, most < max(least, 1) {
      complain(
        "'\(text(of: range))' allows no repetition",
        at: range,
        hints: ["{2,5}, {2,} or {2}"]
      )
    }
    return Choice(.between(least, most), range: range)
  }

  private mutating func parseRepetitions() throws(SyntaxError) -> Int {
    guard case .int(let value) = current.kind, let count = Int(exactly: value) else {
      throw unexpected("the number of repetitions")
    }
    advance()
    return count
  }
}
