import BQLColumnar

/// Names the parts of an instant, read as UTC.
enum TimePart: String, CaseIterable {
  case microsecond
  case millisecond
  case second
  case minute
  case hour
  case day
  case weekday
  case dow
  case dayofyear
  case week
  case month
  case quarter
  case year
  case isoyear
  case decade
  case century
  case epoch

  /// Reads a part's name in any case; the names that PostgreSQL gives are understood.
  init(_ text: Utf8, of function: String) throws(FunctionError) {
    var name = String(decoding: Scalars.lowercased(text), as: UTF8.self)
    switch name {
    case "isodow": name = "weekday"
    case "doy": name = "dayofyear"
    case "dayofweek": name = "dow"
    case "centuries": name = "century"
    default: if name.hasSuffix("s") { name.removeLast() }
    }
    guard let part = TimePart(rawValue: name) else {
      let known = TimePart.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badArgument(
        "\(function)'s part is one of \(known): '\(String(decoding: text, as: UTF8.self))'"
      )
    }
    self = part
  }

  var summary: String {
    switch self {
    case .microsecond: "Returns the second and its fraction in microseconds, 0 to 59999999."
    case .millisecond: "Returns the second and its fraction in milliseconds, 0 to 59999."
    case .second: "Returns the second of the minute, 0 to 59."
    case .minute: "Returns the minute of the hour, 0 to 59."
    case .hour: "Returns the hour of the day, 0 to 23."
    case .day: "Returns the day of the month, 1 to 31."
    case .weekday: "Returns the day of the week, from 1 for Monday to 7 for Sunday."
    case .dow: "Returns the day of the week, from 0 for Sunday to 6 for Saturday."
    case .dayofyear: "Returns the day of the year, 1 to 366."
    case .week: "Returns the week of the year by ISO 8601, 1 to 53; weeks begin on Monday."
    case .month: "Returns the month of the year, 1 to 12."
    case .quarter: "Returns the quarter of the year, 1 to 4."
    case .year: "Returns the year."
    case .isoyear: "Returns the year that the week belongs to by ISO 8601."
    case .decade: "Returns the year divided by 10."
    case .century: "Returns the century; the 21st began with the year 2001."
    case .epoch: "Returns the whole seconds since 1970-01-01 00:00:00 UTC."
    }
  }

  /// What the part is of `2019-12-30 13:45:26.25`, a Monday.
  var exampleResult: String {
    switch self {
    case .microsecond: "26250000"
    case .millisecond: "26250"
    case .second: "26"
    case .minute: "45"
    case .hour: "13"
    case .day: "30"
    case .weekday: "1"
    case .dow: "1"
    case .dayofyear: "364"
    case .week: "1"
    case .month: "12"
    case .quarter: "4"
    case .year: "2019"
    case .isoyear: "2020"
    case .decade: "201"
    case .century: "21"
    case .epoch: "1577713526"
    }
  }

  /// Returns the part of an instant.
  @inline(__always)
  func value(_ timestamp: Int64) -> Int64 {
    let (day, rest) = TimeLimits.split(timestamp)
    switch self {
    case .microsecond: return rest % Microseconds.perMinute
    case .millisecond: return rest % Microseconds.perMinute / Microseconds.perMillisecond
    case .second: return rest / Microseconds.perSecond % 60
    case .minute: return rest / Microseconds.perMinute % 60
    case .hour: return rest / Microseconds.perHour
    case .weekday: return Int64(CivilDate.isoWeekday(daysSince1970: Int(day)))
    case .dow: return Int64(CivilDate.isoWeekday(daysSince1970: Int(day)) % 7)
    case .epoch: return day * 86_400 + rest / Microseconds.perSecond
    case .day: return Int64(CivilDate(daysSince1970: Int(day)).day)
    case .dayofyear: return Int64(CivilDate(daysSince1970: Int(day)).dayOfYear)
    case .week: return Int64(CivilDate(daysSince1970: Int(day)).isoWeek.week)
    case .month: return Int64(CivilDate(daysSince1970: Int(day)).month)
    case .quarter: return Int64((CivilDate(daysSince1970: Int(day)).month + 2) / 3)
    case .year: return Int64(CivilDate(daysSince1970: Int(day)).year)
    case .isoyear: return Int64(CivilDate(daysSince1970: Int(day)).isoWeek.year)
    case .decade: return Int64(CivilDate(daysSince1970: Int(day)).year / 10)
    case .century: return Int64((CivilDate(daysSince1970: Int(day)).year + 99) / 100)
    }
  }

  /// Returns the part of an interval: all its days, and of the rest hours, minutes, seconds.
  ///
  /// - Throws: ``FunctionError/badArgument(_:)`` for a part that an interval has not.
  func value(ofInterval interval: Int64) throws(FunctionError) -> Int64 {
    switch self {
    case .microsecond: return interval % Microseconds.perMinute
    case .millisecond: return interval % Microseconds.perMinute / Microseconds.perMillisecond
    case .second: return interval / Microseconds.perSecond % 60
    case .minute: return interval / Microseconds.perMinute % 60
    case .hour: return interval / Microseconds.perHour % 24
    case .day: return interval / Microseconds.perDay
    case .epoch: return interval / Microseconds.perSecond
    case .weekday, .dow, .dayofyear, .week, .month, .quarter, .year, .isoyear, .decade, .century:
      throw .badArgument(
        "an interval has no \(rawValue): it has day, hour, minute, second, millisecond, microsecond "
          + "and epoch"
      )
    }
  }

  /// Where PostgreSQL does otherwise.
  var differences: String {
    switch self {
    case .microsecond, .millisecond, .second, .minute, .hour, .day, .dow, .dayofyear, .week, .month,
      .quarter, .year, .isoyear, .decade, .century, .epoch:
      "PostgreSQL has it as a part of date_part and extract alone."
    case .weekday: "PostgreSQL calls this part isodow."
    }
  }
}
