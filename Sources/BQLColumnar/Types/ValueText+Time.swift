extension ValueText {
  /// Reads `2019-10-01`, of the years 0001…9999, into days since 1970-01-01.
  package static func parseDate(_ utf8: Span<UInt8>) -> Int64? {
    let range = trimmed(utf8)
    var index = range.lowerBound
    guard let days = takeDate(utf8, &index, before: range.upperBound), index == range.upperBound
    else { return nil }
    return days
  }

  /// Reads a date alone or a date and a time into microseconds since 1970-01-01 00:00:00 UTC.
  ///
  /// `2019-10-01 13:05[:00[.250000]]`, with `T` for the space, and `UTC`, `Z`, `±hh`, `±hhmm` or
  /// `±hh:mm` after it; without a zone the time is UTC. Decimals past the sixth are rounded. A
  /// field out of its range, and an instant outside the years 0001…9999, is nil.
  package static func parseTimestamp(_ utf8: Span<UInt8>) -> Int64? {
    parseTimestamp(utf8, in: .utc)
  }

  /// Reads a time as ``parseTimestamp(_:)``, but one without a zone of its own on the clock of
  /// `zone`.
  package static func parseTimestamp(_ utf8: Span<UInt8>, in zone: TimeZone) -> Int64? {
    let range = trimmed(utf8)
    let end = range.upperBound
    var index = range.lowerBound
    guard let days = takeDate(utf8, &index, before: end) else { return nil }
    var time: Int64 = 0
    var offset: Int64?
    if index < end {
      guard utf8[index] == UInt8(ascii: " ") || utf8[index] | 0x20 == UInt8(ascii: "t") else {
        return nil
      }
      index += 1
      guard let clock = takeClock(utf8, &index, before: end) else { return nil }
      time = clock
      while index < end, isSpace(utf8[index]) { index += 1 }
      if index < end {
        guard let written = takeZone(utf8, &index, before: end), index == end else { return nil }
        offset = written
      }
    }
    let local = days * Microseconds.perDay + time
    let timestamp = offset.map { local - $0 } ?? zone.instant(ofLocal: local)
    return TimeLimits.timestamps.contains(timestamp) ? timestamp : nil
  }

  /// Appends `2019-10-01`.
  package static func append(date days: Int64, to utf8: inout [UInt8]) {
    // No function makes a day outside the limits; one made otherwise prints without a trap.
    let days = Int(days.clamped(to: -1 << 60...1 << 60))
    let date = CivilDate(daysSince1970: days)
    if date.year < 0 { utf8.append(UInt8(ascii: "-")) }
    append(padded: abs(date.year), width: 4, to: &utf8)
    utf8.append(UInt8(ascii: "-"))
    append(padded: date.month, width: 2, to: &utf8)
    utf8.append(UInt8(ascii: "-"))
    append(padded: date.day, width: 2, to: &utf8)
  }

  /// Appends `2019-10-01 00:00:00` in UTC; a fraction of a second stands only where it is not zero,
  /// without trailing zeros.
  package static func append(timestamp: Int64, to utf8: inout [UInt8]) {
    let (days, rest) = TimeLimits.split(timestamp)
    append(date: days, to: &utf8)
    let seconds = Int(rest / Microseconds.perSecond)
    utf8.append(UInt8(ascii: " "))
    append(padded: seconds / 3_600, width: 2, to: &utf8)
    utf8.append(UInt8(ascii: ":"))
    append(padded: seconds / 60 % 60, width: 2, to: &utf8)
    utf8.append(UInt8(ascii: ":"))
    append(padded: seconds % 60, width: 2, to: &utf8)
    append(fraction: Int(rest % Microseconds.perSecond), to: &utf8)
  }

  /// Appends the wall-clock time of `zone` and, unless it is UTC, the offset: `… 13:05:00+02`.
  package static func append(timestamp: Int64, in zone: TimeZone, to utf8: inout [UInt8]) {
    if zone.isUTC { return append(timestamp: timestamp, to: &utf8) }
    append(timestamp: zone.local(timestamp), to: &utf8)
    append(offset: zone.offset(at: timestamp), to: &utf8)
  }

  /// Returns the text of a time on the clock of `zone`.
  package static func text(timestamp: Int64, in zone: TimeZone) -> String {
    var utf8: [UInt8] = []
    append(timestamp: timestamp, in: zone, to: &utf8)
    return String(decoding: utf8, as: UTF8.self)
  }

  /// Appends microseconds east of UTC as PostgreSQL does: `+02`, `+05:30`, `+00:53:28`.
  package static func append(offset microseconds: Int64, to utf8: inout [UInt8]) {
    let seconds = Int(microseconds.magnitude / 1_000_000)
    utf8.append(microseconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    append(padded: seconds / 3_600, width: 2, to: &utf8)
    guard seconds % 3_600 != 0 else { return }
    utf8.append(UInt8(ascii: ":"))
    append(padded: seconds / 60 % 60, width: 2, to: &utf8)
    guard seconds % 60 != 0 else { return }
    utf8.append(UInt8(ascii: ":"))
    append(padded: seconds % 60, width: 2, to: &utf8)
  }

  /// Appends a point and the digits of `microseconds` without trailing zeros; nothing for 0.
  static func append(fraction microseconds: Int, to utf8: inout [UInt8]) {
    guard microseconds > 0 else { return }
    var value = microseconds
    var width = 6
    while value % 10 == 0 {
      value /= 10
      width -= 1
    }
    utf8.append(UInt8(ascii: "."))
    append(padded: value, width: width, to: &utf8)
  }
}

extension ValueText {
  /// Steps over exactly `count` digits.
  private static func takeDigits(
    _ utf8: Span<UInt8>,
    _ index: inout Int,
    before end: Int,
    count: Int
  ) -> Int? {
    guard index + count <= end else { return nil }
    var value = 0
    for position in index..<index + count {
      guard let digit = digit(utf8[position]) else { return nil }
      value = value * 10 + digit
    }
    index += count
    return value
  }

  private static func take(
    _ byte: UInt8,
    _ utf8: Span<UInt8>,
    _ index: inout Int,
    before end: Int
  ) -> Bool {
    guard index < end, utf8[index] == byte else { return false }
    index += 1
    return true
  }

  private static func takeDate(
    _ utf8: Span<UInt8>,
    _ index: inout Int,
    before end: Int
  ) -> Int64? {
    let dash = UInt8(ascii: "-")
    guard let year = takeDigits(utf8, &index, before: end, count: 4), year >= 1,
      take(dash, utf8, &index, before: end),
      let month = takeDigits(utf8, &index, before: end, count: 2), (1...12).contains(month),
      take(dash, utf8, &index, before: end),
      let day = takeDigits(utf8, &index, before: end, count: 2), day >= 1,
      day <= CivilDate.daysInMonth(month, year: year)
    else { return nil }
    return Int64(CivilDate(year: year, month: month, day: day).daysSince1970)
  }

  /// Steps over `hh:mm[:ss[.f…]]` and returns microseconds since midnight.
  private static func takeClock(
    _ utf8: Span<UInt8>,
    _ index: inout Int,
    before end: Int
  ) -> Int64? {
    let colon = UInt8(ascii: ":")
    guard let hour = takeDigits(utf8, &index, before: end, count: 2), hour <= 23,
      take(colon, utf8, &index, before: end),
      let minute = takeDigits(utf8, &index, before: end, count: 2), minute <= 59
    else { return nil }
    var microseconds = Int64(hour) * Microseconds.perHour + Int64(minute) * Microseconds.perMinute
    guard take(colon, utf8, &index, before: end) else { return microseconds }
    guard let second = takeDigits(utf8, &index, before: end, count: 2), second <= 59 else {
      return nil
    }
    microseconds += Int64(second) * Microseconds.perSecond
    guard take(UInt8(ascii: "."), utf8, &index, before: end) else { return microseconds }
    var weight = Microseconds.perSecond
    var digits = 0
    while index < end, let digit = digit(utf8[index]) {
      digits += 1
      if digits <= 6 {
        weight /= 10
        microseconds += weight * Int64(digit)
      } else if digits == 7, digit >= 5 {
        microseconds += 1
      }
      index += 1
    }
    return digits > 0 ? microseconds : nil
  }

  /// Steps over a zone and returns its offset east of UTC in microseconds.
  private static func takeZone(
    _ utf8: Span<UInt8>,
    _ index: inout Int,
    before end: Int
  ) -> Int64? {
    if spells(utf8, index..<end, "z") || spells(utf8, index..<end, "utc")
      || spells(utf8, index..<end, "gmt")
    {
      index = end
      return 0
    }
    let sign = utf8[index]
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    index += 1
    guard let hours = takeDigits(utf8, &index, before: end, count: 2), hours <= 15 else {
      return nil
    }
    var offset = Int64(hours) * Microseconds.perHour
    if index < end {
      _ = take(UInt8(ascii: ":"), utf8, &index, before: end)
      guard let minutes = takeDigits(utf8, &index, before: end, count: 2), minutes <= 59 else {
        return nil
      }
      offset += Int64(minutes) * Microseconds.perMinute
    }
    return sign == UInt8(ascii: "-") ? -offset : offset
  }
}

extension Comparable {
  fileprivate func clamped(to limits: ClosedRange<Self>) -> Self {
    min(max(self, limits.lowerBound), limits.upperBound)
  }
}
