// What the language names and this version does not run: it is read to its end and named.
extension Parser {
  /// Lists the verbs that ask a question.
  static let unimplementedQueryVerbs: [Keyword] = [
    .compare, .insights, .basket, .clv, .survival, .cox,
  ]

  /// Lists the verbs of statements that define or do something and stand alone.
  static let unimplementedActionVerbs: [Keyword] = [
    .latent, .plot, .report,
  ]

  static var unimplementedVerbs: [Keyword] { unimplementedQueryVerbs + unimplementedActionVerbs }

  /// Takes the words that name a statement that is not run; nil if the statement is another.
  mutating func acceptUnimplementedStatement() -> String? {
    guard let verb = current.keyword, Parser.unimplementedActionVerbs.contains(verb) else {
      return nil
    }
    advance()
    return verb.rawValue
  }

  /// Takes the words that name a query that is not run; nil if the query is another.
  mutating func acceptUnimplementedQuery() -> String? {
    guard let verb = current.keyword else { return nil }
    if Parser.unimplementedQueryVerbs.contains(verb) {
      advance()
      return verb.rawValue
    }
    return nil
  }

  /// Skips to the statement's end.
  mutating func skipStatement() {
    while current.kind != .end, !at(.semicolon) {
      advance()
    }
  }

  /// Skips to the statement's end or to the parenthesis that closes the query.
  mutating func skipQuery() {
    var open = 0
    while current.kind != .end, !at(.semicolon) {
      if at(.leftParenthesis) {
        open += 1
      } else if at(.rightParenthesis) {
        if open == 0 { return }
        open -= 1
      }
      advance()
    }
  }
}
