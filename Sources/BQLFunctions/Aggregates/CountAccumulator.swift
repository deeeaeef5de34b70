import BQLColumnar

/// Counts rows, or with an argument the rows where it is not NULL.
struct CountAccumulator: Accumulator {
  private var counts: [Int64] = []

  var isOrderFree: Bool { true }

  mutating func grow(to groupCount: Int) { counts.grow(to: groupCount, 0) }

  mutating func update(groups: [Int32], arguments: [Column]) throws(FunctionError) {
    let groups = arguments.first.map { GroupRows.present(groups, $0) } ?? groups
    let rows = groups.span
    if GroupLanes.areWorth(groupCount: counts.count, rows: rows.count) {
      var lanes = [Int64](repeating: 0, count: GroupLanes.slots(groupCount: counts.count))
      var span = lanes.mutableSpan
      for row in rows.indices { span[GroupLanes.slot(rows[row], row)] &+= 1 }
      for group in counts.indices {
        for slot in GroupLanes.slots(of: group) { counts[group] &+= lanes[slot] }
      }
      return
    }
    var counts = counts.mutableSpan
    for row in rows.indices where rows[row] >= 0 { counts[Int(rows[row])] &+= 1 }
  }

  mutating func update(whole arguments: [Column], count: Int) throws(FunctionError) {
    counts[0] &+= Int64(count - (arguments.first?.nullCount ?? 0))
  }

  mutating func combine(_ other: any Accumulator, mapping: [Int32]) throws(FunctionError) {
    guard let other = other as? Self else { GroupRows.mismatch(other) }
    for (group, target) in mapping.enumerated() where target >= 0 {
      counts[Int(target)] += other.counts[group]
    }
  }

  func finish() throws(FunctionError) -> Column { Column(ints: counts) }
}
