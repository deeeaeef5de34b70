import BQLColumnar

/// Names the one way in which a column spells its times.
enum TimeFormat: Hashable, Sendable {
  /// `2019-10-01 00:00[:00[.000000]]`, with `T` for the space, and a zone if `hasZone`.
  case civil(hasZone: Bool)
  /// `2019-10-01`.
  case date
  /// `20191001`.
  case compactDate
  /// `12/13/2010`, `13.12.2010 8:26`, `2010/12/13 08:26:00`.
  case digits(DateOrder)
  case epochSeconds
  case epochMilliseconds
  case epochMicroseconds
}

/// Reads times as they are spelled in files, into microseconds since 1970 (UTC).
enum TimeText {
  static let microsPerSecond: Int64 = 1_000_000
  static let secondsPerDay: Int64 = 86_400

  /// Returns the format that a field is spelled in, or nil.
  ///
  /// Whole numbers are told apart by magnitude: eight digits that are a date of 1900…2099 are one;
  /// 9 or 10 digits are seconds, 12 or 13 milliseconds, 15 or 16 microseconds since 1970. A number
  /// of seconds may have decimals (`1569888000.25`).
  static func format(of text: TextView, _ start: Int, _ end: Int) -> TimeFormat? {
    if end > start, let whole = wholeEnd(text, start, end) {
      switch whole - start {
      case 8 where whole == end:
        return micros(text, start, end, .compactDate) == nil ? nil : .compactDate
      case 9, 10: return .epochSeconds
      case 12 where whole == end, 13 where whole == end: return .epochMilliseconds
      case 15 where whole == end, 16 where whole == end: return .epochMicroseconds
      default: return nil
      }
    }
    for format in [TimeFormat.date, .civil(hasZone: false), .civil(hasZone: true)]
    where micros(text, start, end, format) != nil {
      return format
    }
    return order(of: text, start, end).map { .digits($0) }
  }

  /// Returns the end of a field's digits if all of it is digits, or digits, a point and digits.
  private static func wholeEnd(_ text: TextView, _ start: Int, _ end: Int) -> Int? {
    var point: Int?
    for index in start..<end where !isDigit(text[index]) {
      guard text[index] == UInt8(ascii: "."), point == nil else { return nil }
      point = index
    }
    return point ?? end
  }

  /// Returns the instant that a field spells in `format`, or nil.
  static func micros(
    _ text: TextView,
    _ start: Int,
    _ end: Int,
    _ format: TimeFormat
  ) -> Int64? {
    switch format {
    case .civil(let hasZone): return civil(text, start, end, hasZone: hasZone)
    case .digits(let order): return digitMicros(text, start, end, order)
    case .date: return days(text, start, end).map { $0 * secondsPerDay * microsPerSecond }
    case .compactDate:
      return compactDays(text, start, end).map { $0 * secondsPerDay * microsPerSecond }
    case .epochSeconds:
      guard let whole = wholeEnd(text, start, end), whole - start <= 11 else { return nil }
      guard let seconds = NumberText.digits(text, start, whole) else { return nil }
      guard let fraction = fraction(text, whole, end) else { return nil }
      return seconds * microsPerSecond + fraction
    case .epochMilliseconds:
      guard end - start <= 14 else { return nil }
      return NumberText.digits(text, start, end).map { $0 * 1_000 }
    case .epochMicroseconds:
      guard end - start <= 17 else { return nil }
      return NumberText.digits(text, start, end)
    }
  }

  /// Returns days since 1970 of `2019-10-01`.
  static func days(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    guard end - start == 10, text[start + 4] == UInt8(ascii: "-"),
      text[start + 7] == UInt8(ascii: "-"), let year = number(text, start, 4),
      let month = number(text, start + 5, 2), let day = number(text, start + 8, 2)
    else { return nil }
    return days(year, month, day)
  }

  private static func compactDays(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    guard end - start == 8, let year = number(text, start, 4), (1900..<2100).contains(year),
      let month = number(text, start + 4, 2), let day = number(text, start + 6, 2)
    else { return nil }
    return days(year, month, day)
  }

  static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
    guard (1...12).contains(month), day >= 1, day <= CivilDate.daysInMonth(month, year: year)
    else { return nil }
    return Int64(CivilDate(year: year, month: month, day: day).daysSince1970)
  }

  private static func civil(
    _ text: TextView,
    _ start: Int,
    _ end: Int,
    hasZone: Bool
  ) -> Int64? {
    guard end - start >= 16, let days = days(text, start, start + 10),
      text[start + 10] == UInt8(ascii: " ") || text[start + 10] == UInt8(ascii: "T"),
      text[start + 13] == UInt8(ascii: ":"), let hour = number(text, start + 11, 2), hour < 24,
      let minute = number(text, start + 14, 2), minute < 60
    else { return nil }
    var position = start + 16
    var seconds = days * secondsPerDay + Int64(hour * 3_600 + minute * 60)
    var micros: Int64 = 0
    if position + 3 <= end, text[position] == UInt8(ascii: ":") {
      guard let second = number(text, position + 1, 2), second < 60 else { return nil }
      seconds += Int64(second)
      position += 3
      if position < end, text[position] == UInt8(ascii: ".") {
        var stop = position + 1
        while stop < end, isDigit(text[stop]) { stop += 1 }
        guard let found = fraction(text, position, stop) else { return nil }
        micros = found
        position = stop
      }
    }
    guard hasZone else { return position == end ? seconds * microsPerSecond + micros : nil }
    guard position < end, let offset = offsetSeconds(text, position, end) else { return nil }
    return (seconds - offset) * microsPerSecond + micros
  }

  /// Microseconds of a point and digits; 0 for nothing; digits past the sixth are cut off.
  static func fraction(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    if start == end { return 0 }
    guard end - start >= 2, text[start] == UInt8(ascii: ".") else { return nil }
    var micros: Int64 = 0
    for place in 0..<6 {
      var digit: Int64 = 0
      if start + 1 + place < end {
        guard isDigit(text[start + 1 + place]) else { return nil }
        digit = Int64(text[start + 1 + place] &- UInt8(ascii: "0"))
      }
      micros = micros * 10 + digit
    }
    return micros
  }

  /// Seconds east of Greenwich of `Z`, `UTC`, `GMT`, `+02`, `+0200`, `+02:00`, after a space or not.
  private static func offsetSeconds(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    var first = start
    if text[first] == UInt8(ascii: " ") { first += 1 }
    let length = end - first
    if length == 1, text[first] == UInt8(ascii: "Z") { return 0 }
    if length == 3, ["UTC", "GMT"].contains(text.text(first..<end)) { return 0 }
    guard length >= 3 else { return nil }
    let sign: Int64
    switch text[first] {
    case UInt8(ascii: "+"): sign = 1
    case UInt8(ascii: "-"): sign = -1
    default: return nil
    }
    guard let hours = number(text, first + 1, 2), hours <= 15 else { return nil }
    if length == 3 { return sign * Int64(hours) * 3_600 }
    let colon = text[first + 3] == UInt8(ascii: ":") ? 1 : 0
    guard length == 5 + colon, let minutes = number(text, first + 3 + colon, 2), minutes < 60
    else { return nil }
    return sign * Int64(hours * 3_600 + minutes * 60)
  }

  private static func number(_ text: TextView, _ start: Int, _ length: Int) -> Int? {
    var value = 0
    for index in start..<start + length {
      guard isDigit(text[index]) else { return nil }
      value = value * 10 + Int(text[index] &- UInt8(ascii: "0"))
    }
    return value
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
