import BQLColumnar

/// Reads a time by a format of `strptime`, with English names.
enum TimeReading {
  private struct Fields {
    var year = 1900
    var month = 1
    var day = 1
    var dayOfYear: Int?
    var hour = 0
    var isAfternoon: Bool?
    var minute = 0
    var second = 0
    var microsecond = 0
    /// Microseconds east of UTC.
    var offset: Int64?
  }

  /// Returns microseconds since 1970-01-01 00:00:00 on the clock, or of UTC where the text has an
  /// offset.
  ///
  /// - Throws: ``FunctionError/badArgument(_:)`` for a text that is not of the format, or no time.
  static func parse(
    _ text: Utf8,
    _ format: Utf8
  ) throws(FunctionError) -> (local: Int64, hasOffset: Bool) {
    var fields = Fields()
    var rest = text
    var index = format.startIndex
    while index < format.endIndex {
      let byte = format[index]
      index += 1
      if byte == UInt8(ascii: " ") {
        rest = rest.drop { $0 == UInt8(ascii: " ") }
        continue
      }
      if byte == UInt8(ascii: "%"), index < format.endIndex {
        let letter = Unicode.Scalar(format[index])
        index += 1
        guard try take(letter, &rest, &fields) else { throw mismatch(text, format) }
        continue
      }
      guard rest.first == byte else { throw mismatch(text, format) }
      rest = rest.dropFirst()
    }
    guard rest.isEmpty, let time = time(of: fields) else { throw mismatch(text, format) }
    return (time - (fields.offset ?? 0), fields.offset != nil)
  }

  private static func mismatch(_ text: Utf8, _ format: Utf8) -> FunctionError {
    let text = String(decoding: text, as: UTF8.self)
    return .badArgument(
      "not a time by the format '\(String(decoding: format, as: UTF8.self))': '\(text)'"
    )
  }

  private static func time(of fields: Fields) -> Int64? {
    var hour = fields.hour
    if let isAfternoon = fields.isAfternoon {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    guard (1...9_999).contains(fields.year), (1...12).contains(fields.month), fields.day >= 1,
      fields.day <= CivilDate.daysInMonth(fields.month, year: fields.year), hour <= 23,
      fields.minute <= 59, fields.second <= 59
    else { return nil }
    var day = CivilDate(year: fields.year, month: fields.month, day: fields.day).daysSince1970
    if let ordinal = fields.dayOfYear {
      guard ordinal >= 1, ordinal <= (CivilDate.isLeap(fields.year) ? 366 : 365) else { return nil }
      day = CivilDate(year: fields.year, month: 1, day: 1).daysSince1970 + ordinal - 1
    }
    return Int64(day) * Microseconds.perDay + Int64(hour) * Microseconds.perHour
      + Int64(fields.minute) * Microseconds.perMinute
      + Int64(fields.second) * Microseconds.perSecond + Int64(fields.microsecond)
  }

  /// Takes what `%letter` stands for; false where the text has something else.
  private static func take(
    _ letter: Unicode.Scalar,
    _ text: inout Utf8,
    _ fields: inout Fields
  ) throws(FunctionError) -> Bool {
    func number(_ digits: Int, _ field: WritableKeyPath<Fields, Int>) -> Bool {
      guard let value = takeNumber(digits, &text) else { return false }
      fields[keyPath: field] = value
      return true
    }
    switch letter {
    case "Y": return number(4, \.year)
    case "y":
      guard number(2, \.year) else { return false }
      // As POSIX has it: 69 to 99 are of the 20th century.
      fields.year += fields.year < 69 ? 2_000 : 1_900
      return true
    case "m": return number(2, \.month)
    case "d", "e": return number(2, \.day)
    case "H", "I": return number(2, \.hour)
    case "M": return number(2, \.minute)
    case "S": return number(2, \.second)
    case "f": return takeFraction(&text, &fields)
    case "j":
      guard let value = takeNumber(3, &text) else { return false }
      fields.dayOfYear = value
      return true
    case "p":
      guard let place = takeName(["AM", "PM"], shortest: 2, &text) else { return false }
      fields.isAfternoon = place == 1
      return true
    case "b", "B", "h":
      guard let place = takeName(TimeFormat.months, shortest: 3, &text) else { return false }
      fields.month = place + 1
      return true
    case "a", "A": return takeName(TimeFormat.weekdays, shortest: 3, &text) != nil
    case "z": return takeOffset(&text, &fields)
    case "F":
      return number(4, \.year) && takeSign("-", &text) && number(2, \.month)
        && takeSign("-", &text) && number(2, \.day)
    case "T":
      return number(2, \.hour) && takeSign(":", &text) && number(2, \.minute)
        && takeSign(":", &text) && number(2, \.second)
    case "%": return takeSign("%", &text)
    default: throw .badArgument("strptime knows no '%\(letter)'")
    }
  }

  /// Takes one to `limit` digits, blanks before them left out.
  private static func takeNumber(_ limit: Int, _ text: inout Utf8) -> Int? {
    text = text.drop { $0 == UInt8(ascii: " ") }
    var value = 0
    var count = 0
    while count < limit, let byte = text.first, byte >= 48, byte <= 57 {
      value = value * 10 + Int(byte - 48)
      count += 1
      text = text.dropFirst()
    }
    return count > 0 ? value : nil
  }

  private static func takeSign(_ sign: Unicode.Scalar, _ text: inout Utf8) -> Bool {
    guard let first = text.first, Unicode.Scalar(first) == sign else { return false }
    text = text.dropFirst()
    return true
  }

  private static func takeFraction(_ text: inout Utf8, _ fields: inout Fields) -> Bool {
    let before = text.count
    guard var value = takeNumber(6, &text) else { return false }
    for _ in (before - text.count)..<6 { value *= 10 }
    fields.microsecond = value
    return true
  }

  /// Takes a name in any case, whole or its first `shortest` letters; returns its place.
  private static func takeName(
    _ names: [String],
    shortest: Int,
    _ text: inout Utf8
  ) -> Int? {
    for (place, name) in names.enumerated() {
      for length in [name.utf8.count, shortest] where text.count >= length {
        let head = text.prefix(length)
        guard zip(head, name.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { continue }
        text = text.dropFirst(length)
        return place
      }
    }
    return nil
  }

  private static func takeOffset(_ text: inout Utf8, _ fields: inout Fields) -> Bool {
    if takeSign("Z", &text) {
      fields.offset = 0
      return true
    }
    let isWest = text.first == UInt8(ascii: "-")
    guard takeSign("+", &text) || takeSign("-", &text), let hours = takeNumber(2, &text) else {
      return false
    }
    _ = takeSign(":", &text)
    let minutes = takeNumber(2, &text) ?? 0
    guard hours <= 15, minutes <= 59 else { return false }
    let offset = Int64(hours) * Microseconds.perHour + Int64(minutes) * Microseconds.perMinute
    fields.offset = isWest ? -offset : offset
    return true
  }
}
