import BQLColumnar

/// Holds the rule by which clocks change year after year: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Source: IEEE Std 1003.1, "Environment Variables", TZ; RFC 9636 for hours from −167 to 167.
struct PosixTimeZone {
  /// Names a day of every year and the time on it at which clocks change.
  private struct Change {
    enum Day {
      /// 1…365; 29 February is never counted.
      case julian(Int)
      /// 0…365.
      case ordinal(Int)
      /// The `week`-th `weekday` (0 = Sunday) of a month; week 5 is the last.
      case weekday(month: Int, week: Int, weekday: Int)
    }

    var day: Day
    /// Seconds behind midnight.
    var second = 7_200
  }

  private let standard: (name: String, offset: Int32)
  private let summer: (name: String, offset: Int32, start: Change, end: Change)?

  /// Reads a rule; nil where the text is none.
  init?(_ text: String) {
    var reader = Reader(bytes: Array(text.utf8)[...])
    guard let name = reader.name(), let west = reader.time(limit: 24) else { return nil }
    standard = (name, Int32(-west))
    if reader.isAtEnd {
      summer = nil
      return
    }
    guard let summerName = reader.name() else { return nil }
    var offset = standard.offset + 3_600
    if !reader.isAtEnd, !reader.isAt(",") {
      guard let west = reader.time(limit: 24) else { return nil }
      offset = Int32(-west)
    }
    guard reader.take(","), let start = reader.change(), reader.take(","),
      let end = reader.change(), reader.isAtEnd
    else { return nil }
    summer = (summerName, offset, start, end)
  }

  /// Adds the changes of the rule, to the last year there is, that come after `last` seconds.
  func extend(_ stretches: inout [TimeZone.Stretch], after last: Int64) {
    guard let summer else { return }
    let floor = max(last, TimeLimits.days.lowerBound * 86_400)
    let firstYear = CivilDate(daysSince1970: Int(min(floor / 86_400, TimeLimits.days.upperBound)))
      .year
    for year in max(firstYear - 1, 1)...10_000 {
      var changes = [
        (
          second(of: summer.start, year) - Int64(standard.offset),
          TimeZone.Stretch(start: 0, offset: summer.offset, abbreviation: summer.name)
        ),
        (
          second(of: summer.end, year) - Int64(summer.offset),
          TimeZone.Stretch(start: 0, offset: standard.offset, abbreviation: standard.name)
        ),
      ]
      if changes[1].0 < changes[0].0 { changes.swapAt(0, 1) }
      for (second, change) in changes where second > last {
        var change = change
        change.start = second * Microseconds.perSecond
        // Summer time that never ends meets itself at the turn of the year.
        while stretches.count > 1, stretches[stretches.count - 1].start >= change.start {
          stretches.removeLast()
        }
        TZifFile.append(change, to: &stretches)
      }
    }
  }

  /// Returns the second, on the clock before the change, since 1970.
  private func second(of change: Change, _ year: Int) -> Int64 {
    let first = CivilDate(year: year, month: 1, day: 1).daysSince1970
    let day: Int
    switch change.day {
    case .julian(let number):
      day = first + number - (CivilDate.isLeap(year) && number >= 60 ? 0 : 1)
    case .ordinal(let number): day = first + number
    case .weekday(let month, let week, let weekday):
      let start = CivilDate(year: year, month: month, day: 1).daysSince1970
      let behind = (weekday - CivilDate.isoWeekday(daysSince1970: start) % 7 + 7) % 7
      let last = CivilDate.daysInMonth(month, year: year)
      var number = behind + 7 * (week - 1)
      if number >= last { number -= 7 }
      day = start + number
    }
    return Int64(day) * 86_400 + Int64(change.second)
  }

  /// Reads the parts of a rule.
  private struct Reader {
    var bytes: ArraySlice<UInt8>

    var isAtEnd: Bool { bytes.isEmpty }

    func isAt(_ sign: Unicode.Scalar) -> Bool {
      bytes.first.map { Unicode.Scalar($0) == sign } ?? false
    }

    mutating func take(_ sign: Unicode.Scalar) -> Bool {
      guard isAt(sign) else { return false }
      bytes = bytes.dropFirst()
      return true
    }

    /// Takes `CET` or `<+0330>`.
    mutating func name() -> String? {
      if take("<") {
        let name = bytes.prefix { $0 != UInt8(ascii: ">") }
        bytes = bytes.dropFirst(name.count)
        guard take(">"), !name.isEmpty else { return nil }
        return String(decoding: name, as: UTF8.self)
      }
      let name = bytes.prefix { $0 | 0x20 >= 97 && $0 | 0x20 <= 122 }
      bytes = bytes.dropFirst(name.count)
      return name.count >= 3 ? String(decoding: name, as: UTF8.self) : nil
    }

    mutating func number(_ limits: ClosedRange<Int>) -> Int? {
      var value = 0
      var count = 0
      while count < 4, let byte = bytes.first, byte >= 48, byte <= 57 {
        value = value * 10 + Int(byte - 48)
        count += 1
        bytes = bytes.dropFirst()
      }
      return count > 0 && limits.contains(value) ? value : nil
    }

    /// Takes `[±]hh[:mm[:ss]]` and returns seconds.
    mutating func time(limit: Int) -> Int? {
      let isNegative = take("-")
      if !isNegative { _ = take("+") }
      guard var seconds = number(0...limit).map({ $0 * 3_600 }) else { return nil }
      for unit in [60, 1] where take(":") {
        guard let part = number(0...59) else { return nil }
        seconds += part * unit
      }
      return isNegative ? -seconds : seconds
    }

    /// Takes `M3.5.0`, `J60` or `59`, and `/time`.
    mutating func change() -> Change? {
      var change: Change
      if take("M") {
        guard let month = number(1...12), take("."), let week = number(1...5), take("."),
          let weekday = number(0...6)
        else { return nil }
        change = Change(day: .weekday(month: month, week: week, weekday: weekday))
      } else if take("J") {
        guard let number = number(1...365) else { return nil }
        change = Change(day: .julian(number))
      } else {
        guard let number = number(0...365) else { return nil }
        change = Change(day: .ordinal(number))
      }
      if take("/") {
        guard let second = time(limit: 167) else { return nil }
        change.second = second
      }
      return change
    }
  }
}
