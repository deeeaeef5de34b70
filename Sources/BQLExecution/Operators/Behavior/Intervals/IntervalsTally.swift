/// Collects the gaps between a unit's events by the group of the earlier one.
struct IntervalsTally: Sendable {
  /// Holds what is counted of one group.
  struct Group: Sendable {
    var units = 0
    var events = 0
    var gaps = DurationList()
    /// In microseconds, exact.
    var total: Int128 = 0
    /// The last unit that was counted, in the morsel at hand.
    fileprivate var lastUnit: Int32 = -1
  }

  private(set) var groups: [Group] = []
  private(set) var slots = GroupSlots()
  /// What the groups' codes stand for, where each morsel numbers its own.
  var keys: GroupTable?
  var leftOutRowCount = 0

  init(keys: GroupTable?) {
    self.keys = keys
  }

  /// Counts an event of `unit` in its group; the group's slot.
  @inline(__always)
  mutating func addEvent(_ group: Int32, _ unit: Int32) -> Int {
    let slot = slot(group)
    groups[slot].events += 1
    if groups[slot].lastUnit != unit {
      groups[slot].lastUnit = unit
      groups[slot].units += 1
    }
    return slot
  }

  /// Adds a gap of `raw` units of `scale` microseconds.
  @inline(__always)
  mutating func addGap(_ slot: Int, _ raw: UInt64, scale: Int64) {
    groups[slot].gaps.append(raw, scale: scale)
    groups[slot].total += Int128(raw) * Int128(scale)
  }

  /// Adds what `other` holds, whose morsels come behind this tally's.
  mutating func combine(_ other: IntervalsTally) {
    leftOutRowCount += other.leftOutRowCount
    var codes: [Int32]?
    if let otherKeys = other.keys {
      var own = keys ?? otherKeys
      codes = own.groups(for: otherKeys.keyColumns(), count: otherKeys.count)
      keys = own
    }
    for (from, code) in other.slots.groups.enumerated() {
      let slot = slot(codes?[Int(code)] ?? code)
      groups[slot].units += other.groups[from].units
      groups[slot].events += other.groups[from].events
      groups[slot].gaps.append(contentsOf: other.groups[from].gaps)
      groups[slot].total += other.groups[from].total
    }
  }

  private mutating func slot(_ group: Int32) -> Int {
    let slot = slots.slot(of: group)
    if slot == groups.count { groups.append(Group()) }
    return slot
  }
}

/// Measures the gaps between the found events of each unit.
struct IntervalsScan: UnitScan {
  /// The positions of events, ascending.
  let positions: [Int32]
  /// The group of each; empty where there are none.
  let codes: [Int32]
  /// Microseconds of a stored unit of time.
  let scale: Int64
  var tally: IntervalsTally

  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    var unit = 0
    var slot = 0
    for (index, position) in positions.enumerated() {
      var isFirst = index == 0
      while offsets[unit + 1] <= position {
        unit += 1
        isFirst = true
      }
      let time = Int64(times[Int(position)])
      if !isFirst {
        let before = Int64(times[Int(positions[index - 1])])
        tally.addGap(slot, UInt64(bitPattern: time &- before), scale: scale)
      }
      slot = tally.addEvent(
        codes.isEmpty ? -1 : codes[index],
        Int32(truncatingIfNeeded: unit)
      )
    }
  }
}
