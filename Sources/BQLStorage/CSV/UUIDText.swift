import CDelimiterScan

/// Reads UUIDs in lower case, such as `72d76fde-8bb3-4e00-8c23-a032dfed738c`.
enum UUIDText {
  static let length = 36

  /// The sixteen bytes of a UUID as two big-endian words; nil for any other spelling.
  @inline(__always)
  static func words(_ text: TextView, _ start: Int, _ end: Int) -> (high: UInt64, low: UInt64)? {
    guard end - start == length else { return nil }
    let hyphen = UInt8(ascii: "-")
    guard text[start + 8] == hyphen, text[start + 13] == hyphen, text[start + 18] == hyphen,
      text[start + 23] == hyphen
    else { return nil }
    let a = text.word(start)
    let b = UInt64(text.halfWord(start + 9)) | UInt64(text.halfWord(start + 14)) << 32
    let c = UInt64(text.halfWord(start + 19)) | UInt64(text.halfWord(start + 24)) << 32
    let d = text.word(start + 28)
    let (na, nb, nc, nd) = (nibbles(a), nibbles(b), nibbles(c), nibbles(d))
    // Spelling the digits again shows whether they were digits in the first place.
    let differences =
      (spelled(na) ^ a) | (spelled(nb) ^ b) | (spelled(nc) ^ c) | (spelled(nd) ^ d)
    guard differences == 0 else { return nil }
    return (packed(na) << 32 | packed(nb), packed(nc) << 32 | packed(nd))
  }

  /// Whether a text is what a UUID begins with, and shorter.
  static func isBeginning(_ text: TextView, _ range: Range<Int>) -> Bool {
    guard range.count < length else { return false }
    return range.allSatisfy { position in
      let byte = text[position]
      switch position - range.lowerBound {
      case 8, 13, 18, 23: return byte == UInt8(ascii: "-")
      default:
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
    }
  }

  /// The values of eight hexadecimal digits, a byte each.
  @inline(__always)
  private static func nibbles(_ digits: UInt64) -> UInt64 {
    let letters = digits >> 6 & 0x0101_0101_0101_0101
    // Masked again: a letter past 'f' must not pass for a digit.
    return ((digits & 0x0F0F_0F0F_0F0F_0F0F) &+ letters &* 9) & 0x0F0F_0F0F_0F0F_0F0F
  }

  /// The digits that spell eight values below 16.
  @inline(__always)
  private static func spelled(_ nibbles: UInt64) -> UInt64 {
    let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
  }

  /// Eight values below 16, the first one lowest, as a number of 32 bits, the first one highest.
  @inline(__always)
  private static func packed(_ nibbles: UInt64) -> UInt64 {
    var x = nibbles.byteSwapped
    x = (x | x >> 4) & 0x00FF_00FF_00FF_00FF
    x = (x | x >> 8) & 0x0000_FFFF_0000_FFFF
    return (x | x >> 16) & 0xFFFF_FFFF
  }
}

extension TextView {
  /// What ``UUIDText/words(_:_:_:)`` returns, with vector instructions.
  @inline(__always)
  func uuid(_ start: Int, _ end: Int) -> (high: UInt64, low: UInt64)? {
    guard end - start == UUIDText.length else { return nil }
    // Reads the 36 bytes of the field.
    let uuid = unsafe withBytes(from: start) { unsafe bql_uuid_words($0) }
    return uuid.is_valid == 0 ? nil : (uuid.high, uuid.low)
  }
}
