import BQLColumnar

/// Writes an instant by a format of `strftime`, on the clock of a zone and with English names.
enum TimeFormat {
  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  /// - Throws: ``FunctionError/badArgument(_:)`` for a `%` before a letter without a meaning.
  static func text(
    _ timestamp: Int64,
    _ format: Utf8,
    in zone: TimeZone
  ) throws(FunctionError) -> Utf8 {
    let local = zone.local(timestamp)
    var text: [UInt8] = []
    var index = format.startIndex
    while index < format.endIndex {
      let byte = format[index]
      index += 1
      guard byte == UInt8(ascii: "%") else {
        text.append(byte)
        continue
      }
      guard index < format.endIndex else {
        throw .badArgument("strftime's format ends with '%'; a percent sign is written '%%'")
      }
      let letter = Unicode.Scalar(format[index])
      index += 1
      if append(zoneLetter: letter, of: timestamp, in: zone, to: &text) { continue }
      guard append(letter, of: local, to: &text) else {
        throw .badArgument("strftime knows no '%\(letter)'")
      }
    }
    return text[...]
  }

  /// Appends what `%letter` stands for; false where it stands for nothing.
  private static func append(
    _ letter: Unicode.Scalar,
    of timestamp: Int64,
    to text: inout [UInt8]
  ) -> Bool {
    let (day, rest) = TimeLimits.split(timestamp)
    let date = CivilDate(daysSince1970: Int(day))
    let hour = Int(rest / Microseconds.perHour)
    let minute = Int(rest / Microseconds.perMinute % 60)
    let second = Int(rest / Microseconds.perSecond % 60)
    let weekday = CivilDate.isoWeekday(daysSince1970: Int(day))
    switch letter {
    case "Y": text.appendPadded(date.year, 4)
    case "y": text.appendPadded(date.year % 100, 2)
    case "m": text.appendPadded(date.month, 2)
    case "d": text.appendPadded(date.day, 2)
    case "e": text.append(contentsOf: (date.day < 10 ? " \(date.day)" : "\(date.day)").utf8)
    case "H": text.appendPadded(hour, 2)
    case "I": text.appendPadded((hour + 11) % 12 + 1, 2)
    case "M": text.appendPadded(minute, 2)
    case "S": text.appendPadded(second, 2)
    case "f": text.appendPadded(Int(rest % Microseconds.perSecond), 6)
    case "p": text.append(contentsOf: (hour < 12 ? "AM" : "PM").utf8)
    case "j": text.appendPadded(date.dayOfYear, 3)
    case "u": text.appendPadded(weekday, 1)
    case "w": text.appendPadded(weekday % 7, 1)
    case "V": text.appendPadded(date.isoWeek.week, 2)
    case "G": text.appendPadded(date.isoWeek.year, 4)
    case "B": text.append(contentsOf: months[date.month - 1].utf8)
    case "b", "h": text.append(contentsOf: months[date.month - 1].utf8.prefix(3))
    case "A": text.append(contentsOf: weekdays[weekday - 1].utf8)
    case "a": text.append(contentsOf: weekdays[weekday - 1].utf8.prefix(3))
    case "F": ValueText.append(date: day, to: &text)
    case "T":
      for (part, mark) in [(hour, ":"), (minute, ":"), (second, "")] {
        text.appendPadded(part, 2)
        text.append(contentsOf: mark.utf8)
      }
    case "%": text.append(UInt8(ascii: "%"))
    default: return false
    }
    return true
  }

  /// Appends what depends on the zone, or on the instant alone; false for any other letter.
  private static func append(
    zoneLetter letter: Unicode.Scalar,
    of timestamp: Int64,
    in zone: TimeZone,
    to text: inout [UInt8]
  ) -> Bool {
    switch letter {
    case "s": ValueText.append(int: TimePart.epoch.value(timestamp), to: &text)
    case "z":
      let minutes = Int(zone.offset(at: timestamp) / Microseconds.perMinute)
      text.append(UInt8(ascii: minutes < 0 ? "-" : "+"))
      text.appendPadded(abs(minutes) / 60, 2)
      text.appendPadded(abs(minutes) % 60, 2)
    case "Z": text.append(contentsOf: zone.abbreviation(at: timestamp).utf8)
    default: return false
    }
    return true
  }
}

extension [UInt8] {
  /// Appends a number, not negative, with leading zeros up to `width` digits.
  mutating func appendPadded(_ number: Int, _ width: Int) {
    let digits = String(number).utf8
    for _ in 0..<Swift.max(0, width - digits.count) { append(UInt8(ascii: "0")) }
    append(contentsOf: digits)
  }
}
