import BQLColumnar

/// Adds up integers, money or intervals exactly, and averages them.
///
/// Sums have 128 bits, so that whether one overflows depends on its value alone and not on the order
/// of the rows: 64 beside the count, and those above, which few sums need, in an array of their own.
struct ExactSumAccumulator: Accumulator {
  enum Result: Sendable {
    case sum
    /// Of ints and decimals a float, of intervals an interval, rounded half away from zero.
    case average
  }

  /// Holds a group's count and the low half of its sum, next to each other in memory.
  private struct Total {
    var count: Int64 = 0
    var low: Int64 = 0
  }

  private let type: DataType
  private let result: Result
  private var totals: [Total] = []
  /// What left the low halves, in units of 2⁶⁴; no groups until some sum does.
  private var highs: [Int64] = []
  /// How far from 0 a low half may be; above ``safeReach`` it is not known.
  private var reach: UInt64 = 0

  /// Up to here no low half can overflow.
  private static let safeReach: UInt64 = 1 << 62

  init(_ type: DataType, _ result: Result) {
    self.type = type
    self.result = result
  }

  var isOrderFree: Bool { true }

  func collectsSame(as other: any Accumulator) -> Bool { (other as? Self)?.type == type }

  mutating func grow(to groupCount: Int) {
    totals.grow(to: groupCount, Total())
  }

  mutating func update(whole arguments: [Column], count: Int) throws(FunctionError) {
    let column = arguments[0]
    let sum = ExactSum.sum(column.ints, column.validity)
    reach = .max
    add(sum, Int64(column.count - column.nullCount), to: 0)
  }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    let values = arguments[0].ints
    precondition(groups.count == values.count, "one group a row")
    if extend(by: ExactSum.magnitude(values), rows: values.count) {
      addUnchecked(groups.span, values.span)
    } else {
      reach = .max
      addChecked(groups.span, values.span)
    }
  }

  /// Notes that `rows` numbers, none farther from 0 than `magnitude`, will be added to low halves;
  /// false where one may overflow.
  private mutating func extend(by magnitude: UInt64, rows: Int) -> Bool {
    let (growth, overflows) = magnitude.multipliedReportingOverflow(by: UInt64(rows))
    guard !overflows, growth <= Self.safeReach, reach <= Self.safeReach - growth else {
      return false
    }
    reach += growth
    return true
  }

  private mutating func addUnchecked(_ rows: Span<Int32>, _ values: Span<Int64>) {
    if GroupLanes.areWorth(groupCount: totals.count, rows: rows.count) {
      var lanes = [Total](
        repeating: Total(),
        count: GroupLanes.slots(groupCount: totals.count)
      )
      var span = lanes.mutableSpan
      for row in rows.indices {
        let slot = GroupLanes.slot(rows[row], row)
        span[slot].low &+= values[row]
        span[slot].count &+= 1
      }
      for group in totals.indices {
        for slot in GroupLanes.slots(of: group) {
          totals[group].low &+= lanes[slot].low
          totals[group].count &+= lanes[slot].count
        }
      }
      return
    }
    var span = totals.mutableSpan
    for row in rows.indices where rows[row] >= 0 {
      let group = Int(rows[row])
      span[group].low &+= values[row]
      span[group].count &+= 1
    }
  }

  private mutating func addChecked(_ rows: Span<Int32>, _ values: Span<Int64>) {
    var overflowing: [(group: Int, carry: Int64)] = []
    var span = totals.mutableSpan
    for row in rows.indices where rows[row] >= 0 {
      let group = Int(rows[row])
      let value = values[row]
      let (low, overflow) = span[group].low.addingReportingOverflow(value)
      span[group].low = low
      span[group].count &+= 1
      if overflow { overflowing.append((group, value < 0 ? -1 : 1)) }
    }
    guard !overflowing.isEmpty else { return }
    highs.grow(to: totals.count, 0)
    for (group, carry) in overflowing { highs[group] &+= carry }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    // No more than all of the other's groups can become one here.
    if highs.isEmpty, other.highs.isEmpty, other.reach <= Self.safeReach,
      extend(by: other.reach, rows: mapping.count)
    {
      let from = other.totals.span
      var to = totals.mutableSpan
      for (group, target) in mapping.enumerated() where target >= 0 {
        to[Int(target)].low &+= from[group].low
        to[Int(target)].count &+= from[group].count
      }
      return
    }
    reach = .max
    for (group, target) in mapping.enumerated() where target >= 0 {
      add(other.sum(group), other.totals[group].count, to: Int(target))
    }
  }

  private func sum(_ group: Int) -> Int128 {
    let high = group < highs.count ? Int128(highs[group]) : 0
    return high << 64 &+ Int128(totals[group].low)
  }

  private mutating func add(_ sum: Int128, _ count: Int64, to group: Int) {
    totals[group].count &+= count
    let total = self.sum(group) &+ sum
    totals[group].low = Int64(truncatingIfNeeded: total)
    // The low half is signed, so that small negative sums need no high half.
    let high = Int64(truncatingIfNeeded: (total &- Int128(totals[group].low)) >> 64)
    if high != 0 || group < highs.count {
      highs.grow(to: totals.count, 0)
      highs[group] = high
    }
  }

  func finish() throws(FunctionError) -> Column {
    let validity = Bitmap(totals.map { $0.count > 0 })
    switch (result, type) {
    case (.average, .int): return Column(floats: averages(unit: 1), validity: validity)
    case (.average, .decimal): return Column(floats: averages(unit: 100), validity: validity)
    case (.average, _):
      let means = totals.indices.map { group in
        // A mean lies among its values, hence fits.
        Int64(
          truncatingIfNeeded: Numbers.roundedQuotient(
            sum(group),
            Int128(max(totals[group].count, 1))
          )
        )
      }
      return Column(type, ints: means, validity: validity)
    case (.sum, _):
      let type = type
      let sums = try Rows.compute(count: totals.count, where: nil) {
        group throws(FunctionError) in
        guard let total = Int64(exactly: sum(group)) else {
          throw .overflow("sum of \(type.rawValue)")
        }
        return total
      }
      return Column(type, ints: sums, validity: validity)
    }
  }

  private func averages(unit: Int64) -> [Double] {
    totals.indices.map { group in
      let count = totals[group].count
      return count == 0 ? 0 : Numbers.float(sum(group)) / (Double(count) * Double(unit))
    }
  }
}
