import BQLSyntax

/// Counts returns by a bit a period, which takes no branch a row: where units are counted in periods
/// of one length.
extension RetentionReturnScan {
  /// Counts the returns of one start among its unit's rows from it on.
  @inline(__always)
  mutating func count<Time: FixedWidthInteger>(
    _ start: RetentionStart,
    _ slot: Int,
    _ rows: Range<Int>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>,
    _ periods: UniformPeriods
  ) {
    var bits = Self.bits(
      (rows.lowerBound + 1)..<rows.upperBound,
      marks,
      times,
      periods,
      cohort: UInt64(truncatingIfNeeded: start.cohort)
    )
    if specification.isOwnReturn { bits |= 1 }
    specification.forEachColumn(of: bits) { tally.addUser(slot, $0) }
  }

  /// Returns a bit for each period behind the cohort in which a row returns; the last bit stands for
  /// all that are too far.
  @inline(__always)
  private static func bits<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>,
    _ periods: UniformPeriods,
    cohort: UInt64
  ) -> UInt64 {
    let mark = UInt8(RetentionMark.returning.trailingZeroBitCount)
    var bits: UInt64 = 0
    for row in rows {
      let number = min(periods.period(of: Int64(times[row])) &- cohort, 63)
      bits |= UInt64(marks[row] &>> mark & 1) &<< number
    }
    return bits
  }
}
