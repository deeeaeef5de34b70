import BQLPlanning
import BQLSyntax

/// Says what RETENTION's kernel counts, in numbers.
struct RetentionSpecification: Sendable {
  let isRecurring: Bool
  let isOwnReturn: Bool
  let isRolling: Bool
  let isOnOrAfter: Bool
  let measure: RetentionMeasure
  /// The periods of each column of the answer.
  let columns: [ClosedRange<Int>]
  /// The column of each period's number up to the last that is counted; −1 for none.
  let columnOfPeriod: [Int32]
  /// The length of a period under CLOCK ROLLING.
  let periodMicroseconds: Int64

  init(_ plan: RetentionPlan) {
    isRecurring = plan.entry == .recurring
    isOwnReturn = plan.isOwnReturn
    isRolling = plan.clock == .rolling
    measure = plan.measure
    periodMicroseconds = plan.grain == .week ? 604_800_000_000 : 86_400_000_000
    switch plan.count {
    case .on, .onOrAfter:
      isOnOrAfter = plan.count == .onOrAfter
      columns = (0...max(plan.lastPeriod, 0)).map { $0...$0 }
    case .brackets(let brackets):
      isOnOrAfter = false
      columns = brackets
    }
    var columnOfPeriod = [Int32](repeating: -1, count: (columns.last?.upperBound ?? 0) + 1)
    for (index, periods) in columns.enumerated() {
      for period in periods { columnOfPeriod[period] = Int32(truncatingIfNeeded: index) }
    }
    self.columnOfPeriod = columnOfPeriod
  }

  /// Returns the column of a period's number, −1 where it is not counted.
  @inline(__always)
  func column(_ period: Int) -> Int {
    if period < columnOfPeriod.count { return Int(columnOfPeriod[period]) }
    return isOnOrAfter ? columns.count - 1 : -1
  }

  /// The periods of starts and returns, which end at the stored times `ends`; nil where a bit a
  /// period does not tell what is asked.
  func countablePeriods(ends: [Int64]) -> UniformPeriods? {
    guard measure == .users, !isRolling, !isOnOrAfter, columnOfPeriod.count < UInt64.bitWidth else {
      return nil
    }
    return UniformPeriods(ends: ends)
  }

  /// Calls `body` with each column, once, in which a period lies whose bit is set; bit 0 is the
  /// cohort's own.
  @inline(__always)
  func forEachColumn(of bits: UInt64, _ body: (Int) -> Void) {
    var bits = bits
    var column = -1
    while bits != 0 {
      let number = bits.trailingZeroBitCount
      bits &= bits &- 1
      guard number < columnOfPeriod.count else { break }
      let next = Int(columnOfPeriod[number])
      if next >= 0, next != column { body(next) }
      column = next
    }
  }
}

/// The bits of a row's marks.
enum RetentionMark {
  /// The OF event, whatever WHERE.
  static let start: UInt8 = 1
  /// The RETURN event that WHERE keeps.
  static let returning: UInt8 = 2
  /// A purchase that WHERE keeps.
  static let purchase: UInt8 = 4
  /// The first RETURN row of an order.
  static let order: UInt8 = 8
}
