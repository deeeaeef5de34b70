/// Reads and writes values as text: the one notation that casts, literals, loading and every output
/// format share.
///
/// Reading never fails loudly: a text that is no value of the type is nil. Spaces around a value
/// are ignored. Writing appends UTF-8 bytes; numbers and times are ASCII.
package enum ValueText {
  /// Says how an interval is spelled.
  package enum IntervalStyle: Hashable, Sendable {
    /// The two most significant units, for people: `2d 3h`.
    case human
    /// Every unit that is not zero, exact: `2d 3h 4m 5.5s`.
    case exact
    /// Seconds, exact, for CSV and JSON: `95400`, `26.5`.
    case seconds
  }

  /// Returns the value of `type` that `utf8` spells, or nil.
  package static func parse(_ utf8: Span<UInt8>, as type: DataType) -> Value? {
    switch type {
    case .bool: parseBool(utf8).map { .bool($0) }
    case .int: parseInt(utf8).map { .int($0) }
    case .float: parseFloat(utf8).map { .float($0) }
    case .decimal: parseDecimal(utf8).map { .decimal($0) }
    case .text: .text(string(utf8))
    case .timestamp: parseTimestamp(utf8).map { .timestamp($0) }
    case .date: parseDate(utf8).map { .date($0) }
    case .interval: parseInterval(utf8).map { .interval($0) }
    }
  }

  /// Returns the value of `type` that `text` spells, or nil.
  package static func parse(_ text: String, as type: DataType) -> Value? {
    parse(text.utf8Span.span, as: type)
  }

  /// Returns the text of `value`; NULL is the empty text.
  package static func text(_ value: Value, intervals: IntervalStyle = .exact) -> String {
    var utf8: [UInt8] = []
    append(value, intervals: intervals, to: &utf8)
    return String(decoding: utf8, as: UTF8.self)
  }

  /// Appends the text of `value`; NULL appends nothing.
  package static func append(
    _ value: Value,
    intervals: IntervalStyle = .exact,
    to utf8: inout [UInt8]
  ) {
    switch value {
    case .null: break
    case .bool(let bool): append(bool: bool, to: &utf8)
    case .int(let int): append(int: int, to: &utf8)
    case .float(let float): append(float: float, to: &utf8)
    case .decimal(let hundredths): append(decimal: hundredths, to: &utf8)
    case .text(let text): utf8.append(contentsOf: text.utf8)
    case .timestamp(let microseconds): append(timestamp: microseconds, to: &utf8)
    case .date(let days): append(date: days, to: &utf8)
    case .interval(let microseconds):
      append(interval: microseconds, style: intervals, to: &utf8)
    }
  }

  /// Returns the text that `utf8` spells, damage repaired with U+FFFD.
  static func string(_ utf8: Span<UInt8>) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count)
    for index in utf8.indices { bytes.append(utf8[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Returns the positions of `utf8` without the spaces and tabs around it.
  static func trimmed(_ utf8: Span<UInt8>) -> Range<Int> {
    var start = 0
    var end = utf8.count
    while start < end, isSpace(utf8[start]) { start += 1 }
    while end > start, isSpace(utf8[end - 1]) { end -= 1 }
    return start..<end
  }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (byte >= 9 && byte <= 13)
  }

  /// Returns the digit's value, or nil for any other byte.
  static func digit(_ byte: UInt8) -> Int? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? Int(value) : nil
  }

  /// Says whether `range` of `utf8` spells `word`, which is lower case, in any case.
  static func spells(_ utf8: Span<UInt8>, _ range: Range<Int>, _ word: String) -> Bool {
    let letters = word.utf8Span.span
    guard range.count == letters.count else { return false }
    for index in letters.indices {
      let byte = utf8[range.lowerBound + index]
      let folded = byte >= 65 && byte <= 90 ? byte | 0x20 : byte
      if folded != letters[index] { return false }
    }
    return true
  }

  /// Appends `value`, not negative, with leading zeros up to `width` digits.
  static func append(padded value: Int, width: Int, to utf8: inout [UInt8]) {
    var power = 1
    for _ in 1..<max(width, 1) { power *= 10 }
    while power <= value / 10 { power *= 10 }
    while power > 0 {
      utf8.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / power % 10))
      power /= 10
    }
  }
}
