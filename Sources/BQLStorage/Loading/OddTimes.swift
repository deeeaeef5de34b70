import BQLColumnar

/// Counts times that are hardly meant, in all parts of a load: before 1980, where a clock starts that
/// was never set, and in the future.
struct OddTimes: Sendable {
  /// Microseconds since 1970.
  private let now: Int64
  private let first: Int64
  private var (early, late) = (0, 0)
  private var (lowest, highest) = (Int64.max, Int64.min)

  init(now: Int64) {
    self.now = now
    let days = CivilDate(year: 1980, month: 1, day: 1).daysSince1970
    first = Int64(days) * TimeText.secondsPerDay * TimeText.microsPerSecond
  }

  /// Counts those of a part's partitions, whose times lie in `range`.
  mutating func add(_ times: [StoredColumn], in range: ClosedRange<Int64>, threads: Int) {
    lowest = min(lowest, range.lowerBound)
    highest = max(highest, range.upperBound)
    guard range.lowerBound < first || range.upperBound > now else { return }
    let counts = ParallelWork.map(count: times.count, threads: threads) { [self] in
      count(in: times[$0])
    }
    early += counts.reduce(0) { $0 + $1.early }
    late += counts.reduce(0) { $0 + $1.late }
  }

  private func count(in times: StoredColumn) -> (early: Int, late: Int) {
    var (early, late) = (0, 0)
    let step = 65_536
    for start in stride(from: 0, to: times.count, by: step) {
      let column = times.decode(start..<min(start + step, times.count))
      guard case .ints(let micros) = column.values else { continue }
      for time in micros {
        if time < first { early += 1 }
        if time > now { late += 1 }
      }
    }
    return (early, late)
  }

  /// What there is to say of them; nothing where there are none.
  var warnings: [String] {
    var warnings: [String] = []
    if early > 0 {
      let rows = early == 1 ? "1 row is" : "\(early) rows are"
      warnings.append(
        "the first event is in \(Self.year(lowest)), before 1980: \(rows) so early"
      )
    }
    if late > 0 {
      let rows = late == 1 ? "1 row is" : "\(late) rows are"
      warnings.append(
        "the last event is in the future (\(Self.year(highest))): \(rows) so late"
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
