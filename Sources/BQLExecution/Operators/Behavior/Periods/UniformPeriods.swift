/// Finds the period of a stored time by a multiplication, where all periods are of one length.
struct UniformPeriods: Sendable {
  /// The stored time at which period 0 starts.
  private let origin: Int64
  private let factor: UInt64
  private let shift: UInt64

  /// Reads the stored times at which periods end; nil where their lengths differ, there are fewer
  /// than two, or they cover 2³¹ units or more.
  init?(ends: [Int64]) {
    guard ends.count > 1, let first = ends.first, let last = ends.last else { return nil }
    let length = ends[1] &- first
    let (origin, overflow) = first.subtractingReportingOverflow(length)
    guard length > 0, !overflow, last.subtractingReportingOverflow(origin).overflow == false,
      last - origin < 1 << 31,
      zip(ends, ends.dropFirst()).allSatisfy({ $0.1 - $0.0 == length })
    else { return nil }
    self.origin = origin
    // With 2^shift >= 2³¹ · length the factor, rounded up, divides all below 2³¹ exactly, and the
    // product with any of them stays below 2⁶⁴.
    shift = 31 + UInt64(64 - (UInt64(length) - 1).leadingZeroBitCount)
    let (quotient, remainder) = (UInt64(1) << shift).quotientAndRemainder(
      dividingBy: UInt64(length)
    )
    factor = quotient + (remainder > 0 ? 1 : 0)
  }

  /// Returns the period of a stored time, which lies in one.
  @inline(__always)
  func period(of time: Int64) -> UInt64 {
    (UInt64(bitPattern: time &- origin) &* factor) &>> shift
  }
}
