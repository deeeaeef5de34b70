import BQLColumnar

/// Tells why a log cannot be generated.
package enum GeneratorError: Error, Equatable, Sendable {
  /// The number of users is zero or negative.
  case tooFewUsers(Int)
  /// The number of users is above ``GeneratorOptions/maximumUsers``.
  case tooManyUsers(Int)
  /// A day has a year before 0001 or after 9999.
  case dayOutOfRange(Int)
  /// The last day is not after the first.
  case emptyPeriod(fromDay: Int, toDay: Int)
  /// The period is longer than ``GeneratorOptions/maximumDays``.
  case periodTooLong(days: Int)
  /// The arrival window is empty or longer than the period.
  case arrivalDaysOutOfRange(Int, periodDays: Int)
}

extension GeneratorError: CustomStringConvertible {
  private static func date(_ day: Int) -> String { ValueText.text(.date(Int64(day))) }

  /// Says what was found and what is possible, in one sentence.
  package var description: String {
    switch self {
    case .tooFewUsers(let users):
      "the number of users must be at least 1, found \(users)"
    case .tooManyUsers(let users):
      "the number of users must be at most \(GeneratorOptions.maximumUsers), found \(users)"
    case .dayOutOfRange(let day):
      "a day must lie between 0001-01-01 and 9999-12-31, found day \(day) since 1970-01-01"
    case .emptyPeriod(let fromDay, let toDay):
      "the end of the period must be after its start, found "
        + "\(Self.date(fromDay)) to \(Self.date(toDay))"
    case .periodTooLong(let days):
      "the period must not exceed \(GeneratorOptions.maximumDays) days, found \(days)"
    case .arrivalDaysOutOfRange(let days, let periodDays):
      "the arrival window must be 1 to \(periodDays) days, found \(days)"
    }
  }
}
