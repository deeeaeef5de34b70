import BQLColumnar

extension TimeText {
  /// Returns the order in which a date in digits has its parts, as `12/13/2010 8:26` and
  /// `2010/12/13` show it; `unknown` where day and month may be either, nil for anything else.
  ///
  /// Days and months are of one or two digits, years of four; `/`, `-` or `.` stands between them, a
  /// point by convention between day, month and year.
  static func order(of text: TextView, _ start: Int, _ end: Int) -> DateOrder? {
    guard let date = DigitDate(text, start, end), clock(text, date.end, end) != nil else {
      return nil
    }
    if date.yearIsFirst { return date.days(.yearFirst) == nil ? nil : .yearFirst }
    switch (date.days(.dayFirst) != nil, date.days(.monthFirst) != nil) {
    case (true, true): return date.separator == UInt8(ascii: ".") ? .dayFirst : .unknown
    case (true, false): return .dayFirst
    case (false, true): return .monthFirst
    case (false, false): return nil
    }
  }

  /// Returns the instant that a date in digits spells, with a time of day behind it or without.
  static func digitMicros(
    _ text: TextView,
    _ start: Int,
    _ end: Int,
    _ order: DateOrder
  ) -> Int64? {
    guard let date = DigitDate(text, start, end), date.yearIsFirst == (order == .yearFirst),
      let days = date.days(order), let clock = clock(text, date.end, end)
    else { return nil }
    return days * secondsPerDay * microsPerSecond + clock
  }

  /// Microseconds since midnight of ` 8:26`, ` 08:26:01`, `T08:26:01.5`, ` 8:26 PM`, or nothing.
  private static func clock(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    if start == end { return 0 }
    guard text[start] == UInt8(ascii: " ") || text[start] == UInt8(ascii: "T") else { return nil }
    var reader = DigitReader(text: text, position: start + 1, end: end)
    guard var hour = reader.number(1...2), reader.take(UInt8(ascii: ":")),
      let minute = reader.number(2...2), minute < 60
    else { return nil }
    var second = 0
    var micros: Int64 = 0
    if reader.take(UInt8(ascii: ":")) {
      guard let read = reader.number(2...2), read < 60 else { return nil }
      second = read
      var stop = reader.position
      while stop < end, text[stop] == UInt8(ascii: ".") || isDigit(text[stop]) { stop += 1 }
      guard let fraction = fraction(text, reader.position, stop) else { return nil }
      micros = fraction
      reader.position = stop
    }
    if reader.position < end {
      _ = reader.take(UInt8(ascii: " "))
      guard end - reader.position == 2, text[end - 1] | 0x20 == UInt8(ascii: "m"),
        (1...12).contains(hour)
      else { return nil }
      switch text[reader.position] | 0x20 {
      case UInt8(ascii: "a"): hour %= 12
      case UInt8(ascii: "p"): hour = hour % 12 + 12
      default: return nil
      }
    }
    guard hour < 24 else { return nil }
    return Int64(hour * 3_600 + minute * 60 + second) * microsPerSecond + micros
  }
}

/// Holds the three numbers of a date in digits, whatever they mean.
private struct DigitDate {
  let yearIsFirst: Bool
  let separator: UInt8
  /// The position behind the date.
  let end: Int
  private let numbers: (Int, Int, Int)

  init?(_ text: TextView, _ start: Int, _ end: Int) {
    var reader = DigitReader(text: text, position: start, end: end)
    guard let first = reader.number(1...4), reader.position < end else { return nil }
    yearIsFirst = reader.position - start == 4
    guard yearIsFirst || reader.position - start < 3 else { return nil }
    separator = text[reader.position]
    guard "/-.".utf8.contains(separator), reader.take(separator),
      let second = reader.number(1...2), reader.take(separator),
      let third = yearIsFirst ? reader.number(1...2) : reader.number(4...4)
    else { return nil }
    numbers = (first, second, third)
    self.end = reader.position
  }

  /// Days since 1970; nil for a date that does not exist.
  func days(_ order: DateOrder) -> Int64? {
    let (first, second, third) = numbers
    switch order {
    case .dayFirst: return TimeText.days(third, second, first)
    case .monthFirst: return TimeText.days(third, first, second)
    case .yearFirst: return TimeText.days(first, second, third)
    case .unknown: return nil
    }
  }
}

/// Reads runs of digits.
private struct DigitReader {
  let text: TextView
  var position: Int
  let end: Int

  mutating func take(_ byte: UInt8) -> Bool {
    guard position < end, text[position] == byte else { return false }
    position += 1
    return true
  }

  /// A run of so many digits, followed by none.
  mutating func number(_ lengths: ClosedRange<Int>) -> Int? {
    var value = 0
    let start = position
    while position < end, TimeText.isDigit(text[position]), position - start < 5 {
      value = value * 10 + Int(text[position] &- UInt8(ascii: "0"))
      position += 1
    }
    return lengths.contains(position - start) ? value : nil
  }
}
