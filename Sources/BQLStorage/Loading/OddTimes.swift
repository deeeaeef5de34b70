import BQLColumnar

/// Counts times that are hardly meant: before 1980, where a clock starts that was never set, and in
/// the future.
struct OddTimes: Sendable {
  /// Microseconds since 1970.
  let now: Int64
  private let first: Int64

  init(now: Int64) {
    self.now = now
    let days = CivilDate(year: 1980, month: 1, day: 1).daysSince1970
    first = Int64(days) * TimeText.secondsPerDay * TimeText.microsPerSecond
  }

  /// Says whether a log of this range has any.
  func contains(_ range: ClosedRange<Int64>) -> Bool {
    range.lowerBound < first || range.upperBound > now
  }

  func count(in times: StoredColumn, rowCount: Int) -> (early: Int, late: Int) {
    var (early, late) = (0, 0)
    let step = 65_536
    for start in stride(from: 0, to: rowCount, by: step) {
      let column = times.decode(start..<min(start + step, rowCount))
      guard case .ints(let micros) = column.values else { continue }
      for time in micros {
        if time < first { early += 1 }
        if time > now { late += 1 }
      }
    }
    return (early, late)
  }

  func warnings(_ range: ClosedRange<Int64>, early: Int, late: Int) -> [String] {
    var warnings: [String] = []
    if early > 0 {
      let rows = early == 1 ? "1 row is" : "\(early) rows are"
      warnings.append(
        "the first event is in \(Self.year(range.lowerBound)), before 1980: \(rows) so early"
      )
    }
    if late > 0 {
      let rows = late == 1 ? "1 row is" : "\(late) rows are"
      warnings.append(
        "the last event is in the future (\(Self.year(range.upperBound))): \(rows) so late"
      )
    }
    return warnings
  }

  private static func year(_ micros: Int64) -> Int {
    let day = TimeText.microsPerSecond * TimeText.secondsPerDay
    let days = micros >= 0 ? micros / day : (micros - day + 1) / day
    return CivilDate(daysSince1970: Int(days)).year
  }
}
