extension ValueText {
  /// Reads amounts with units, a clock, or plain seconds: `2d 3h`, `7 days`, `1.5h`, `01:30:00`,
  /// `1 day 02:00`, `95400`, `26.5`.
  ///
  /// Units are `us ms s m h d w` and their names; months and years have no fixed length and are
  /// nil. A sign holds for the amounts after it up to the next sign: `-2d 3h` is minus 51 hours.
  /// Amounts are rounded to the microsecond.
  package static func parseInterval(_ utf8: Span<UInt8>) -> Int64? {
    let range = trimmed(utf8)
    let end = range.upperBound
    var index = range.lowerBound
    guard index < end else { return nil }
    var total: Int64 = 0
    var isNegative = false
    var amounts = 0
    while index < end {
      if utf8[index] == UInt8(ascii: "-") || utf8[index] == UInt8(ascii: "+") {
        isNegative = takeSign(utf8, &index, before: end)
      }
      let start = index
      while index < end, digit(utf8[index]) != nil || utf8[index] == UInt8(ascii: ".") {
        index += 1
      }
      let number = start..<index
      guard !number.isEmpty else { return nil }
      let amount: Int64?
      if index < end, utf8[index] == UInt8(ascii: ":") {
        amount = takeClockSpan(utf8, hours: number, &index, before: end)
      } else {
        while index < end, isSpace(utf8[index]) { index += 1 }
        let unitStart = index
        while index < end, utf8[index] | 0x20 >= 97, utf8[index] | 0x20 <= 122 { index += 1 }
        let unit = unitStart..<index
        // A number without a unit stands alone: seconds.
        guard !unit.isEmpty || (amounts == 0 && index == end) else { return nil }
        guard let length = unit.isEmpty ? Microseconds.perSecond : unitLength(utf8, unit) else {
          return nil
        }
        amount = scaled(utf8, number, by: length)
      }
      guard let amount else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(isNegative ? -amount : amount)
      if overflow { return nil }
      total = sum
      amounts += 1
      while index < end, isSpace(utf8[index]) { index += 1 }
    }
    return amounts > 0 ? total : nil
  }

  /// Appends an interval; the sign stands first and holds for the whole.
  ///
  /// - `.human`: from a day on days and hours, from an hour hours and minutes, from a minute
  ///   minutes and seconds, each rounded to its smaller unit and that left out where it is 0; below
  ///   a minute seconds with their decimals; `0s`.
  /// - `.exact`: every unit that is not 0, seconds with their decimals.
  /// - `.seconds`: seconds with their decimals, without a unit.
  package static func append(
    interval microseconds: Int64,
    style: IntervalStyle,
    to utf8: inout [UInt8]
  ) {
    if microseconds < 0 { utf8.append(UInt8(ascii: "-")) }
    switch style {
    case .seconds: appendSeconds(microseconds.magnitude, to: &utf8)
    case .exact: appendUnits(microseconds.magnitude, to: &utf8)
    case .human: appendUnits(rounded(microseconds.magnitude), to: &utf8)
    }
  }
}

extension ValueText {
  private static let day = UInt64(Microseconds.perDay)
  private static let hour = UInt64(Microseconds.perHour)
  private static let minute = UInt64(Microseconds.perMinute)
  private static let second = UInt64(Microseconds.perSecond)

  /// Rounds to the second most significant unit, half up.
  private static func rounded(_ magnitude: UInt64) -> UInt64 {
    func round(to unit: UInt64) -> UInt64 {
      let rest = magnitude % unit
      return rest * 2 >= unit ? magnitude - rest + unit : magnitude - rest
    }
    if magnitude < minute { return magnitude }
    let toSeconds = round(to: second)
    if toSeconds < hour { return toSeconds }
    let toMinutes = round(to: minute)
    return toMinutes < day ? toMinutes : round(to: hour)
  }

  private static func appendUnits(_ magnitude: UInt64, to utf8: inout [UInt8]) {
    var rest = magnitude
    let start = utf8.count
    for (unit, letter) in [(day, "d"), (hour, "h"), (minute, "m")] where rest >= unit {
      if utf8.count > start { utf8.append(UInt8(ascii: " ")) }
      append(magnitude: rest / unit, to: &utf8)
      utf8.append(contentsOf: letter.utf8)
      rest %= unit
    }
    guard rest > 0 || utf8.count == start else { return }
    if utf8.count > start { utf8.append(UInt8(ascii: " ")) }
    appendSeconds(rest, to: &utf8)
    utf8.append(UInt8(ascii: "s"))
  }

  private static func appendSeconds(_ magnitude: UInt64, to utf8: inout [UInt8]) {
    append(magnitude: magnitude / second, to: &utf8)
    append(fraction: Int(magnitude % second), to: &utf8)
  }

  private static func unitLength(_ utf8: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    let units: [(Int64, [String])] = [
      (1, ["us", "usec", "usecs", "microsecond", "microseconds"]),
      (Microseconds.perMillisecond, ["ms", "msec", "msecs", "millisecond", "milliseconds"]),
      (Microseconds.perSecond, ["s", "sec", "secs", "second", "seconds"]),
      (Microseconds.perMinute, ["m", "min", "mins", "minute", "minutes"]),
      (Microseconds.perHour, ["h", "hr", "hrs", "hour", "hours"]),
      (Microseconds.perDay, ["d", "day", "days"]),
      (Microseconds.perWeek, ["w", "week", "weeks"]),
    ]
    for (length, names) in units {
      for name in names where spells(utf8, range, name) { return length }
    }
    return nil
  }

  /// Returns the number spelled by `range`, without a sign, times `unit`; whole and broken part
  /// apart, so that `0.1s` is exact.
  private static func scaled(
    _ utf8: Span<UInt8>,
    _ range: Range<Int>,
    by unit: Int64
  ) -> Int64? {
    var point = range.lowerBound
    while point < range.upperBound, utf8[point] != UInt8(ascii: ".") { point += 1 }
    let wholeDigits = range.lowerBound..<point
    let fraction = min(point + 1, range.upperBound)..<range.upperBound
    guard !wholeDigits.isEmpty || !fraction.isEmpty else { return nil }
    var whole: Int64 = 0
    if !wholeDigits.isEmpty {
      guard let value = parseInt(utf8.extracting(wholeDigits)) else { return nil }
      whole = value
    }
    var share: Int64 = 0
    var power: Int64 = 1
    // Twelve decimals are finer than a microsecond of a week.
    for index in fraction.prefix(12) {
      guard let digit = digit(utf8[index]) else { return nil }
      share = share * 10 + Int64(digit)
      power *= 10
    }
    for index in fraction.dropFirst(12) where digit(utf8[index]) == nil { return nil }
    let product = Int128(whole) * Int128(unit)
    let part = (Int128(share) * Int128(unit) * 2 + Int128(power)) / (2 * Int128(power))
    return Int64(exactly: product + part)
  }

  /// Steps over the `:mm[:ss[.f…]]` of a clock whose hours are read already.
  private static func takeClockSpan(
    _ utf8: Span<UInt8>,
    hours: Range<Int>,
    _ index: inout Int,
    before end: Int
  ) -> Int64? {
    var total = scaled(utf8, hours, by: Microseconds.perHour)
    for unit in [Microseconds.perMinute, Microseconds.perSecond] {
      guard index < end, utf8[index] == UInt8(ascii: ":") else { break }
      index += 1
      let start = index
      while index < end, digit(utf8[index]) != nil || utf8[index] == UInt8(ascii: ".") {
        index += 1
      }
      guard let part = scaled(utf8, start..<index, by: unit), part < unit * 60, let sum = total
      else { return nil }
      let (next, overflow) = sum.addingReportingOverflow(part)
      total = overflow ? nil : next
    }
    return total
  }
}
