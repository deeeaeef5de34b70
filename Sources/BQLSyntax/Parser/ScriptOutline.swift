/// Tells how a text divides into statements and whether it can be taken as complete.
///
/// The line editor asks it whether Return ends the entry.
package struct ScriptOutline {
  /// Holds the place of each statement, its `;` taken in; empty statements are left out.
  package let statements: [SourceRange]
  /// Whether the text ends with `;`, blanks and comments aside.
  package let endsWithSemicolon: Bool
  /// What is still open at the end: a text, a quoted name or a comment.
  package let open: Lexer.OpenConstruct?
  /// How many parentheses, brackets and braces of the last statement are not closed.
  package let openBrackets: Int

  /// Reads the outline of a text.
  ///
  /// - Complexity: O(*n*).
  package init(_ text: String) {
    let lexed = Lexer.tokenize(Array(text.utf8))
    var statements: [SourceRange] = []
    var present: SourceRange?
    var brackets = 0
    for token in lexed.tokens {
      switch token.kind {
      case .end: break
      case .symbol(.semicolon):
        if let statement = present { statements.append(statement.union(token.range)) }
        present = nil
        brackets = 0
      default:
        present = present?.union(token.range) ?? token.range
        if case .symbol(let symbol) = token.kind {
          brackets = max(brackets + Self.change(symbol), 0)
        }
      }
    }
    endsWithSemicolon = !statements.isEmpty && present == nil
    if let present { statements.append(present) }
    self.statements = statements
    open = lexed.open
    openBrackets = brackets
  }

  /// Whether there is nothing but blanks and comments.
  package var isEmpty: Bool { statements.isEmpty && open == nil }

  /// Whether Return ends the entry: it ends with `;` and nothing is open.
  package var isComplete: Bool { open == nil && endsWithSemicolon }

  /// Whether an empty line ends the entry: nothing is open, and the text parses as it stands.
  package static func parses(_ text: String) -> Bool {
    let (statements, diagnostics) = Parser.parse(Source(name: "", text: text))
    return !statements.isEmpty && !diagnostics.contains { $0.severity == .error }
  }

  private static func change(_ symbol: Symbol) -> Int {
    switch symbol {
    case .leftParenthesis, .leftBracket, .leftBrace: 1
    case .rightParenthesis, .rightBracket, .rightBrace: -1
    default: 0
    }
  }
}
