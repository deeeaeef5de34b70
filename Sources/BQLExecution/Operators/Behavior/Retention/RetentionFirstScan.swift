import BQLSyntax

/// Counts in which periods units come back behind their first starts, in one pass: where there are no
/// groups and a bit a period tells what is asked.
///
/// The bits are those of the log's own periods, so a row takes a multiplication and no branch, and
/// all is counted in numbers that stand side by side.
struct RetentionFirstScan: UnitScan {
  let specification: RetentionSpecification
  /// Where a start must lie.
  let period: StoredPeriod
  /// The periods of starts and returns, and how many there are.
  let periods: UniformPeriods
  let periodCount: Int
  /// Microseconds of a stored unit of time.
  let scale: Int64
  var tally: RetentionTally

  /// Makes a scan; nil where a bit a period does not tell what is asked.
  init?(
    _ specification: RetentionSpecification,
    period: StoredPeriod,
    ends: [Int64],
    scale: Int64,
    _ tally: RetentionTally
  ) {
    guard !specification.isRecurring, !tally.isGrouped, ends.count <= UInt64.bitWidth,
      let periods = specification.countablePeriods(ends: ends)
    else { return nil }
    self.specification = specification
    self.period = period
    self.periods = periods
    periodCount = ends.count
    self.scale = scale
    self.tally = tally
  }

  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    var sizeList = [Int](repeating: 0, count: periodCount)
    var userList = [Int](repeating: 0, count: periodCount * tally.width)
    var earliestList = [Time](repeating: .max, count: periodCount)
    var latestList = [Time](repeating: .min, count: periodCount)
    do {
      var sizes = sizeList.mutableSpan
      var users = userList.mutableSpan
      var earliest = earliestList.mutableSpan
      var latest = latestList.mutableSpan
      count(offsets, marks, times, &sizes, &users, &earliest, &latest)
    }
    for cohort in 0..<periodCount where sizeList[cohort] > 0 {
      let slot = tally.slot(-1, cohort)
      let (earliest, latest) = (Int64(earliestList[cohort]), Int64(latestList[cohort]))
      tally.addStarts(slot, sizeList[cohort], from: earliest &* scale, to: latest &* scale)
      for column in 0..<tally.width {
        tally.addUser(slot, column, userList[cohort * tally.width + column])
      }
    }
  }

  private func count<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>,
    _ sizes: inout MutableSpan<Int>,
    _ users: inout MutableSpan<Int>,
    _ earliest: inout MutableSpan<Time>,
    _ latest: inout MutableSpan<Time>
  ) {
    let ownReturn: UInt64 = specification.isOwnReturn ? 1 : 0
    let width = tally.width
    let returning = UInt8(RetentionMark.returning.trailingZeroBitCount)
    var row = Int(offsets[0])
    for unit in 1..<max(offsets.count, 1) {
      let end = Int(offsets[unit])
      row = MarkSearch.first(RetentionMark.start, marks, row, end)
      defer { row = end }
      guard row < end, period.contains(Int64(times[row])) else { continue }
      let time = times[row]
      let cohort = Int(truncatingIfNeeded: periods.period(of: Int64(time)))
      earliest[cohort] = min(earliest[cohort], time)
      latest[cohort] = max(latest[cohort], time)
      row += 1
      var bits: UInt64 = 0
      while row < end {
        let number = periods.period(of: Int64(times[row]))
        bits |= UInt64(marks[row] &>> returning & 1) &<< number
        row += 1
      }
      sizes[cohort] &+= 1
      bits = bits &>> UInt64(cohort) | ownReturn
      specification.forEachColumn(of: bits) { users[cohort &* width &+ $0] &+= 1 }
    }
  }
}
