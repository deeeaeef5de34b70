/// Cuts UTF-8 bytes into tokens; blanks and comments are left out.
///
/// It never fails: what is no word of the language becomes an ``Token/Kind/invalid`` token and a
/// diagnostic.
package struct Lexer {
  /// Names what is still open where the text ends.
  package enum OpenConstruct: Hashable, Sendable {
    case text
    case quotedName
    case comment
  }

  /// Holds the tokens of a text; the last one is always ``Token/Kind/end``.
  package struct Result {
    package var tokens: [Token]
    package var diagnostics: [Diagnostic]
    package var open: OpenConstruct?
  }

  let bytes: [UInt8]
  var offset = 0
  var startsLine = true
  var tokens: [Token] = []
  var diagnostics: [Diagnostic] = []
  var open: OpenConstruct?

  /// Cuts the text into tokens.
  ///
  /// - Complexity: O(*n*); the bytes need not be valid UTF-8.
  package static func tokenize(_ bytes: [UInt8]) -> Result {
    var lexer = Lexer(bytes: bytes)
    lexer.skipPrologue()
    while true {
      lexer.skipTrivia()
      guard lexer.offset < bytes.count else { break }
      lexer.lexToken()
      lexer.startsLine = false
    }
    lexer.append(.end, from: bytes.count)
    return Result(tokens: lexer.tokens, diagnostics: lexer.diagnostics, open: lexer.open)
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Returns the byte `ahead` of the present one, 0 beyond the end.
  func peek(_ ahead: Int = 0) -> UInt8 {
    let index = offset + ahead
    return index < bytes.count ? bytes[index] : 0
  }

  /// Returns the text of a range; bytes that are not UTF-8 become U+FFFD.
  func string(_ start: Int, _ end: Int) -> String {
    String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// Adds a token that began at `start` and ends at the present offset.
  mutating func append(_ kind: Token.Kind, from start: Int) {
    tokens.append(Token(kind, range: SourceRange(start, offset), startsLine: startsLine))
  }

  mutating func report(
    _ code: DiagnosticCode,
    _ message: String,
    _ range: SourceRange,
    hints: [String] = []
  ) {
    diagnostics.append(Diagnostic(code, message, at: range, hints: hints))
  }

  private mutating func lexToken() {
    let byte = peek()
    switch byte {
    case UInt8(ascii: "'"):
      lexText()
    case UInt8(ascii: "\""):
      lexQuotedName()
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      lexNumber()
    case UInt8(ascii: ".") where isDigit(peek(1)):
      lexNumber()
    case UInt8(ascii: ":") where wordStartLength(at: offset + 1) > 0:
      lexParameter()
    default:
      if wordStartLength(at: offset) > 0 {
        lexWord()
      } else if let symbol = symbolHere() {
        let start = offset
        offset += symbol.rawValue.utf8.count
        append(.symbol(symbol), from: start)
      } else {
        lexStray()
      }
    }
  }

  /// Returns the longest sign that starts here.
  func symbolHere() -> Symbol? {
    let byte = peek()
    guard byte < 0x80 else { return nil }
    let next = peek(1)
    if next > 0x20, next < 0x7F {
      let pair = String(decoding: [byte, next], as: UTF8.self)
      if let symbol = Symbol(rawValue: pair) { return symbol }
    }
    return Symbol(rawValue: String(decoding: [byte], as: UTF8.self))
  }
}

func isDigit(_ byte: UInt8) -> Bool {
  byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
}
