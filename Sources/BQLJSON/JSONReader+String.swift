extension JSONReader {
  /// Reads a string in its quotes; the opening one is the current byte.
  mutating func readString() throws(JSONError) -> String {
    let opening = offset
    offset += 1
    var content: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw JSONError(.badUTF8, at: opening)
        }
        offset += 1
        return text
      case UInt8(ascii: "\\"):
        content.append(contentsOf: try readEscape())
      case 0..<0x20:
        throw error(.controlCharacter)
      default:
        content.append(byte)
        offset += 1
      }
    }
    throw error(.unexpectedEnd)
  }

  private mutating func readEscape() throws(JSONError) -> [UInt8] {
    let start = offset
    offset += 1
    guard let byte = current else { throw error(.unexpectedEnd) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try readScalar(start)).utf8)
    default: throw JSONError(.badEscape, at: start)
    }
  }

  /// Reads the digits of `\u00e9`, or of a pair of surrogates.
  private mutating func readScalar(_ start: Int) throws(JSONError) -> Unicode.Scalar {
    var value = try readHex()
    if (0xD800...0xDBFF).contains(value) {
      guard current == UInt8(ascii: "\\") else { throw JSONError(.badEscape, at: start) }
      offset += 1
      guard current == UInt8(ascii: "u") else { throw JSONError(.badEscape, at: start) }
      offset += 1
      let low = try readHex()
      guard (0xDC00...0xDFFF).contains(low) else { throw JSONError(.badEscape, at: start) }
      value = 0x10000 + (value - 0xD800) * 0x400 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw JSONError(.badEscape, at: start) }
    return scalar
  }

  private mutating func readHex() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current else { throw error(.unexpectedEnd) }
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error(.badEscape)
      }
      value = value * 16 + UInt32(digit)
      offset += 1
    }
    return value
  }
}
