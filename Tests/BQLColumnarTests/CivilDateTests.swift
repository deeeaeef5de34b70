import BQLColumnar
import Testing

struct CivilDateTests {
  /// Walks day by day through 800 years and counts months and weekdays by hand.
  @Test func everyDayOfEightHundredYearsAgrees() {
    var expected = CivilDate(year: 1_570, month: 1, day: 1)
    var day = expected.daysSince1970
    // 1570-01-01, proleptic Gregorian, was a Thursday, as was 1970-01-01: 400 years are whole
    // weeks.
    var weekday = 4
    var isSame = true
    while expected.year < 2_371 {
      isSame =
        isSame && CivilDate(daysSince1970: day) == expected && expected.daysSince1970 == day
        && CivilDate.isoWeekday(daysSince1970: day) == weekday
      expected.day += 1
      let leap = expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0)
      let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      isSame =
        isSame
        && CivilDate.daysInMonth(expected.month, year: expected.year) == lengths[expected.month - 1]
      if expected.day > lengths[expected.month - 1] {
        expected.day = 1
        expected.month += 1
      }
      if expected.month > 12 {
        expected.month = 1
        expected.year += 1
      }
      day += 1
      weekday = weekday % 7 + 1
    }
    #expect(isSame)
    #expect(day == CivilDate(year: 2_371, month: 1, day: 1).daysSince1970)
  }

  @Test func theLimitsAreTheYears1To9999() {
    let first = CivilDate(daysSince1970: Int(TimeLimits.days.lowerBound))
    let last = CivilDate(daysSince1970: Int(TimeLimits.days.upperBound))
    #expect(first == CivilDate(year: 1, month: 1, day: 1))
    #expect(last == CivilDate(year: 9_999, month: 12, day: 31))
  }

  @Test(arguments: [
    (0, 0, 0), (-1, -1, 86_399_999_999), (86_400_000_000, 1, 0), (-86_400_000_000, -1, 0),
  ])
  func instantsSplitBelowZeroToo(_ timestamp: Int64, _ day: Int64, _ rest: Int64) {
    let split = TimeLimits.split(timestamp)
    #expect(split.day == day)
    #expect(split.microseconds == rest)
  }
}
