/// Lists the units of a span of time.
enum DurationUnit: String, CaseIterable {
  case second = "SECOND"
  case minute = "MINUTE"
  case hour = "HOUR"
  case day = "DAY"
  case week = "WEEK"
  case month = "MONTH"
  case quarter = "QUARTER"
  case year = "YEAR"

  /// Finds the unit of `30s`; `m` is a minute.
  init?(suffix: String) {
    switch suffix.lowercased() {
    case "s": self = .second
    case "m": self = .minute
    case "h": self = .hour
    case "d": self = .day
    case "w": self = .week
    default: return nil
    }
  }

  /// Finds the unit of `7 DAYS` or `1 day`.
  init?(name: String) {
    let upper = name.uppercased()
    guard
      let unit = DurationUnit.allCases.first(where: {
        upper == $0.rawValue || upper == $0.rawValue + "S"
      })
    else { return nil }
    self = unit
  }

  /// The letter of the short form; nil for calendar units.
  var suffix: String? {
    switch self {
    case .second: "s"
    case .minute: "m"
    case .hour: "h"
    case .day: "d"
    case .week: "w"
    case .month, .quarter, .year: nil
    }
  }

  /// The exact length; 0 for calendar units.
  var microseconds: Int64 {
    switch self {
    case .second: 1_000_000
    case .minute: 60_000_000
    case .hour: 3_600_000_000
    case .day: 86_400_000_000
    case .week: 604_800_000_000
    case .month, .quarter, .year: 0
    }
  }

  /// The length in calendar months; 0 for exact units.
  var months: Int {
    switch self {
    case .month: 1
    case .quarter: 3
    case .year: 12
    case .second, .minute, .hour, .day, .week: 0
    }
  }

  /// Returns so many units; nil if that is no whole number of microseconds or months, or too long.
  ///
  /// The digits are a number without sign and `_`.
  func duration(_ digits: String) -> Duration? {
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard let first = parts.first, let whole = Int64(first), parts.count <= 2 else { return nil }
    let fraction = parts.count == 2 ? parts[1].reversed().drop { $0 == "0" }.reversed() : []
    if months > 0 {
      guard fraction.isEmpty, let count = Int(exactly: whole) else { return nil }
      let (total, overflow) = count.multipliedReportingOverflow(by: months)
      // A calendar of 10,000 years has 120,000 months.
      guard !overflow, total <= 120_000 else { return nil }
      return Duration(months: total)
    }
    var (total, overflow) = whole.multipliedReportingOverflow(by: microseconds)
    guard !overflow else { return nil }
    var scale = microseconds
    for digit in fraction {
      guard let value = digit.wholeNumberValue, scale % 10 == 0 else { return nil }
      scale /= 10
      (total, overflow) = total.addingReportingOverflow(scale * Int64(value))
      guard !overflow else { return nil }
    }
    let isShort = microseconds < DurationUnit.day.microseconds
    let isClock = isShort && total != 0 && total % DurationUnit.day.microseconds == 0
    return Duration(microseconds: total, isClock: isClock)
  }
}
