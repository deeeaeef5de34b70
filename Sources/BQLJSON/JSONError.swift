/// Says why bytes are no JSON document, and where.
package struct JSONError: Error, Hashable, Sendable {
  /// Says what is wrong with a text.
  package enum Reason: String, Hashable, Sendable {
    case unexpectedEnd = "the document ends too early"
    case unexpectedByte = "unexpected character"
    case trailingBytes = "text behind the document"
    case badNumber = "malformed number"
    case numberTooLarge = "number out of range"
    case badEscape = "malformed escape"
    case controlCharacter = "control character in a string"
    case badUTF8 = "bytes that are not UTF-8"
    case tooDeep = "nesting too deep"
  }

  package var reason: Reason
  /// The offset of the byte where reading stopped.
  package var offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
