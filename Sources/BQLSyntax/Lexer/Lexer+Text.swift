extension Lexer {
  /// Reads `'it''s'`.
  mutating func lexText() {
    let start = offset
    guard let content = readQuoted(UInt8(ascii: "'")) else {
      reportUnterminated(start, "this text has no closing quote", .text)
      return
    }
    append(.text(content), from: start)
  }

  /// Reads `"Order Date"`.
  mutating func lexQuotedName() {
    let start = offset
    guard let content = readQuoted(UInt8(ascii: "\"")) else {
      reportUnterminated(start, "this quoted name has no closing quote", .quotedName)
      return
    }
    if content.isEmpty {
      let range = SourceRange(start, offset)
      report(
        .unexpectedToken,
        "a quoted name holds no character",
        range,
        hints: ["a text is written in single quotes: ''"]
      )
    }
    append(.quotedName(content), from: start)
  }

  /// Reads to the closing quote, doubled quotes standing for one; nil if there is none.
  private mutating func readQuoted(_ quote: UInt8) -> String? {
    let start = offset
    var content: [UInt8] = []
    var index = offset + 1
    while index < bytes.count {
      let byte = bytes[index]
      if byte == quote {
        guard index + 1 < bytes.count, bytes[index + 1] == quote else {
          offset = index + 1
          return checked(content, SourceRange(start, offset))
        }
        index += 1
      }
      content.append(byte)
      index += 1
    }
    return nil
  }

  private mutating func checked(_ content: [UInt8], _ range: SourceRange) -> String {
    if let text = String(validating: content, as: UTF8.self) { return text }
    report(.unexpectedCharacter, "this text holds bytes that are not UTF-8", range)
    return String(decoding: content, as: UTF8.self)
  }

  /// Reports the opening quote and goes on behind its line, so that later errors are found too.
  private mutating func reportUnterminated(
    _ start: Int,
    _ message: String,
    _ construct: OpenConstruct
  ) {
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") {
      offset += 1
    }
    open = construct
    let quote = string(start, start + 1)
    report(
      .unterminatedText,
      message,
      SourceRange(start, offset),
      hints: ["a quote inside is written twice: \(quote)\(quote)"]
    )
    append(.invalid, from: start)
  }
}
