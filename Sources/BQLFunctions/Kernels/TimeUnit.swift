import BQLColumnar

/// Names the units of the calendar that times are cut to and counted in.
enum TimeUnit: String, CaseIterable {
  case microsecond
  case millisecond
  case second
  case minute
  case hour
  case day
  /// From Monday.
  case week
  case month
  case quarter
  case year
  case decade
  case century

  /// Reads a unit's name in any case, with or without a final s.
  init(_ text: Utf8, of function: String) throws(FunctionError) {
    var name = String(decoding: Scalars.lowercased(text), as: UTF8.self)
    if name == "centuries" { name = "century" }
    if name.hasSuffix("s") { name.removeLast() }
    guard let unit = TimeUnit(rawValue: name) else {
      let known = TimeUnit.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badArgument(
        "\(function)'s unit is one of \(known): '\(String(decoding: text, as: UTF8.self))'"
      )
    }
    self = unit
  }

  /// Microseconds of a unit of fixed length; nil for the months and longer.
  var length: Int64? {
    switch self {
    case .microsecond: 1
    case .millisecond: Microseconds.perMillisecond
    case .second: Microseconds.perSecond
    case .minute: Microseconds.perMinute
    case .hour: Microseconds.perHour
    case .day: Microseconds.perDay
    case .week: Microseconds.perWeek
    case .month, .quarter, .year, .decade, .century: nil
    }
  }

  /// Whether the unit is an hour or shorter, and so passes alike whatever clocks are set to.
  var isClockUnit: Bool {
    switch self {
    case .microsecond, .millisecond, .second, .minute, .hour: true
    case .day, .week, .month, .quarter, .year, .decade, .century: false
    }
  }

  /// Months of a unit that is made of months; nil for the shorter.
  private var months: Int? {
    switch self {
    case .microsecond, .millisecond, .second, .minute, .hour, .day, .week: nil
    case .month: 1
    case .quarter: 3
    case .year: 12
    case .decade: 120
    case .century: 1_200
    }
  }

  /// Numbers the unit that `timestamp` lies in: consecutive units have consecutive numbers.
  func index(_ timestamp: Int64) -> Int64 {
    if let length { return Self.floor(timestamp &- offset, by: length) }
    let date = CivilDate(timestamp: timestamp)
    // A century runs from its year 1, as in PostgreSQL; months are counted from the year 0 or 1.
    let year = self == .century ? date.year - 1 : date.year
    return Int64(year * 12 + date.month - 1) / Int64(months ?? 1)
  }

  /// Returns the first instant of the unit that `timestamp` lies in.
  ///
  /// The decade of the years 1…9 begins before the year 1: ``FunctionError/overflow(_:)``.
  func start(_ timestamp: Int64) throws(FunctionError) -> Int64 {
    let start: Int64
    if let length {
      start = index(timestamp) &* length &+ offset
    } else {
      let first = Int(index(timestamp)) * (months ?? 1)
      let year = first / 12 + (self == .century ? 1 : 0)
      let date = CivilDate(year: year, month: first % 12 + 1, day: 1)
      start = Int64(date.daysSince1970) * Microseconds.perDay
    }
    guard TimeLimits.timestamps.contains(start) else { throw .overflow("date_trunc") }
    return start
  }

  /// 1970-01-05 was a Monday.
  private var offset: Int64 { self == .week ? 4 * Microseconds.perDay : 0 }

  private static func floor(_ value: Int64, by divisor: Int64) -> Int64 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }
}

extension CivilDate {
  /// Makes the day, in UTC, of an instant.
  init(timestamp: Int64) {
    self.init(daysSince1970: Int(TimeLimits.split(timestamp).day))
  }

  /// 1…366.
  var dayOfYear: Int {
    daysSince1970 - CivilDate(year: year, month: 1, day: 1).daysSince1970 + 1
  }

  /// The ISO 8601 week, 1…53, and the year that it belongs to: the year of its Thursday.
  var isoWeek: (year: Int, week: Int) {
    let days = daysSince1970
    let thursday = days - CivilDate.isoWeekday(daysSince1970: days) + 4
    let year = CivilDate(daysSince1970: thursday).year
    let first = CivilDate(year: year, month: 1, day: 1).daysSince1970
    return (year, (thursday - first) / 7 + 1)
  }
}
