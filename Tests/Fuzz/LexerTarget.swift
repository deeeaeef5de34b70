import BQLSyntax

/// Cuts any bytes into tokens.
final class LexerTarget: FuzzTarget {
  let name = "lexer"
  let corpus = "statements"
  let weight = 45
  let tokens = StatementTokens.all

  func run(_ input: [UInt8]) throws(FuzzFailure) -> Bool {
    let result = Lexer.tokenize(input)
    guard result.tokens.last?.kind == .end else { throw FuzzFailure("the last token is no end") }
    var position = 0
    for token in result.tokens {
      guard token.range.start >= position, token.range.end >= token.range.start,
        token.range.end <= input.count
      else { throw FuzzFailure("a token stands at \(token.range), behind \(position)") }
      position = token.range.end
    }
    for diagnostic in result.diagnostics {
      guard diagnostic.range.start >= 0, diagnostic.range.end <= input.count else {
        throw FuzzFailure("a message stands outside of the text")
      }
    }
    return result.diagnostics.isEmpty
  }
}

/// Lists what statements are made of.
enum StatementTokens {
  static let all: [[UInt8]] = {
    let others = [
      "'text'", "\"name\"", "7d", ":p", "é", "\u{2717}", "/*", "*/", "--", "''", "1..2", "-> ",
      "(", ")", "(((((((((", "a.b", "x::int", "INTERVAL '1 day'", "DATE '2019-10-01'",
    ]
    let words = Keyword.allCases.map { " \($0.rawValue) " } + Symbol.allCases.map(\.rawValue)
    return (words + others).map { Array($0.utf8) }
  }()
}
