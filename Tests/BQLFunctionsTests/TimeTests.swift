import BQLColumnar
import BQLFunctions
import Testing

struct TimeTests {
  @Test(arguments: [
    ("date_trunc('second', TIMESTAMP '2019-10-01 10:11:12.5')", "2019-10-01 10:11:12"),
    ("date_trunc('minute', TIMESTAMP '1969-12-31 23:59:59')", "1969-12-31 23:59:00"),
    ("date_trunc('hour', TIMESTAMP '2019-10-01 10:59:59')", "2019-10-01 10:00:00"),
    ("date_trunc('DAY', TIMESTAMP '1969-12-31 10:00:00')", "1969-12-31 00:00:00"),
    ("date_trunc('week', DATE '2019-10-06')", "2019-09-30 00:00:00"),
    ("date_trunc('week', DATE '2019-10-07')", "2019-10-07 00:00:00"),
    ("date_trunc('week', DATE '1969-12-31')", "1969-12-29 00:00:00"),
    ("date_trunc('week', DATE '0001-01-01')", "0001-01-01 00:00:00"),
    ("date_trunc('quarter', DATE '2019-12-31')", "2019-10-01 00:00:00"),
    ("date_trunc('year', DATE '2019-12-31')", "2019-01-01 00:00:00"),
    ("date_trunc('decade', DATE '2019-12-31')", "2010-01-01 00:00:00"),
    ("date_trunc('century', DATE '2000-12-31')", "1901-01-01 00:00:00"),
    ("date_trunc('centuries', DATE '2001-01-01')", "2001-01-01 00:00:00"),
    ("date_trunc('month', NULL::timestamp)", ""),
    ("date_diff('week', DATE '2019-10-06', DATE '2019-10-07')", "1"),
    ("date_diff('week', DATE '2019-10-07', DATE '2019-10-13')", "0"),
    ("date_diff('hour', TIMESTAMP '2019-10-01 00:59:59', TIMESTAMP '2019-10-01 01:00:00')", "1"),
    ("date_diff('year', DATE '2019-12-31', DATE '2020-01-01')", "1"),
    ("date_diff('quarter', DATE '2020-01-01', DATE '2019-12-31')", "-1"),
    ("date_diff('day', DATE '1970-01-02', DATE '1969-12-31')", "-2"),
    ("date_diff('century', DATE '2000-01-01', DATE '2001-01-01')", "1"),
    ("weekday(DATE '2019-10-06')", "7"), ("week(DATE '2021-01-03')", "53"),
    ("isoyear(DATE '2021-01-03')", "2020"), ("week(DATE '2018-12-31')", "1"),
    ("dayofyear(DATE '2020-12-31')", "366"), ("hour(TIMESTAMP '1969-12-31 23:00:00')", "23"),
    ("date_part('doy', DATE '2019-02-01')", "32"),
    ("epoch(TIMESTAMP '1969-12-31 23:59:59.5')", "-0.5"),
    ("date_part('epoch', TIMESTAMP '1969-12-31 23:59:59.5')", "-1"),
    ("to_timestamp(0.5::float)", "1970-01-01 00:00:00.5"),
    ("last_day(DATE '2019-12-05')", "2019-12-31"),
    ("time_bucket(7d, DATE '2019-10-03')", "2019-09-30 00:00:00"),
    ("time_bucket(1d, TIMESTAMP '1969-12-31 10:00:00')", "1969-12-31 00:00:00"),
    (
      "strftime(TIMESTAMP '2019-12-30 00:05:09.000120', "
        + "'%Y|%y|%j|%u|%w|%V|%G|%I|%p|%f|%s|%z%Z|%%')",
      "2019|19|364|1|1|01|2020|12|AM|000120|1577664309|+0000UTC|%"
    ),
    (
      "strftime(TIMESTAMP '2019-12-29 13:05:09', '%A %B %F %T %e%h')",
      "Sunday December 2019-12-29 13:05:09 29Dec"
    ),
    ("strftime(DATE '2019-10-01', 'Größe')", "Größe"),
  ])
  func readsTheCalendar(_ expression: String, _ expected: String) throws {
    #expect(try Calculator.text(expression) == expected)
  }

  @Test func aDecadeBeforeTheYearOneIsReported() {
    #expect(throws: FunctionError.overflow("date_trunc")) {
      try Calculator.value("date_trunc('decade', DATE '0005-01-01')")
    }
  }

  /// Walks day by day through 800 years, keeping every calendar part by hand.
  @Test func partsAgreeWithADayByDayWalk() throws {
    var walk = CalendarWalk()
    var days: [Int64] = []
    var expected: [String: [Int64]] = [:]
    while walk.year < 2_371 {
      days.append(walk.day)
      for (name, value) in walk.parts { expected[name, default: []].append(value) }
      walk.advance()
    }
    // Noon, so that neither half of a day is cut off unnoticed.
    let times = Column(.timestamp, ints: days.map { $0 * 86_400_000_000 + 43_200_000_000 })
    for (name, values) in expected {
      let overload = try #require(FunctionRegistry.scalar(name)?.overloads.first)
      let result = try overload.kernel([times], days.count)
      #expect(result.ints == values, "\(name)")
    }
    for (unit, starts) in walk.starts {
      let result = try Self.truncate(unit, times)
      #expect(result == starts.map { $0 * 86_400_000_000 }, "\(unit)")
    }
  }

  private static func truncate(_ unit: String, _ times: Column) throws -> [Int64] {
    let overload = try #require(FunctionRegistry.scalar("date_trunc")?.overloads.first)
    let units = Column(repeating: .text(unit), type: .text, count: times.count)
    return try overload.kernel([units, times], times.count).ints
  }
}

extension Column {
  /// The numbers of a column of a type held in `Int64`.
  var ints: [Int64] { if case .ints(let ints) = values { ints } else { [] } }
}

/// Steps through the days from 1570-01-01, a Thursday, counting everything up from the day before.
private struct CalendarWalk {
  var year = 1_570
  private var month = 1
  private var dayOfMonth = 1
  private var weekday = 4
  private var dayOfYear = 1
  private var isoWeek = 1
  private var isoYear = 1_570
  var day = Int64(-146_097)
  private(set) var starts: [String: [Int64]] = [:]
  private var weekStart = Int64(-146_097 - 3)
  private var monthStart = Int64(-146_097)
  private var quarterStart = Int64(-146_097)
  private var yearStart = Int64(-146_097)

  init() { note() }

  var parts: [String: Int64] {
    [
      "year": Int64(year), "month": Int64(month), "day": Int64(dayOfMonth),
      "weekday": Int64(weekday), "dayofyear": Int64(dayOfYear), "week": Int64(isoWeek),
      "isoyear": Int64(isoYear), "quarter": Int64((month - 1) / 3 + 1), "hour": 12,
    ]
  }

  private func isLeap(_ year: Int) -> Bool {
    year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
  }

  private mutating func note() {
    starts["week", default: []].append(weekStart)
    starts["month", default: []].append(monthStart)
    starts["quarter", default: []].append(quarterStart)
    starts["year", default: []].append(yearStart)
  }

  mutating func advance() {
    let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    day += 1
    dayOfMonth += 1
    dayOfYear += 1
    weekday = weekday % 7 + 1
    if dayOfMonth > lengths[month - 1] {
      dayOfMonth = 1
      month += 1
      if month > 12 {
        month = 1
        year += 1
        dayOfYear = 1
        yearStart = day
      }
      monthStart = day
      if month % 3 == 1 { quarterStart = day }
    }
    if weekday == 1 {
      weekStart = day
      // A week belongs to the year that has its Thursday, three days on.
      let length = isLeap(year) ? 366 : 365
      let startsNewYear = dayOfYear + 3 > length || dayOfYear <= 4
      isoWeek = startsNewYear ? 1 : isoWeek + 1
      isoYear = dayOfYear + 3 > length ? year + 1 : year
    }
    if year < 2_371 { note() }
  }
}
