extension Parser {
  static let funnelClauses: [Keyword] =
    behaviorClauses + [
      .within, .holding, .mode, .entry, .ties, .tolerance, .excluding, .attribute, .show, .mature,
      .with, .compare,
    ]

  /// Takes `FUNNEL step, … clauses`; clauses may stand in any order, once each.
  mutating func parseFunnel() throws(SyntaxError) -> FunnelStatement {
    try expect(.funnel)
    var funnel = FunnelStatement()
    funnel.steps = try list { (parser: inout Parser) throws(SyntaxError) in
      try parser.parseFunnelStep()
    }
    var log = ClauseLog()
    while try parseFunnelClause(&funnel, &log) {}
    try checkFunnelEnd(hasClauses: previous.range.end > (funnel.steps.last?.range.end ?? 0))
    return funnel
  }

  private mutating func parseFunnelClause(
    _ funnel: inout FunnelStatement,
    _ log: inout ClauseLog
  ) throws(SyntaxError) -> Bool {
    if startsStatementOnNewLine { return false }
    if try parseBehaviorClause(&funnel.behavior, &log) { return true }
    guard let clause = current.keyword, Parser.funnelClauses.contains(clause) else { return false }
    let start = current
    // EXCLUDING adds to what is excluded, so it may stand again.
    if clause != .excluding { log.note(clause, at: start.range, in: &self) }
    advance()
    switch clause {
    case .within: funnel.windows = try parseWindows()
    case .holding: funnel.holding = try parseHolding()
    case .mode: funnel.mode = try parseWord(of: FunnelMode.self)
    case .entry: funnel.entry = try parseWord(of: FunnelEntry.self)
    case .ties: funnel.ties = try parseWord(of: FunnelTies.self)
    case .tolerance: funnel.tolerance = try parseDuration()
    case .excluding: funnel.exclusions += try parseExclusions(start)
    case .attribute: funnel.attribution = try parseAttribution()
    case .show: funnel.show = try parseFunnelShow()
    case .mature:
      try expect(.only)
      funnel.matureOnly = range(from: start)
    case .with:
      try expect(.total)
      funnel.withTotal = range(from: start)
    default:
      let first = try parseExpression()
      try expect(.vs)
      let second = try parseExpression()
      funnel.compare = Choice([first, second], range: range(from: start))
    }
    return true
  }

  /// Reports what stands behind the last clause and belongs to none.
  private mutating func checkFunnelEnd(hasClauses: Bool) throws(SyntaxError) {
    let steps = "',' or a clause of FUNNEL"
    switch current.kind {
    case .word where at(.into) || startsStatementOnNewLine: return
    case .word where at(.for):
      guard !isExplaining else { return }
      throw unexpected(
        "a clause of FUNNEL",
        hints: ["EXPLAIN FUNNEL … FOR USER x tells why a user counts or does not"]
      )
    case .word where at(.top):
      throw unexpected("a clause of FUNNEL", hints: ["TOP stands directly behind BY's dimensions"])
    case .word, .quotedName:
      let missing = "a ',' may be missing before \(describe(current))"
      throw unexpected(
        hasClauses ? "a clause of FUNNEL" : steps,
        candidates: Parser.funnelClauses,
        hints: hasClauses ? [] : [missing]
      )
    case .symbol(.comma):
      throw unexpected(
        "a clause of FUNNEL",
        hints: [
          "the steps stand before all clauses; a step's own limit is WITHIN 1h OF PREVIOUS"
        ]
      )
    case .symbol(.arrow), .symbol(.greater):
      throw unexpected(steps, hints: ["the steps are separated by commas"])
    case .symbol(.minus), .symbol(.dot), .symbol(.slash):
      throw unexpected(
        steps,
        hints: ["an event's name with signs is written in double quotes: \"add-to-cart\""]
      )
    default: return
    }
  }

  /// Takes `7d` or `(1h, 1d, 7d)`.
  private mutating func parseWindows() throws(SyntaxError) -> [FunnelWindow] {
    guard let open = accept(.leftParenthesis) else { return [try parseWindowSpan()] }
    let windows = try list { (parser: inout Parser) throws(SyntaxError) in
      try parser.parseWindowSpan()
    }
    try close(.rightParenthesis, opened: open)
    return windows
  }

  /// Takes a span, or a parameter that stands for one.
  mutating func parseWindowSpan() throws(SyntaxError) -> FunnelWindow {
    if case .parameter(let name) = current.kind {
      let range = current.range
      advance()
      return FunnelWindow(
        duration: Duration(),
        text: text(of: range),
        parameter: Identifier(name, range: range),
        range: range
      )
    }
    let span = try parseDuration()
    return FunnelWindow(duration: span.value, text: text(of: span.range), range: span.range)
  }

  /// Takes `column, …`, with or without parentheses.
  mutating func parseHolding() throws(SyntaxError) -> [Identifier] {
    guard let open = accept(.leftParenthesis) else { return try parseNames("a column") }
    let columns = try parseNames("a column")
    try close(.rightParenthesis, opened: open)
    return columns
  }

  /// Takes `x [BETWEEN a AND b], …` or `USERS WITH x`.
  private mutating func parseExclusions(
    _ start: Token
  ) throws(SyntaxError) -> [FunnelExclusion] {
    try list { (parser: inout Parser) throws(SyntaxError) in
      let first = parser.current
      let excludesUsers = parser.accept(.users, .with) != nil
      let event = try parser.parseEventPattern("an event")
      var between: [Identifier] = []
      if !excludesUsers, parser.accept(.between) != nil {
        between.append(try parser.parseName("a step"))
        try parser.expect(.and)
        between.append(try parser.parseName("a step"))
      }
      return FunnelExclusion(
        event: event,
        between: between,
        excludesUsers: excludesUsers,
        range: parser.range(from: first)
      )
    }
  }

  /// Takes `FIRST|EACH|HELD|LAST|STEP n`.
  private mutating func parseAttribution() throws(SyntaxError) -> Choice<FunnelAttribution> {
    let start = current
    let words: [Keyword] = [.first, .each, .held, .last, .step]
    guard let word = start.keyword, words.contains(word) else {
      throw unexpected("FIRST, EACH, HELD, LAST or STEP n", candidates: words)
    }
    advance()
    let value: FunnelAttribution =
      switch word {
      case .first: .first
      case .each: .each
      case .held: .held
      case .last: .last
      default: .step(try parseCount("the step's number").value)
      }
    return Choice(value, range: range(from: start))
  }

  /// Takes `STEPS | TIMES | LIFT | LOSS | TREND grain | USERS AT step | DROPPED BEFORE|AFTER step`.
  private mutating func parseFunnelShow() throws(SyntaxError) -> Choice<FunnelShow> {
    let start = current
    let words: [Keyword] = [.steps, .times, .trend, .lift, .loss, .users, .dropped]
    guard let word = start.keyword, words.contains(word) else {
      throw unexpected(
        "STEPS, TIMES, TREND, LIFT, LOSS, USERS AT or DROPPED BEFORE|AFTER",
        candidates: words
      )
    }
    advance()
    let value: FunnelShow
    switch word {
    case .steps: value = .steps
    case .times: value = .times
    case .lift: value = .lift
    case .loss: value = .loss
    case .trend: value = .trend(try parseWord(of: CalendarGrain.self))
    case .users:
      try expect(.at)
      value = .usersAt(try parseName("a step"))
    default:
      if accept(.before) != nil {
        value = .droppedBefore(try parseName("a step"))
      } else if accept(.after) != nil {
        value = .droppedAfter(try parseName("a step"))
      } else {
        throw unexpected("BEFORE or AFTER", candidates: [.before, .after])
      }
    }
    return Choice(value, range: range(from: start))
  }
}
