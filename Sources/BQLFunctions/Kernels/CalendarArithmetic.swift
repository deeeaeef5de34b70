import BQLColumnar

/// Moves days by units of the calendar.
enum CalendarArithmetic {
  /// Returns the day as many months later; one that its month has not becomes the month's last.
  ///
  /// - Throws: ``FunctionError/overflow(_:)`` for a day outside the years 0001…9999.
  static func adding(months: Int64, toDay day: Int64) throws(FunctionError) -> Int64 {
    let date = CivilDate(daysSince1970: Int(day))
    // More months than the calendar has lead out of it, whatever the day.
    guard (-200_000...200_000).contains(months) else { throw .overflow("addition of months") }
    let index = date.year * 12 + date.month - 1 + Int(months)
    guard index >= 12, index < 120_000 else { throw .overflow("addition of months") }
    let (year, month) = (index / 12, index % 12 + 1)
    let last = CivilDate.daysInMonth(month, year: year)
    return Int64(CivilDate(year: year, month: month, day: min(date.day, last)).daysSince1970)
  }

  /// Returns the day as many days later.
  ///
  /// - Throws: ``FunctionError/overflow(_:)`` for a day outside the years 0001…9999.
  static func adding(days: Int64, toDay day: Int64) throws(FunctionError) -> Int64 {
    let (sum, overflow) = TimeArithmetic.date(day.addingReportingOverflow(days))
    if overflow { throw .overflow("addition of days") }
    return sum
  }
}
