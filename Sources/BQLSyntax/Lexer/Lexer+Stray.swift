extension Lexer {
  /// Reports characters that are no part of the language, neighbours together.
  mutating func lexStray() {
    if let (scalar, _) = scalar(at: offset), let quote = StraightQuote(scalar) {
      lexCurlyQuoted(quote)
      return
    }
    let start = offset
    var characters = ""
    var isValid = true
    repeat {
      if let (scalar, length) = scalar(at: offset) {
        guard characters.isEmpty || StraightQuote(scalar) == nil else { break }
        characters.unicodeScalars.append(scalar)
        offset += length
      } else {
        isValid = false
        offset += 1
      }
    } while offset < bytes.count && isStray()
    let range = SourceRange(start, offset)
    if isValid {
      let noun = characters.unicodeScalars.count == 1 ? "character" : "characters"
      report(
        .unexpectedCharacter,
        "unexpected \(noun) \(quoted(characters))",
        range,
        hints: strayHints(characters)
      )
    } else {
      report(
        .unexpectedCharacter,
        "bytes that are not UTF-8",
        range,
        hints: ["save the script as UTF-8"]
      )
    }
    append(.invalid, from: start)
  }

  private func isStray() -> Bool {
    let byte = peek()
    switch byte {
    case UInt8(ascii: " "), 0x09...0x0D, UInt8(ascii: "'"), UInt8(ascii: "\""): return false
    case _ where isDigit(byte): return false
    default: return wordStartLength(at: offset) == 0 && symbolHere() == nil
    }
  }

  /// Reads text between curly quotes as if they were straight, after an error.
  private mutating func lexCurlyQuoted(_ quote: StraightQuote) {
    let start = offset
    guard let (_, length) = scalar(at: start) else { return }
    var index = start + length
    while index < bytes.count, bytes[index] != UInt8(ascii: "\n") {
      guard let (next, nextLength) = scalar(at: index) else { break }
      index += nextLength
      guard StraightQuote(next) == quote else { continue }
      offset = index
      let content = string(start + length, index - nextLength)
      report(
        .unexpectedCharacter,
        "curly quotes around '\(content)'",
        SourceRange(start, index),
        hints: ["a text is written in straight quotes: '\(content)'"]
      )
      append(quote == .single ? .text(content) : .quotedName(content), from: start)
      return
    }
    offset = start + length
    report(
      .unexpectedCharacter,
      "unexpected curly quote",
      SourceRange(start, offset),
      hints: ["a text is written in straight quotes: '…'"]
    )
    append(.invalid, from: start)
  }
}

private enum StraightQuote {
  case single
  case double

  init?(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x2018...0x201B, 0x2032: self = .single
    case 0x201C...0x201F, 0x2033, 0xAB, 0xBB: self = .double
    default: return nil
    }
  }
}

private func quoted(_ characters: String) -> String {
  let shown = characters.unicodeScalars.prefix(8).map { scalar in
    if scalar.value < 0x20 || scalar.value == 0x7F || scalar.properties.generalCategory == .format {
      return "U+" + String(scalar.value, radix: 16, uppercase: true)
    }
    return String(scalar)
  }
  return "'" + shown.joined() + "'"
}

private func strayHints(_ characters: String) -> [String] {
  switch characters.first {
  case "`": ["a name with blanks or signs is written in double quotes: \"Order Date\""]
  case "!": ["negation is NOT, inequality <> or !="]
  case "&": ["conditions are joined with AND"]
  case "#": ["a comment starts with --"]
  case "$", "@": ["a parameter is written :name"]
  case "–", "—", "−": ["the minus sign is '-'"]
  case "，", "、": ["the comma is ','"]
  case "；": ["a statement ends with ';'"]
  case "（", "）": ["parentheses are ( and )"]
  case "≤": ["write <="]
  case "≥": ["write >="]
  case "≠": ["write <>"]
  case "→": ["steps of a funnel are separated by commas"]
  default: []
  }
}
