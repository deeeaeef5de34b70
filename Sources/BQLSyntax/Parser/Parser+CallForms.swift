/// Reads the calls that SQL writes with words between their arguments, as calls like any other.
extension Parser {
  /// Whether the present word is `word`, which is no keyword of the language.
  private func atWord(_ word: String) -> Bool {
    guard case .word(let text) = current.kind else { return false }
    return text.uppercased() == word
  }

  private mutating func acceptWord(_ word: String) -> Bool {
    guard atWord(word) else { return false }
    advance()
    return true
  }

  /// Takes the arguments of a call that has a form of its own, behind its `(`; nil if they are a
  /// plain list.
  mutating func parseFormArguments(_ name: String) throws(SyntaxError) -> [Expression]? {
    switch name.lowercased() {
    case "extract": return try parseExtract()
    case "position": return try parsePosition()
    case "substring": return try parseSubstring()
    case "trim": return try parseTrim()
    case "try_cast": return try parseTryCast()
    default: return nil
    }
  }

  /// Takes `part FROM x`: `extract('part', x)`.
  private mutating func parseExtract() throws(SyntaxError) -> [Expression]? {
    guard current.isName, peek().keyword == .from else { return nil }
    let part = Expression(.literal(.text(text(of: current.range))), range: current.range)
    advance()
    advance()
    return [part, try parseExpression()]
  }

  /// Takes `part IN x`: `position(x, part)`.
  private mutating func parsePosition() throws(SyntaxError) -> [Expression]? {
    let first = try parseExpression(Power.concatenation)
    if accept(.in) != nil { return [try parseExpression(), first] }
    return try restOfList(first)
  }

  /// Takes `x FROM start [FOR count]`.
  private mutating func parseSubstring() throws(SyntaxError) -> [Expression]? {
    let first = try parseExpression()
    guard accept(.from) != nil else { return try restOfList(first) }
    let start = try parseExpression()
    guard accept(.for) != nil else { return [first, start] }
    return [first, start, try parseExpression()]
  }

  /// Takes `[BOTH] [characters] FROM x`; LEADING and TRAILING belong to other functions.
  private mutating func parseTrim() throws(SyntaxError) -> [Expression]? {
    if at(.rightParenthesis) { return nil }
    if atWord("LEADING") || atWord("TRAILING"), peek().isName || peek().kind.isText {
      let function = atWord("LEADING") ? "ltrim" : "rtrim"
      throw unexpected(
        "BOTH or a text",
        hints: ["one end is trimmed by \(function)(x, characters)"]
      )
    }
    if atWord("BOTH"), peek().isName || peek().kind.isText { advance() }
    if accept(.from) != nil { return [try parseExpression()] }
    let first = try parseExpression()
    guard accept(.from) != nil else { return try restOfList(first) }
    return [try parseExpression(), first]
  }

  /// Takes `x AS type`: `try_cast(x, 'type')`.
  private mutating func parseTryCast() throws(SyntaxError) -> [Expression]? {
    if at(.rightParenthesis) { return nil }
    let operand = try parseExpression()
    guard accept(.as) != nil else { return try restOfList(operand) }
    let type = try parseTypeName()
    return [operand, Expression(.literal(.text(type.name)), range: type.range)]
  }

  private mutating func restOfList(_ first: Expression) throws(SyntaxError) -> [Expression] {
    accept(.comma) == nil ? [first] : [first] + (try parseExpressions())
  }

  /// Takes `WITHIN GROUP (ORDER BY x)` behind `percentile_cont(p)`, which is `percentile_cont(x, p)`.
  mutating func parseWithinGroup(_ call: inout Call) throws(SyntaxError) {
    guard at(.within), peek().keyword == .group else { return }
    advance()
    advance()
    let open = try expect(.leftParenthesis)
    try expect(.order)
    try expect(.by)
    let value = try parseExpression()
    if at(.desc) {
      throw unexpected("')'", hints: ["the order ascends; of p descending say 1 - p"])
    }
    _ = accept(.asc)
    try close(.rightParenthesis, opened: open)
    call.arguments.insert(value, at: 0)
  }

  /// Takes `[ESCAPE 'c']` behind a pattern of LIKE: the pattern becomes one that `\` escapes.
  mutating func parseEscape(_ pattern: Expression) throws(SyntaxError) -> Expression {
    guard atWord("ESCAPE"), peek().kind.isText || peek().kind.isParameter else { return pattern }
    advance()
    let escape = try parsePrimary()
    let name = Identifier("like_escape", range: pattern.range)
    let range = pattern.range.union(escape.range)
    return Expression(.call(Call(name: name, arguments: [pattern, escape])), range: range)
  }

  /// Returns a regular expression as one that ignores case.
  func ignoringCase(_ pattern: Expression) -> Expression {
    let flag = Expression(.literal(.text("(?i)")), range: pattern.range)
    return Expression(.binary(.concatenate, flag, pattern), range: pattern.range)
  }

  /// Takes `INTERVAL '1 month 2 days'`, `INTERVAL '7' DAY` or `INTERVAL 7 DAYS`; nil if the word is a
  /// column.
  mutating func parseInterval() throws(SyntaxError) -> Expression? {
    guard atWord("INTERVAL") else { return nil }
    let start = current
    switch peek().kind {
    case .int, .number, .duration:
      advance()
      let duration = try parseDuration()
      return Expression(.literal(.duration(duration.value)), range: range(from: start))
    case .text(let text):
      advance()
      advance()
      var words = text
      if case .word(let name) = current.kind, DurationUnit(name: name) != nil {
        words += " " + name
        advance()
      }
      let range = range(from: start)
      let (spans, isPlain) = Self.spans(of: words)
      if isPlain, var sum = spans.first.map({ Self.literal($0, range) }) {
        for span in spans.dropFirst() {
          sum = Expression(.binary(.add, sum, Self.literal(span, range)), range: range)
        }
        return sum
      }
      let literal = Expression(.literal(.text(text)), range: range)
      return Expression(
        .cast(literal, typeName: Identifier("interval", range: range)),
        range: range
      )
    default: return nil
    }
  }

  private static func literal(
    _ span: (isNegative: Bool, duration: Duration),
    _ range: SourceRange
  ) -> Expression {
    let literal = Expression(.literal(.duration(span.duration)), range: range)
    return span.isNegative ? Expression(.unary(.minus, literal), range: range) : literal
  }

  /// Reads `1 month 2 days`: amounts with the names of units, each with a sign of its own, and perhaps
  /// a clock's `02:00` at the end; not plain where anything else stands there.
  private static func spans(
    of text: String
  ) -> (spans: [(isNegative: Bool, duration: Duration)], isPlain: Bool) {
    var spans: [(isNegative: Bool, duration: Duration)] = []
    var words = text.split(whereSeparator: \.isWhitespace)
    // A clock behind the units is hours, minutes and seconds.
    if words.count.isMultiple(of: 2) == false, words.count > 1, let clock = words.popLast() {
      let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
      guard (2...3).contains(parts.count) else { return ([], false) }
      words += zip(parts, ["hours", "minutes", "seconds"]).flatMap { [$0, Substring($1)] }
    }
    guard !words.isEmpty, words.count.isMultiple(of: 2) else { return ([], false) }
    for index in stride(from: 0, to: words.count, by: 2) {
      var digits = words[index]
      let isNegative = digits.first == "-"
      if isNegative || digits.first == "+" { digits.removeFirst() }
      guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
        let unit = DurationUnit(name: String(words[index + 1])),
        let duration = unit.duration(String(digits))
      else { return ([], false) }
      spans.append((isNegative, duration))
    }
    return (spans, true)
  }
}

extension Token.Kind {
  /// Whether a token is a text in quotes.
  fileprivate var isText: Bool {
    if case .text = self { true } else { false }
  }

  /// Whether a token is a parameter.
  fileprivate var isParameter: Bool {
    if case .parameter = self { true } else { false }
  }
}
