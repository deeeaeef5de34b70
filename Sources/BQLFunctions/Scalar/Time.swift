import BQLColumnar

/// Lists the functions that read the parts of a time and cut it to units of the calendar.
///
/// A date stands wherever a timestamp is wanted, as its midnight. Parts are those of the wall clock
/// of the workspace's time zone.
enum Time {
  static let functions = parts + [datePart, truncate, difference]

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
      overloads: [
        .map(.timestamp, to: .int) { (time: Int64) in part.value(time) }.onWallClock()
      ],
      differences: part.differences
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
      FunctionExample("extract(month FROM DATE '2019-10-31')", "10"),
      FunctionExample("date_part('hour', 50h)", "2"),
    ],
    overloads: [
      ScalarFunction.Overload(
        [.text, .timestamp],
        to: .int,
        zoned: { part(in: $0) },
        kernel: part(in: .utc)
      ),
      ScalarFunction.Overload([.text, .interval], to: .int) {
        arguments,
        count throws(FunctionError) in
        let validity: Bitmap? = .allPresent(arguments)
        var part = ByCode<TimePart>(arguments[0])
        let spans = arguments[1].ints
        let ints = try Rows.compute(count: count, where: validity) {
          row throws(FunctionError) in
          let part = try part.value(row) { text throws(FunctionError) in
            try TimePart(text, of: "date_part")
          }
          return try part.value(ofInterval: spans[row])
        }
        return Column(ints: ints, validity: validity)
      },
    ],
    differences:
      "Every part is an int: second has no fraction (millisecond and microsecond have it), and epoch "
      + "neither (the function epoch has it). Of an interval, day counts all its days."
  )

  private static func part(in zone: TimeZone) -> ScalarFunction.Kernel {
    { arguments, count throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      var part = ByCode<TimePart>(arguments[0])
      let times = arguments[1].ints
      let locals = zone.locals(times)
      let ints = try Rows.compute(count: count, where: validity) { row throws(FunctionError) in
        let part = try part.value(row) { text throws(FunctionError) in
          try TimePart(text, of: "date_part")
        }
        return part.value(part == .epoch ? times[row] : locals[row])
      }
      return Column(ints: ints, validity: validity)
    }
  }

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
      ScalarFunction.Overload(
        [.text, .timestamp],
        to: .timestamp,
        zoned: { truncation(in: $0) },
        kernel: truncation(in: .utc)
      )
    ],
    differences: "A date gives a timestamp here as there; millennium is no unit."
  )

  private static func truncation(in zone: TimeZone) -> ScalarFunction.Kernel {
    { arguments, count throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      var unit = ByCode<TimeUnit>(arguments[0])
      let times = arguments[1].ints
      let locals = zone.locals(times)
      let ints = try Rows.compute(count: count, where: validity) { row throws(FunctionError) in
        let unit = try unit.value(row) { text throws(FunctionError) in
          try TimeUnit(text, of: "date_trunc")
        }
        let start = try unit.start(locals[row])
        if zone.isUTC { return start }
        // An hour that clocks show twice begins twice: it keeps its offset.
        let instant =
          unit.isClockUnit ? times[row] - (locals[row] - start) : zone.instant(ofLocal: start)
        guard TimeLimits.timestamps.contains(instant) else { throw .overflow("date_trunc") }
        return instant
      }
      return Column(.timestamp, ints: ints, validity: validity)
    }
  }

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
      ScalarFunction.Overload(
        [.text, .timestamp, .timestamp],
        to: .int,
        zoned: { difference(in: $0) },
        kernel: difference(in: .utc)
      )
    ],
    differences:
      "PostgreSQL has no such function; it is that of DuckDB, whose weeks are seven days."
  )

  private static func difference(in zone: TimeZone) -> ScalarFunction.Kernel {
    { arguments, count throws(FunctionError) in
      let validity: Bitmap? = .allPresent(arguments)
      var unit = ByCode<TimeUnit>(arguments[0])
      let (starts, ends) = (arguments[1].ints, arguments[2].ints)
      let (localStarts, localEnds) = (zone.locals(starts), zone.locals(ends))
      let ints = try Rows.compute(count: count, where: validity) { row throws(FunctionError) in
        let unit = try unit.value(row) { text throws(FunctionError) in
          try TimeUnit(text, of: "date_diff")
        }
        // Hours and shorter units pass as they do, whatever the clocks are set to between.
        let end =
          unit.isClockUnit ? ends[row] + (localStarts[row] - starts[row]) : localEnds[row]
        return unit.index(end) &- unit.index(localStarts[row])
      }
      return Column(ints: ints, validity: validity)
    }
  }
}
