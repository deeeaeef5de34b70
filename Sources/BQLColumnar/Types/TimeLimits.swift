/// Counts the microseconds of units of exact length.
package enum Microseconds {
  package static let perMillisecond: Int64 = 1_000
  package static let perSecond: Int64 = 1_000_000
  package static let perMinute: Int64 = 60 * perSecond
  package static let perHour: Int64 = 60 * perMinute
  package static let perDay: Int64 = 24 * perHour
  package static let perWeek: Int64 = 7 * perDay
}

/// Bounds the instants and days that are read, computed and printed: years 0001…9999.
///
/// Every function that makes a date or a timestamp reports a result outside as an overflow, so that
/// a year always prints in four digits and calendar arithmetic never leaves `Int64`.
package enum TimeLimits {
  /// Days since 1970-01-01: 0001-01-01…9999-12-31.
  package static let days: ClosedRange<Int64> = -719_162...2_932_896
  /// Microseconds since 1970-01-01 00:00:00 UTC: the whole of ``days``.
  package static let timestamps: ClosedRange<Int64> =
    days.lowerBound * Microseconds.perDay...((days.upperBound + 1) * Microseconds.perDay - 1)

  /// Splits an instant into its day and the microseconds since midnight, 0..<86 400 000 000.
  package static func split(_ timestamp: Int64) -> (day: Int64, microseconds: Int64) {
    var day = timestamp / Microseconds.perDay
    var rest = timestamp % Microseconds.perDay
    if rest < 0 {
      day -= 1
      rest += Microseconds.perDay
    }
    return (day, rest)
  }
}
