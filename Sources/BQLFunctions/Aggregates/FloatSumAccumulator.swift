import BQLColumnar

/// Holds a sum of floats with the rounding error made so far, so that the order in which numbers
/// come hardly matters.
///
/// Source: T. Ogita, S. M. Rump, S. Oishi, "Accurate Sum and Dot Product", *SIAM J. Sci. Comput.*
/// 26(6), 2005, doi:10.1137/030601818 (Sum2).
package struct CompensatedSum: Sendable {
  private var high = 0.0
  private var low = 0.0

  package init() {}

  /// Adds one number.
  @inline(__always)
  package mutating func add(_ value: Double) {
    let sum = high + value
    let part = sum - high
    low += (high - (sum - part)) + (value - part)
    high = sum
  }

  /// Adds what another sum holds.
  package mutating func add(_ other: CompensatedSum) {
    add(other.high)
    low += other.low
  }

  /// The sum; infinite or NaN as plain addition would have it.
  package var value: Double { high.isFinite ? high + low : high }
}

/// Adds up floats, and averages them; to 1e-12 relative the same for every order of the rows.
struct FloatSumAccumulator: Accumulator {
  private let result: ExactSumAccumulator.Result
  private var sums: [CompensatedSum] = []
  private var counts: [Int64] = []

  init(_ result: ExactSumAccumulator.Result) {
    self.result = result
  }

  func collectsSame(as other: any Accumulator) -> Bool { other is Self }

  mutating func grow(to groupCount: Int) {
    sums.grow(to: groupCount, CompensatedSum())
    counts.grow(to: groupCount, 0)
  }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    let values = arguments[0].floats.span
    let rows = groups.span
    var sumSpan = sums.mutableSpan
    for row in rows.indices where rows[row] >= 0 { sumSpan[Int(rows[row])].add(values[row]) }
    var countSpan = counts.mutableSpan
    for row in rows.indices where rows[row] >= 0 { countSpan[Int(rows[row])] &+= 1 }
  }

  /// Adds rows in turn to four sums, none of which waits for the others, and those in their order.
  mutating func update(whole arguments: [Column], count: Int) throws(FunctionError) {
    let column = arguments[0]
    let floats = column.floats
    let present = column.validity.map { validity in
      ByteMask.rows(validity.bytes).map { floats[Int($0)] }
    }
    let numbers = present ?? floats
    let values = numbers.span
    var lanes = (CompensatedSum(), CompensatedSum(), CompensatedSum(), CompensatedSum())
    var row = 0
    while row &+ 4 <= values.count {
      lanes.0.add(values[row])
      lanes.1.add(values[row &+ 1])
      lanes.2.add(values[row &+ 2])
      lanes.3.add(values[row &+ 3])
      row &+= 4
    }
    while row < values.count {
      lanes.0.add(values[row])
      row &+= 1
    }
    for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { sums[0].add(lane) }
    counts[0] += Int64(values.count)
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    for (group, target) in mapping.enumerated() where target >= 0 {
      sums[Int(target)].add(other.sums[group])
      counts[Int(target)] += other.counts[group]
    }
  }

  func finish() throws(FunctionError) -> Column {
    let floats = zip(sums, counts).map { sum, count in
      switch result {
      case .sum: sum.value
      case .average: count == 0 ? 0 : sum.value / Double(count)
      }
    }
    return Column(floats: floats, validity: Bitmap(counts.map { $0 > 0 }))
  }
}
