extension Lexer {
  /// Reads a bare word: a letter or `_`, then letters, digits, marks and `_`.
  mutating func lexWord() {
    let start = offset
    skipWord()
    append(.word(string(start, offset)), from: start)
  }

  /// Reads `:name`.
  mutating func lexParameter() {
    let start = offset
    offset += 1
    skipWord()
    append(.parameter(string(start + 1, offset)), from: start)
  }

  private mutating func skipWord() {
    while true {
      let length = wordPartLength(at: offset)
      guard length > 0 else { return }
      offset += length
    }
  }

  /// Returns the length of the character at `index` if a word can start with it, else 0.
  func wordStartLength(at index: Int) -> Int {
    guard index < bytes.count else { return 0 }
    let byte = bytes[index]
    if byte < 0x80 { return isLetter(byte) ? 1 : 0 }
    guard let (scalar, length) = scalar(at: index) else { return 0 }
    return scalar.properties.isXIDStart ? length : 0
  }

  /// Returns the length of the character at `index` if a word can go on with it, else 0.
  func wordPartLength(at index: Int) -> Int {
    guard index < bytes.count else { return 0 }
    let byte = bytes[index]
    if byte < 0x80 { return isLetter(byte) || isDigit(byte) ? 1 : 0 }
    guard let (scalar, length) = scalar(at: index) else { return 0 }
    return scalar.properties.isXIDContinue ? length : 0
  }

  /// Decodes the character at `index`; nil where the bytes are not UTF-8.
  func scalar(at index: Int) -> (Unicode.Scalar, Int)? {
    guard index < bytes.count else { return nil }
    let lead = bytes[index]
    let length =
      switch lead {
      case 0x00...0x7F: 1
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    guard length > 0, index + length <= bytes.count else { return nil }
    // The decoder checks the rest: overlong forms, surrogates and stray continuation bytes.
    guard
      let text = String(validating: bytes[index..<index + length], as: UTF8.self),
      let scalar = text.unicodeScalars.first
    else { return nil }
    return (scalar, length)
  }
}

private func isLetter(_ byte: UInt8) -> Bool {
  let folded = byte | 0x20
  return (folded >= UInt8(ascii: "a") && folded <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
}
