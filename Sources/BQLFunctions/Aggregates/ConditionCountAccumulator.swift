import BQLColumnar

/// Counts the rows on which a condition is true.
struct ConditionCountAccumulator: Accumulator {
  private var counts: [Int64] = []

  mutating func grow(to groupCount: Int) { counts.grow(to: groupCount, 0) }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = GroupRows.present(groups, arguments[0])
    let bools = arguments[0].bools
    for row in groups.indices where groups[row] >= 0 {
      counts[Int(groups[row])] &+= bools[row] ? 1 : 0
    }
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    for (group, target) in mapping.enumerated() where target >= 0 {
      counts[Int(target)] &+= other.counts[group]
    }
  }

  func finish() throws(FunctionError) -> Column { Column(ints: counts) }
}
