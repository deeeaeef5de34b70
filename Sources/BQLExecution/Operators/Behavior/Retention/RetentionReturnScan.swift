import BQLSyntax

/// Counts in which periods behind their starts units come back.
///
/// One pass over a unit's rows behind each start; a row of the period before costs a comparison.
struct RetentionReturnScan: UnitScan {
  let specification: RetentionSpecification
  let starts: [RetentionStart]
  /// The group of each start; empty where there are no groups.
  let groups: [Int32]
  let ends: [Int64]
  /// Microseconds of a stored unit of time.
  let scale: Int64
  /// The money of purchases, and each position's place among them; empty unless it is summed.
  let amounts: [MoneySum]
  let amountOfPosition: [Int32]
  var tally: RetentionTally

  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    let boundaries = self.ends
    let ends = boundaries.span
    let periods = specification.countablePeriods(ends: boundaries)
    for (index, start) in starts.enumerated() {
      let position = Int(start.position)
      let end = Int(offsets[Int(start.unit) + 1])
      let slot = tally.slot(groups.isEmpty ? -1 : groups[index], Int(start.cohort))
      tally.addStart(slot, at: Int64(times[position]) &* scale)
      if let periods {
        count(start, slot, position..<end, marks, times, periods)
      } else {
        count(start, slot, position..<end, marks, times, ends)
      }
    }
  }

  /// Counts the returns of one start among its unit's rows from it on.
  private mutating func count<Time: FixedWidthInteger>(
    _ start: RetentionStart,
    _ slot: Int,
    _ rows: Range<Int>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>,
    _ ends: Span<Int64>
  ) {
    let countsUsersOnly = specification.measure == .users
    let startTime = Int64(times[rows.lowerBound])
    let lastPeriod = specification.isOnOrAfter ? Int.max : specification.columnOfPeriod.count - 1
    var cursor = PeriodCursor(at: Int(start.cohort))
    /// The number of the current row's period, and the first stored time behind it.
    var number = -1
    var boundary = Int64.min
    var column = -1
    if specification.isOwnReturn {
      number = 0
      column = specification.column(0)
      if column >= 0, !specification.isOnOrAfter { tally.addUser(slot, column) }
      if countsUsersOnly, !specification.isRolling {
        _ = cursor.move(to: startTime, ends)
        boundary = cursor.end
      }
    }
    var position = rows.lowerBound
    if countsUsersOnly || !specification.isOwnReturn { position += 1 }
    while true {
      if countsUsersOnly {
        // Further rows of the period change nothing.
        position = Self.firstRow(from: boundary, times, position..<rows.upperBound)
      }
      position = MarkSearch.first(RetentionMark.returning, marks, position, rows.upperBound)
      if position == rows.upperBound { break }
      let mark = marks[position]
      defer { position += 1 }
      let time = Int64(times[position])
      if time >= boundary {
        if specification.isRolling {
          number = Int((time &- startTime) &* scale / specification.periodMicroseconds)
          let next = Int64(number + 1) &* specification.periodMicroseconds
          boundary = startTime &+ PeriodGrid.ceilingQuotient(next, scale)
        } else {
          _ = cursor.move(to: time, ends)
          number = cursor.period - Int(start.cohort)
          boundary = cursor.end
        }
        if number > lastPeriod { break }
        let next = specification.column(number)
        if next >= 0, next != column, !specification.isOnOrAfter { tally.addUser(slot, next) }
        column = next
      }
      if countsUsersOnly || column < 0 { continue }
      measure(mark, position, slot, column)
    }
    if specification.isOnOrAfter, number >= 0 {
      tally.addUser(slot, specification.column(number))
    }
  }

  /// Returns the first of `rows`, which stand in the order of time, at `time` or later.
  ///
  /// Most units have no such row: the last one tells.
  @inline(__always)
  private static func firstRow<Time: FixedWidthInteger>(
    from time: Int64,
    _ times: Span<Time>,
    _ rows: Range<Int>
  ) -> Int {
    guard !rows.isEmpty, Int64(times[rows.upperBound - 1]) >= time else { return rows.upperBound }
    // Halves without a branch; the last row is known to be late enough.
    var first = rows.lowerBound
    var count = rows.count
    while count > 1 {
      let half = count >> 1
      first &+= Int64(times[first &+ half &- 1]) < time ? half : 0
      count &-= half
    }
    return first
  }

  /// Adds what a RETURN row is worth.
  @inline(__always)
  private mutating func measure(_ mark: UInt8, _ position: Int, _ slot: Int, _ column: Int) {
    if specification.measure == .orders {
      if mark & RetentionMark.order != 0 { tally.addOrder(slot, column) }
    } else if mark & RetentionMark.purchase != 0 {
      tally.add(amounts[Int(amountOfPosition[position])], slot, column)
    }
  }
}
