extension Parser {
  /// Takes `name[cond]{n}? AS label WITHIN 1h OF PREVIOUS`, each part optional, in this order.
  mutating func parseFunnelStep() throws(SyntaxError) -> FunnelStep {
    let start = current
    if isMissingStep {
      throw unexpected("a step", hints: ["the ',' before it may be one too many"])
    }
    var step = FunnelStep(alternatives: try parseAlternatives("a step"), range: start.range)
    if let open = accept(.leftBrace) {
      let count = try parseCount("the number of repetitions")
      try close(.rightBrace, opened: open)
      step.repetitions = Choice(count.value, range: range(from: open))
    }
    if let mark = accept(.question) { step.optional = mark.range }
    if accept(.as) != nil { step.label = try parseName("a label") }
    if at(.within), startsStepLimit {
      let within = current
      advance()
      let span = try parseDuration()
      try expect(.of)
      try expect(.previous)
      step.withinPrevious = Choice(span.value, range: range(from: within))
    }
    if at(.leftBracket) || at(.leftBrace) || at(.question) || at(.as) {
      throw unexpected(
        "',' or a clause of FUNNEL",
        hints: ["a step is name[condition]{n}? AS label WITHIN 1h OF PREVIOUS, in this order"]
      )
    }
    step.range = range(from: start)
    return step
  }

  /// Whether a clause stands where a step belongs: `view, cart, BY brand`.
  private var isMissingStep: Bool {
    guard let keyword = current.keyword else { return false }
    let next = peek()
    if keyword == .within { return next.kind != .symbol(.comma) && next.kind != .end }
    guard Parser.funnelClauses.contains(keyword) else { return false }
    switch next.kind {
    case .quotedName, .text, .int, .number, .duration, .parameter: return true
    case .word:
      guard let word = next.keyword else { return true }
      return word != .as && word != .into && !Parser.funnelClauses.contains(word)
    default: return false
    }
  }

  /// Whether WITHIN here limits the step: it is followed by a span and OF.
  var startsStepLimit: Bool {
    if case .duration = peek(1).kind { return peek(2).keyword == .of }
    return peek(3).keyword == .of
  }

  /// Takes `name[cond]` or `(a|b)[cond]`; a message calls them by the noun `what`.
  mutating func parseAlternatives(
    _ what: String
  ) throws(SyntaxError) -> [EventPattern] {
    guard let open = accept(.leftParenthesis) else { return [try parseEventPattern(what)] }
    var alternatives = [try parseEventPattern("an event")]
    while accept(.bar) != nil {
      alternatives.append(try parseEventPattern("an event"))
    }
    if at(.comma) || at(.or) || at(.concatenate) {
      throw unexpected("'|' or ')'", hints: ["alternatives are separated by '|': (a|b)"])
    }
    try close(.rightParenthesis, opened: open)
    guard let condition = try parseCondition() else { return alternatives }
    // A condition behind the parentheses holds for every alternative.
    return alternatives.map { alternative in
      guard let own = alternative.condition else {
        return EventPattern(name: alternative.name, condition: condition)
      }
      let both = Expression(.binary(.and, own, condition), range: own.range)
      return EventPattern(name: alternative.name, condition: both)
    }
  }

  /// Takes `name[condition]`; a name in single quotes is an event's name too.
  mutating func parseEventPattern(_ what: String) throws(SyntaxError) -> EventPattern {
    let name: Identifier
    if let text = acceptEventText() {
      name = text
    } else {
      guard current.isName else { throw unexpected(what) }
      name = try parseName(what)
    }
    return EventPattern(name: name, condition: try parseCondition())
  }

  private mutating func parseCondition() throws(SyntaxError) -> Expression? {
    guard let open = accept(.leftBracket) else { return nil }
    let condition = try parseExpression()
    try close(.rightBracket, opened: open)
    return condition
  }
}
