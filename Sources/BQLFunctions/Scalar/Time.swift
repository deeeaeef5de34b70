import BQLColumnar

/// Lists the functions on timestamps, dates and intervals; all in UTC.
///
/// A date stands wherever a timestamp is wanted, as its midnight. There is no `now()`: a result is
/// a function of the log.
enum Time {
  static let functions =
    parts + [
      datePart, truncate, difference, epoch, toTimestamp, date, format, makeDate, lastDay, bucket,
    ]

  /// `hour(t)` and the others that return one part.
  private static let parts: [ScalarFunction] = TimePart.allCases.compactMap { part in
    guard part != .epoch else { return nil }
    return ScalarFunction(
      name: part.rawValue,
      aliases: part == .weekday ? ["isodow"] : part == .day ? ["dayofmonth"] : [],
      category: .time,
      summary: part.summary,
      examples: [
        FunctionExample(
          "\(part.rawValue)(TIMESTAMP '2019-12-30 13:45:26.25')",
          part.exampleResult
        )
      ],
      overloads: [.map(.timestamp, to: .int) { (time: Int64) in part.value(time) }]
    )
  }

  private static let datePart = ScalarFunction(
    name: "date_part",
    aliases: ["extract"],
    category: .time,
    summary: "Returns the part of a time that the text names, such as 'hour' or 'weekday'.",
    examples: [
      FunctionExample("date_part('hour', TIMESTAMP '2019-10-01 13:45:00')", "13"),
      FunctionExample("date_part('epoch', TIMESTAMP '1970-01-02 00:00:00')", "86400"),
    ],
    overloads: [
      ScalarFunction.Overload([.text, .timestamp], to: .int) {
        arguments,
        count throws(FunctionError) in
        let validity: Bitmap? = .allPresent(arguments)
        var part = ByCode<TimePart>(arguments[0])
        let times = arguments[1].ints
        let ints = try Rows.compute(count: count, where: validity) {
          row throws(FunctionError) in
          let part = try part.value(row) { text throws(FunctionError) in
            try TimePart(text, of: "date_part")
          }
          return part.value(times[row])
        }
        return Column(ints: ints, validity: validity)
      }
    ]
  )

  private static let truncate = ScalarFunction(
    name: "date_trunc",
    category: .time,
    summary:
      "Returns the first instant of the unit, such as 'week' or 'month', that a time lies in.",
    examples: [
      FunctionExample(
        "date_trunc('week', TIMESTAMP '2019-10-03 10:00:00')",
        "2019-09-30 00:00:00"
      ),
      FunctionExample("date_trunc('month', DATE '2019-10-31')", "2019-10-01 00:00:00"),
    ],
    overloads: [
      ScalarFunction.Overload([.text, .timestamp], to: .timestamp) {
        arguments,
        count throws(FunctionError) in
        let validity: Bitmap? = .allPresent(arguments)
        var unit = ByCode<TimeUnit>(arguments[0])
        let times = arguments[1].ints
        let ints = try Rows.compute(count: count, where: validity) {
          row throws(FunctionError) in
          let unit = try unit.value(row) { text throws(FunctionError) in
            try TimeUnit(text, of: "date_trunc")
          }
          return try unit.start(times[row])
        }
        return Column(.timestamp, ints: ints, validity: validity)
      }
    ]
  )

  private static let difference = ScalarFunction(
    name: "date_diff",
    aliases: ["datediff"],
    category: .time,
    summary:
      "Counts the unit's boundaries between two times: how often a new day, week, … begins "
      + "after the first up to the second.",
    examples: [
      FunctionExample(
        "date_diff('day', TIMESTAMP '2019-10-01 23:59:00', TIMESTAMP '2019-10-02 00:01:00')",
        "1"
      ),
      FunctionExample("date_diff('month', DATE '2019-12-31', DATE '2019-10-01')", "-2"),
    ],
    overloads: [
      ScalarFunction.Overload([.text, .timestamp, .timestamp], to: .int) {
        arguments,
        count throws(FunctionError) in
        let validity: Bitmap? = .allPresent(arguments)
        var unit = ByCode<TimeUnit>(arguments[0])
        let starts = arguments[1].ints
        let ends = arguments[2].ints
        let ints = try Rows.compute(count: count, where: validity) {
          row throws(FunctionError) in
          let unit = try unit.value(row) { text throws(FunctionError) in
            try TimeUnit(text, of: "date_diff")
          }
          return unit.index(ends[row]) &- unit.index(starts[row])
        }
        return Column(ints: ints, validity: validity)
      }
    ]
  )

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
    ]
  )

  private static let date = ScalarFunction(
    name: "date",
    aliases: ["to_date"],
    category: .time,
    summary: "Returns the day of a time.",
    examples: [FunctionExample("date(TIMESTAMP '2019-10-01 13:45:00')", "2019-10-01")],
    overloads: [
      .map(.timestamp, to: .date) { (time: Int64) in TimeLimits.split(time).day }
    ]
  )

  private static let format = ScalarFunction(
    name: "strftime",
    category: .time,
    summary: "Writes a time as the format says: %Y %m %d %H %M %S and the like.",
    examples: [
      FunctionExample(
        "strftime(TIMESTAMP '2019-10-01 13:05:00', '%d.%m.%Y %H:%M')",
        "01.10.2019 13:05"
      ),
      FunctionExample("strftime(DATE '2019-10-01', '%a, %b %e')", "Tue, Oct  1"),
    ],
    overloads: [
      .text(.timestamp, .text) { (time: Int64, format: Utf8) throws(FunctionError) in
        try TimeFormat.text(time, format)
      }
    ]
  )

  private static let makeDate = ScalarFunction(
    name: "make_date",
    category: .time,
    summary: "Makes the date of a year, a month and a day.",
    examples: [FunctionExample("make_date(2020, 2, 29)", "2020-02-29")],
    overloads: [
      .tryMap([.int, .int, .int], to: .date) {
        (year: Int64, month: Int64, day: Int64) throws(FunctionError) in
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1,
          day <= CivilDate.daysInMonth(Int(month), year: Int(year))
        else { throw .badArgument("no such day: year \(year), month \(month), day \(day)") }
        return Int64(
          CivilDate(year: Int(year), month: Int(month), day: Int(day)).daysSince1970
        )
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
      }
    ]
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
      }
    ]
  )
}
