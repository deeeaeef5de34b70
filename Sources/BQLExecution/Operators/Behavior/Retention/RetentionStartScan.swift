/// Holds the row that a unit enters a cohort with.
struct RetentionStart {
  var unit: Int32
  var position: Int32
  var cohort: Int32
}

/// Finds the starts of units: the first OF row of each, or the first in each period.
struct RetentionStartScan: UnitScan {
  let isRecurring: Bool
  /// Where a start must lie.
  let period: StoredPeriod
  /// The stored times at which periods end.
  let ends: [Int64]
  /// Unit by unit, in the order of time.
  private(set) var starts: [RetentionStart] = []

  init(isRecurring: Bool, period: StoredPeriod, ends: [Int64]) {
    self.isRecurring = isRecurring
    self.period = period
    self.ends = ends
  }

  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    let boundaries = self.ends
    let ends = boundaries.span
    var found: [RetentionStart] = []
    var cursor = PeriodCursor()
    for unit in 0..<(offsets.count - 1) {
      let end = Int(offsets[unit + 1])
      var position = Int(offsets[unit])
      cursor.reset()
      while true {
        position = MarkSearch.first(RetentionMark.start, marks, position, end)
        if position == end { break }
        let time = Int64(times[position])
        if period.contains(time) {
          if cursor.move(to: time, ends) {
            found.append(
              RetentionStart(
                unit: Int32(truncatingIfNeeded: unit),
                position: Int32(truncatingIfNeeded: position),
                cohort: Int32(truncatingIfNeeded: cursor.period)
              )
            )
          }
        }
        if !isRecurring { break }
        position += 1
      }
    }
    starts = found
  }
}
