extension Parser {
  /// Reports that something else was expected here.
  ///
  /// What may stand here is a noun: "a table", "'='"; the candidates are keywords that a misspelled
  /// word may have meant.
  mutating func unexpected(
    _ expected: String,
    candidates: [Keyword] = [],
    secondary: [Diagnostic.Label] = [],
    hints: [String] = []
  ) -> SyntaxError {
    // The lexer has reported it already.
    if current.kind == .invalid { return SyntaxError() }
    var found = current
    var hints = hints
    if let word = misspelled(current, candidates) {
      hints = ["did you mean '\(word)'?"]
    } else if let alias = bareAlias, alias.range == previous.range,
      let word = misspelled(alias, candidates)
    {
      // `SELECT a FORM t` was read as `a AS FORM` until `t` came.
      found = alias
      hints = ["did you mean '\(word)'?"]
    }
    diagnostics.append(
      Diagnostic(
        .unexpectedToken,
        "expected \(expected), found \(describe(found))",
        at: place(of: found),
        secondary: secondary,
        hints: hints
      )
    )
    return SyntaxError()
  }

  /// Reports a mistake that does not keep the statement from being read.
  mutating func complain(_ message: String, at range: SourceRange, hints: [String] = []) {
    diagnostics.append(Diagnostic(.unexpectedToken, message, at: range, hints: hints))
  }

  mutating func tooDeep(hints: [String]) -> SyntaxError {
    diagnostics.append(
      Diagnostic(
        .nestingTooDeep,
        "the nesting is deeper than this version reads",
        at: place(of: current),
        hints: hints
      )
    )
    return SyntaxError()
  }

  /// Returns the place of a token; the end of the text stands behind the last word, not behind
  /// blanks and comments.
  func place(of token: Token) -> SourceRange {
    guard token.kind == .end, tokens.count > 1 else { return token.range }
    let end = tokens[tokens.count - 2].range.end
    return SourceRange(end, end)
  }

  /// Names a token in a message.
  func describe(_ token: Token) -> String {
    switch token.kind {
    case .end:
      return "the end of the text"
    case .text(let content):
      return content.count <= 32 ? "the text '\(content)'" : "a text"
    default:
      let written = text(of: token.range)
      return written.count <= 40 ? "'\(written)'" : "'\(written.prefix(40))…'"
    }
  }

  /// Finds the keyword that a word nearly spells; nil if it spells one or is reserved.
  func misspelled(_ token: Token, _ candidates: [Keyword]) -> String? {
    guard token.isWord else { return nil }
    if let keyword = token.keyword, Keyword.reserved.contains(keyword) { return nil }
    let word = text(of: token.range).uppercased()
    let names = candidates.map(\.rawValue)
    guard !names.contains(word) else { return nil }
    return NearestNames.nearest(to: word, in: names, limit: 1).first
  }

  /// Writes "a, b or c".
  static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// Takes one of an enumeration's words.
  mutating func parseWord<Value>(
    of type: Value.Type
  ) throws(SyntaxError) -> Choice<Value>
  where Value: RawRepresentable<String> & CaseIterable & Hashable & Sendable {
    if let keyword = current.keyword, let value = Value(rawValue: keyword.rawValue) {
      advance()
      return Choice(value, range: previous.range)
    }
    let words = Value.allCases.map(\.rawValue)
    throw unexpected(
      Parser.alternatives(words),
      candidates: words.compactMap { Keyword(rawValue: $0) }
    )
  }
}

/// Remembers which clauses of a statement have been read, so that a second one is reported.
struct ClauseLog {
  private var places: [Keyword: SourceRange] = [:]

  /// Notes the clause that stands at `range`, or reports it if there was one before.
  mutating func note(_ clause: Keyword, at range: SourceRange, in parser: inout Parser) {
    guard let first = places[clause] else {
      places[clause] = range
      return
    }
    parser.diagnostics.append(
      Diagnostic(
        .repeatedClause,
        "\(clause.rawValue) stands twice",
        at: range,
        secondary: [.init(range: first, message: "first here")]
      )
    )
  }
}
