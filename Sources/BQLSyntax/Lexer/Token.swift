/// Holds one word, literal or sign of the text with its place.
package struct Token: Hashable, Sendable {
  /// Says what a token is.
  package enum Kind: Hashable, Sendable {
    /// A name or a keyword, as written.
    case word(String)
    /// `"Order Date"`, without its quotes.
    case quotedName(String)
    /// `'it''s'`, without its quotes.
    case text(String)
    case int(Int64)
    /// A number with a point or an exponent, or beyond `Int64`, as written without `_`.
    case number(String)
    /// `7d`.
    case duration(Duration)
    /// `:name`, without the colon.
    case parameter(String)
    case symbol(Symbol)
    /// Text that has been reported and means nothing.
    case invalid
    /// Stands once, at the end of the text.
    case end
  }

  package var kind: Kind
  package var range: SourceRange
  /// Whether only blanks and comments stand before it on its line.
  package var startsLine: Bool
  /// The keyword that a bare word spells, whatever it means at its place.
  package var keyword: Keyword?

  /// Makes a token.
  package init(_ kind: Kind, range: SourceRange, startsLine: Bool) {
    self.kind = kind
    self.range = range
    self.startsLine = startsLine
    if case .word(let text) = kind {
      keyword = Keyword(word: text)
    }
  }

  package var isWord: Bool {
    if case .word = kind { true } else { false }
  }

  /// Whether it can be a name: a bare or a quoted word.
  package var isName: Bool {
    switch kind {
    case .word, .quotedName: true
    default: false
    }
  }
}

/// Lists the signs of the language.
package enum Symbol: String, Hashable, Sendable, CaseIterable {
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case leftBrace = "{"
  case rightBrace = "}"
  case comma = ","
  case semicolon = ";"
  case dot = "."
  case dotDot = ".."
  case colon = ":"
  case doubleColon = "::"
  case question = "?"
  case star = "*"
  case plus = "+"
  case minus = "-"
  case slash = "/"
  case percent = "%"
  case caret = "^"
  case equal = "="
  case doubleEqual = "=="
  case notEqual = "<>"
  case bangEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case bar = "|"
  case concatenate = "||"
  case arrow = "->"
  case tilde = "~"
  case notTilde = "!~"
}
