/// Turns tokens into statements by recursive descent; expressions by operator precedence.
///
/// It never fails and never traps on any text: what cannot be read is reported, and reading goes on
/// behind the next `;`. A statement that was read in part is left out.
package struct Parser {
  /// Bounds how deep parentheses, subqueries and prefix operators nest.
  package static let nestingLimit = 200
  /// Bounds the height of an expression's tree, hence the operators of one chain `a + b + …`.
  package static let heightLimit = 1_000

  /// Bounds the mistakes of one text that are told of.
  static let diagnosticLimit = 200

  let bytes: [UInt8]
  let tokens: [Token]
  var index = 0
  var diagnostics: [Diagnostic] = []
  var depth = 0
  /// The greatest height among the expressions read so far inside the present one.
  var height = 0
  /// The last word taken as an alias without AS: a misspelled clause looks like one.
  var bareAlias: Token?
  /// Whether EXPLAIN stands before the query, which FOR USER may then follow.
  var isExplaining = false

  /// Reads a whole script.
  ///
  /// - Returns: The statements without error, and all diagnostics in order of place.
  /// - Complexity: O(*n*).
  package static func parse(
    _ source: Source
  ) -> (statements: [Statement], diagnostics: [Diagnostic]) {
    let bytes = Array(source.text.utf8)
    let lexed = Lexer.tokenize(bytes)
    var parser = Parser(bytes: bytes, tokens: lexed.tokens)
    let statements = parser.parseScript()
    let diagnostics = (lexed.diagnostics + parser.diagnostics).enumerated()
      .sorted { ($0.element.range.start, $0.offset) < ($1.element.range.start, $1.offset) }
      .map(\.element)
    return (statements, limited(diagnostics))
  }

  /// Keeps the first mistakes of a text that is hardly a script.
  private static func limited(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    guard diagnostics.count > diagnosticLimit else { return diagnostics }
    let next = diagnostics[diagnosticLimit]
    let count = diagnostics.count - diagnosticLimit
    return diagnostics.prefix(diagnosticLimit) + [
      Diagnostic(next.code, "\(count) more mistakes from here on are not listed", at: next.range)
    ]
  }

  /// Reads a literal as it stands after `-p name=`; nil if the text is no single literal.
  package static func parseLiteral(_ text: String) -> Expression? {
    let bytes = Array(text.utf8)
    let lexed = Lexer.tokenize(bytes)
    var parser = Parser(bytes: bytes, tokens: lexed.tokens)
    guard
      lexed.diagnostics.isEmpty,
      let expression = try? parser.parseExpression(),
      parser.current.kind == .end, parser.diagnostics.isEmpty
    else { return nil }
    switch expression.kind {
    case .literal: return expression
    case .unary(.minus, let operand), .unary(.plus, let operand):
      if case .literal(.int) = operand.kind { return expression }
      if case .literal(.number) = operand.kind { return expression }
      return nil
    default: return nil
    }
  }

  init(bytes: [UInt8], tokens: [Token]) {
    self.bytes = bytes
    self.tokens = tokens
  }

  private mutating func parseScript() -> [Statement] {
    var statements: [Statement] = []
    while current.kind != .end {
      if accept(.semicolon) != nil { continue }
      bareAlias = nil
      depth = 0
      height = 0
      do throws(SyntaxError) {
        let statement = try parseStatement()
        statements.append(statement)
        try endStatement()
      } catch {
        recover()
      }
    }
    return statements
  }

  /// Goes on at the next `;`.
  private mutating func recover() {
    while current.kind != .end, !at(.semicolon) {
      advance()
    }
  }
}

/// Says that a statement cannot be read on; what is wrong has been reported.
struct SyntaxError: Error {}
