import BQLColumnar

/// Tells the parts of the calendar that days lie in, as the customer model numbers them.
struct CalendarDays: Sendable {
  /// Holds the parts of one day.
  struct Day: Sendable {
    var year = 0.0
    var yearday = 0.0
    var month = 0.0
    var monthday = 0.0
    /// ISO 8601.
    var week = 0.0
    /// 1 = Sunday … 7 = Saturday.
    var weekday = 0.0
    var isWeekend = 0.0

    init(daysSince1970 days: Int) {
      let date = CivilDate(daysSince1970: days)
      let first = CivilDate(year: date.year, month: 1, day: 1).daysSince1970
      let isoWeekday = CivilDate.isoWeekday(daysSince1970: days)
      year = Double(date.year)
      yearday = Double(days - first + 1)
      month = Double(date.month)
      monthday = Double(date.day)
      weekday = Double(isoWeekday % 7 + 1)
      isWeekend = isoWeekday >= 6 ? 1 : 0
      // The week belongs to the year that its Thursday lies in.
      let thursday = days + 4 - isoWeekday
      let year = CivilDate(daysSince1970: thursday).year
      let start = CivilDate(year: year, month: 1, day: 1).daysSince1970
      week = Double((thursday - start) / 7 + 1)
    }
  }

  /// Days that are worked out beforehand.
  private static let tableLimit = 100_000
  private let firstDay: Int
  private let table: [Day]

  /// Prepares the days of a period, some more at each end for the zone's offset.
  init(_ period: ClosedRange<Int64>?) {
    guard let period else {
      (firstDay, table) = (0, [])
      return
    }
    let first = Int(TimeLimits.split(period.lowerBound).day) - 2
    let last = Int(TimeLimits.split(period.upperBound).day) + 2
    firstDay = first
    table =
      last - first < Self.tableLimit ? (first...last).map { Day(daysSince1970: $0) } : []
  }

  /// Returns the parts of a day since 1970-01-01.
  @inline(__always)
  func day(_ days: Int) -> Day {
    let place = days &- firstDay
    if place >= 0, place < table.count { return table[place] }
    return Day(daysSince1970: days)
  }
}
