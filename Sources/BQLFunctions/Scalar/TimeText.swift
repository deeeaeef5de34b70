import BQLColumnar

/// Lists the functions that write times as texts by a format, and read them.
enum TimeText {
  static let functions = [format, template, parse, dayName, monthName]

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
      ScalarFunction.Overload.text(.timestamp, .text) {
        (time: Int64, format: Utf8) throws(FunctionError) in
        try TimeFormat.text(time, format, in: .utc)
      }.withZone { zone in
        let overload = ScalarFunction.Overload.text(.timestamp, .text) {
          (time: Int64, format: Utf8) throws(FunctionError) in
          try TimeFormat.text(time, format, in: zone)
        }
        return overload.kernel
      }
    ],
    differences: "PostgreSQL has to_char alone; this is the format of C, Python and DuckDB."
  )

  private static let template = ScalarFunction(
    name: "to_char",
    category: .time,
    summary:
      "Writes a time by a template: YYYY MM DD HH24 MI SS MS Mon Month Dy Day Q IW and the like; "
      + "letters in double quotes stand for themselves.",
    examples: [
      FunctionExample(
        "to_char(TIMESTAMP '2019-10-01 13:05:00', 'DD.MM.YYYY HH24:MI')",
        "01.10.2019 13:05"
      ),
      FunctionExample("to_char(DATE '2019-10-01', 'Dy, FMDD Mon')", "Tue, 1 Oct"),
      FunctionExample("to_char(DATE '2019-12-30', 'IYYY-\"W\"IW')", "2020-W01"),
    ],
    overloads: [
      ScalarFunction.Overload(
        [.timestamp, .text],
        to: .text,
        zoned: { written(in: $0) },
        kernel: written(in: .utc)
      )
    ],
    differences:
      "Times alone, no numbers; of the patterns those of the calendar and the clock, with FM; names "
      + "are English."
  )

  private static func written(in zone: TimeZone) -> ScalarFunction.Kernel {
    { arguments, count throws(FunctionError) in
      let times = arguments[0].ints
      var templates = ByCode<TimeTemplate>(arguments[1])
      return try Rows.texts(count: count, where: .allPresent(arguments)) {
        row throws(FunctionError) in
        let template = try templates.value(row) { text throws(FunctionError) in
          TimeTemplate(text)
        }
        return template.text(times[row], in: zone)
      }
    }
  }

  private static let parse = ScalarFunction(
    name: "strptime",
    category: .time,
    summary: "Reads a time as the format says: %Y %m %d %H %M %S, %b, %p, %z and the like.",
    examples: [
      FunctionExample("strptime('01.10.2019 13:05', '%d.%m.%Y %H:%M')", "2019-10-01 13:05:00"),
      FunctionExample("strptime('Oct 1, 2019', '%b %d, %Y')::date", "2019-10-01"),
    ],
    overloads: [
      ScalarFunction.Overload(
        [.text, .text],
        to: .timestamp,
        zoned: { read(in: $0) },
        kernel: read(in: .utc)
      )
    ],
    differences: "It stands for PostgreSQL's to_timestamp(text, format) and to_date(text, format)."
  )

  private static func read(in zone: TimeZone) -> ScalarFunction.Kernel {
    { arguments, count throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      let (texts, formats) = (arguments[0].texts, arguments[1].texts)
      let times = try Rows.compute(count: count, where: validity) { row throws(FunctionError) in
        let read = try TimeReading.parse(texts[row], formats[row])
        let time = read.hasOffset ? read.local : zone.instant(ofLocal: read.local)
        guard TimeLimits.timestamps.contains(time) else { throw .overflow("strptime") }
        return time
      }
      return Column(.timestamp, ints: times, validity: validity)
    }
  }

  private static let dayName = ScalarFunction(
    name: "dayname",
    category: .time,
    summary: "Returns the English name of a time's day of the week.",
    examples: [FunctionExample("dayname(DATE '2019-10-01')", "Tuesday")],
    overloads: [
      ScalarFunction.Overload.text(.timestamp) { (time: Int64) throws(FunctionError) in
        let weekday = CivilDate.isoWeekday(daysSince1970: Int(TimeLimits.split(time).day))
        return Array(TimeFormat.weekdays[weekday - 1].utf8)[...]
      }.onWallClock()
    ],
    differences: "PostgreSQL says to_char(t, 'FMDay')."
  )

  private static let monthName = ScalarFunction(
    name: "monthname",
    category: .time,
    summary: "Returns the English name of a time's month.",
    examples: [FunctionExample("monthname(DATE '2019-10-01')", "October")],
    overloads: [
      ScalarFunction.Overload.text(.timestamp) { (time: Int64) throws(FunctionError) in
        Array(TimeFormat.months[CivilDate(timestamp: time).month - 1].utf8)[...]
      }.onWallClock()
    ],
    differences: "PostgreSQL says to_char(t, 'FMMonth')."
  )
}
