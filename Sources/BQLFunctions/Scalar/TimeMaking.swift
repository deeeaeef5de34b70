import BQLColumnar

/// Lists the functions that make times, move them and turn them into numbers.
enum TimeMaking {
  static let functions = [
    now, today, epoch, toTimestamp, date, makeDate, makeTimestamp, lastDay, bucket, addMonths,
    addDays,
  ]

  private static let epoch = ScalarFunction(
    name: "epoch",
    category: .time,
    summary: "Returns the seconds since 1970-01-01 00:00:00 UTC, or the seconds of an interval.",
    examples: [
      FunctionExample("epoch(TIMESTAMP '1970-01-01 00:00:01.5')", "1.5"),
      FunctionExample("epoch(1h)", "3600.0"),
    ],
    overloads: [.timestamp, .interval].map { type in
      .map(type, to: .float) { (time: Int64) in Double(time) / Double(Microseconds.perSecond) }
    }
  )

  private static let toTimestamp = ScalarFunction(
    name: "to_timestamp",
    category: .time,
    summary: "Returns the time that is as many seconds after 1970-01-01 00:00:00 UTC.",
    examples: [FunctionExample("to_timestamp(1569888000)", "2019-10-01 00:00:00")],
    overloads: [
      .tryMap(.int, to: .timestamp) { (seconds: Int64) throws(FunctionError) in
        let (time, overflow) = TimeArithmetic.timestamp(
          seconds.multipliedReportingOverflow(by: Microseconds.perSecond)
        )
        if overflow { throw .overflow("to_timestamp") }
        return time
      },
      .tryMap(.float, to: .timestamp) { (seconds: Double) throws(FunctionError) in
        let time = try Numbers.int(
          rounding: seconds * Double(Microseconds.perSecond),
          "to_timestamp"
        )
        guard TimeLimits.timestamps.contains(time) else { throw .overflow("to_timestamp") }
        return time
      },
    ],
    differences: "PostgreSQL's form with a text and a format is strptime here."
  )

  private static let date = ScalarFunction(
    name: "date",
    aliases: ["to_date"],
    category: .time,
    summary: "Returns the day of a time.",
    examples: [FunctionExample("date(TIMESTAMP '2019-10-01 13:45:00')", "2019-10-01")],
    overloads: [
      .map(.timestamp, to: .date) { (time: Int64) in TimeLimits.split(time).day }.onWallClock()
    ],
    differences: "PostgreSQL's to_date reads a text by a format; strptime does that here."
  )

  private static let makeDate = ScalarFunction(
    name: "make_date",
    category: .time,
    summary: "Makes the date of a year, a month and a day.",
    examples: [FunctionExample("make_date(2020, 2, 29)", "2020-02-29")],
    overloads: [
      .tryMap([.int, .int, .int], to: .date) {
        (year: Int64, month: Int64, day: Int64) throws(FunctionError) in
        try civilDay(year, month, day)
      }
    ]
  )

  private static let lastDay = ScalarFunction(
    name: "last_day",
    category: .time,
    summary: "Returns the last day of a time's month.",
    examples: [FunctionExample("last_day(DATE '2020-02-03')", "2020-02-29")],
    overloads: [
      .map(.timestamp, to: .date) { (time: Int64) in
        var date = CivilDate(timestamp: time)
        date.day = CivilDate.daysInMonth(date.month, year: date.year)
        return Int64(date.daysSince1970)
      }.onWallClock()
    ],
    differences: "PostgreSQL has no such function."
  )

  private static let bucket = ScalarFunction(
    name: "time_bucket",
    category: .time,
    summary:
      "Returns the start of the stretch of the given length that a time lies in, counted from "
      + "Monday, 2000-01-03.",
    examples: [
      FunctionExample(
        "time_bucket(15m, TIMESTAMP '2019-10-01 13:44:59')",
        "2019-10-01 13:30:00"
      )
    ],
    overloads: [
      .tryMap(.interval, .timestamp, to: .timestamp) {
        (width: Int64, time: Int64) throws(FunctionError) in
        if width <= 0 { throw .badArgument("time_bucket's width is longer than 0s") }
        // 2000-01-03, so that days begin at midnight and weeks on Monday.
        let origin = 10_959 * Microseconds.perDay
        var rest = (time &- origin) % width
        if rest < 0 { rest += width }
        let (start, overflow) = TimeArithmetic.timestamp(time.subtractingReportingOverflow(rest))
        if overflow { throw .overflow("time_bucket") }
        return start
      }.onWallClock()
    ],
    differences:
      "PostgreSQL's date_bin names the origin itself; widths of days and more begin at midnight of "
      + "the time zone."
  )

  /// The statement's time: the binder puts the same in wherever it stands.
  private static let now = ScalarFunction(
    name: "now",
    aliases: ["current_timestamp"],
    category: .time,
    summary: "Returns the time at which the statement began, the same wherever it stands in it.",
    nullRule: .special,
    examples: [FunctionExample("now() > TIMESTAMP '2020-01-01 00:00:00'", "true")],
    overloads: [
      ScalarFunction.Overload([], to: .timestamp) { _, count throws(FunctionError) in
        Column(.timestamp, ints: [Int64](repeating: StatementClock.now(), count: count))
      }
    ],
    differences:
      "The time of the statement, not of a transaction. It is the only function whose result the "
      + "log does not determine; there is no random()."
  )

  private static let today = ScalarFunction(
    name: "today",
    aliases: ["current_date"],
    category: .time,
    summary: "Returns the day on which the statement began.",
    nullRule: .special,
    examples: [FunctionExample("today() >= DATE '2020-01-01'", "true")],
    overloads: [
      ScalarFunction.Overload(
        [],
        to: .date,
        zoned: { zone in
          { _, count throws(FunctionError) in
            let day = TimeLimits.split(zone.local(StatementClock.now())).day
            return Column(.date, ints: [Int64](repeating: day, count: count))
          }
        },
        kernel: { _, count throws(FunctionError) in
          let day = TimeLimits.split(StatementClock.now()).day
          return Column(.date, ints: [Int64](repeating: day, count: count))
        }
      )
    ],
    differences: "PostgreSQL has it as current_date, which is understood too."
  )

  private static let makeTimestamp = ScalarFunction(
    name: "make_timestamp",
    category: .time,
    summary: "Makes the time of a year, month, day, hour, minute and second.",
    examples: [
      FunctionExample("make_timestamp(2020, 2, 29, 13, 5, 7.5)", "2020-02-29 13:05:07.5")
    ],
    overloads: [
      ScalarFunction.Overload([.int, .int, .int, .int, .int, .float], to: .timestamp) {
        arguments,
        count throws(FunctionError) in
        let validity: Bitmap? = .allPresent(arguments)
        let fields = arguments.dropLast().map(\.ints)
        let seconds = arguments[5].floats
        let times = try Rows.compute(count: count, where: validity) {
          row throws(FunctionError) in
          try timestamp(fields.map { $0[row] }, seconds[row])
        }
        return Column(.timestamp, ints: times, validity: validity)
      }.onWallClock()
    ]
  )

  private static func timestamp(
    _ fields: [Int64],
    _ second: Double
  ) throws(FunctionError) -> Int64 {
    let day = try civilDay(fields[0], fields[1], fields[2])
    guard (0...23).contains(fields[3]), (0...59).contains(fields[4]), second >= 0, second < 60
    else {
      throw .badArgument(
        "no such time: hour \(fields[3]), minute \(fields[4]), second \(second)"
      )
    }
    return day * Microseconds.perDay + fields[3] * Microseconds.perHour
      + fields[4] * Microseconds.perMinute
      + Int64((second * Double(Microseconds.perSecond)).rounded())
  }

  private static func civilDay(
    _ year: Int64,
    _ month: Int64,
    _ day: Int64
  ) throws(FunctionError) -> Int64 {
    guard (1...9_999).contains(year), (1...12).contains(month), day >= 1,
      day <= CivilDate.daysInMonth(Int(month), year: Int(year))
    else { throw .badArgument("no such day: year \(year), month \(month), day \(day)") }
    return Int64(CivilDate(year: Int(year), month: Int(month), day: Int(day)).daysSince1970)
  }

  private static let addMonths = ScalarFunction(
    name: "add_months",
    category: .time,
    summary:
      "Moves a date or a time by whole months, back where n is below 0; a day that the month has not "
      + "becomes its last.",
    examples: [
      FunctionExample("add_months(DATE '2020-01-31', 1)", "2020-02-29"),
      FunctionExample("TIMESTAMP '2019-10-31 08:00:00' - 1 MONTH", "2019-09-30 08:00:00"),
      FunctionExample("DATE '2019-10-01' + 3 MONTHS", "2020-01-01 00:00:00"),
    ],
    overloads: [
      .tryMap(.date, .int, to: .date) { (day: Int64, months: Int64) throws(FunctionError) in
        try CalendarArithmetic.adding(months: months, toDay: day)
      },
      ScalarFunction.Overload.tryMap(.timestamp, .int, to: .timestamp) {
        (time: Int64, months: Int64) throws(FunctionError) in
        let (day, rest) = TimeLimits.split(time)
        return try CalendarArithmetic.adding(months: months, toDay: day) * Microseconds.perDay
          + rest
      }.onWallClock(),
    ],
    differences:
      "It is what + and - with months, quarters and years do, as PostgreSQL does; there is no value "
      + "of type interval that holds months."
  )

  private static let addDays = ScalarFunction(
    name: "add_days",
    category: .time,
    summary: "Moves a date or a time by whole days of the calendar, back where n is below 0.",
    examples: [
      FunctionExample("add_days(DATE '2020-02-28', 2)", "2020-03-01"),
      FunctionExample("add_days(TIMESTAMP '2019-10-26 12:00:00', 1)", "2019-10-27 12:00:00"),
    ],
    overloads: [
      .tryMap(.date, .int, to: .date) { (day: Int64, days: Int64) throws(FunctionError) in
        try CalendarArithmetic.adding(days: days, toDay: day)
      },
      ScalarFunction.Overload.tryMap(.timestamp, .int, to: .timestamp) {
        (time: Int64, days: Int64) throws(FunctionError) in
        let (day, rest) = TimeLimits.split(time)
        return try CalendarArithmetic.adding(days: days, toDay: day) * Microseconds.perDay + rest
      }.onWallClock(),
    ],
    differences:
      "It is what + and - with days and weeks as written (7d, 7 DAYS) do, as PostgreSQL does: the "
      + "wall clock shows the same time. A computed interval counts 24 hours a day."
  )
}
