// The cursor over the tokens. The last token is `.end` and is never passed.
extension Parser {
  var current: Token { tokens[index] }

  /// Returns the token so many places ahead, the last one beyond the end.
  func peek(_ ahead: Int = 1) -> Token {
    tokens[min(index + ahead, tokens.count - 1)]
  }

  /// The token before the current one.
  var previous: Token { tokens[max(index - 1, 0)] }

  mutating func advance() {
    if index < tokens.count - 1 { index += 1 }
  }

  func at(_ keyword: Keyword) -> Bool { current.keyword == keyword }

  func at(_ symbol: Symbol) -> Bool { current.kind == .symbol(symbol) }

  mutating func accept(_ keyword: Keyword) -> Token? {
    guard at(keyword) else { return nil }
    defer { advance() }
    return current
  }

  mutating func accept(_ symbol: Symbol) -> Token? {
    guard at(symbol) else { return nil }
    defer { advance() }
    return current
  }

  /// Takes two words or neither.
  mutating func accept(_ first: Keyword, _ second: Keyword) -> SourceRange? {
    guard at(first), peek().keyword == second else { return nil }
    let start = current.range
    advance()
    advance()
    return start.union(previous.range)
  }

  @discardableResult
  mutating func expect(_ keyword: Keyword) throws(SyntaxError) -> Token {
    guard let token = accept(keyword) else {
      throw unexpected(keyword.rawValue, candidates: [keyword])
    }
    return token
  }

  @discardableResult
  mutating func expect(_ symbol: Symbol) throws(SyntaxError) -> Token {
    guard let token = accept(symbol) else { throw unexpected("'\(symbol.rawValue)'") }
    return token
  }

  /// Takes the closing sign of a pair, or points at the one that is still open.
  @discardableResult
  mutating func close(_ symbol: Symbol, opened: Token) throws(SyntaxError) -> Token {
    if let token = accept(symbol) { return token }
    let opener = Diagnostic.Label(
      range: opened.range,
      message: "'\(text(of: opened.range))' opened here"
    )
    throw unexpected("'\(symbol.rawValue)'", secondary: [opener])
  }

  /// Returns the range from a token to the last one taken.
  func range(from start: Token) -> SourceRange {
    range(from: start.range)
  }

  func range(from start: SourceRange) -> SourceRange {
    SourceRange(start.start, max(start.end, previous.range.end))
  }

  /// Returns the text of a range as written.
  func text(of range: SourceRange) -> String {
    let end = min(range.end, bytes.count)
    return String(decoding: bytes[min(range.start, end)..<end], as: UTF8.self)
  }

  /// Takes one or more elements separated by commas.
  mutating func list<Element>(
    _ element: (inout Parser) throws(SyntaxError) -> Element
  ) throws(SyntaxError) -> [Element] {
    var elements = [try element(&self)]
    while accept(.comma) != nil {
      elements.append(try element(&self))
    }
    return elements
  }

  /// Goes one level down; each call is paired with ``ascend()``.
  mutating func descend() throws(SyntaxError) {
    guard depth < Parser.nestingLimit else { throw tooDeep(hints: []) }
    depth += 1
  }

  mutating func ascend() {
    depth -= 1
  }
}
