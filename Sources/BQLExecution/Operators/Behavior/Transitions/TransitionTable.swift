/// Counts transitions between many states in a hash table, with their gaps in a list.
struct TransitionTable: SequenceVisitor, Sendable {
  private let stateCount: Int
  /// Keyed by (group · states + from) · states + to.
  private var table = KeyNumbers()
  private var units: [Int] = []
  private var lastUnit: [Int32] = []
  private var unit: Int32 = 0
  private var slots: [Int32] = []
  private var gaps = DurationList()
  /// The microseconds of a stored time's unit in the present morsel.
  var timeScale: Int64 = 1
  /// One a row of the present morsel; empty where all are of one group.
  var groups: [Int32] = []
  var leftOutCount = 0

  init(stateCount: Int) {
    self.stateCount = stateCount
  }

  /// Adds what another thread has counted.
  mutating func add(_ other: TransitionTable) {
    let slots = other.table.keys.map { slot(of: $0) }
    for (index, slot) in slots.enumerated() { units[slot] += other.units[index] }
    self.slots.reserveCapacity(self.slots.count + other.slots.count)
    for slot in other.slots {
      self.slots.append(Int32(truncatingIfNeeded: slots[Int(slot)]))
    }
    gaps.append(contentsOf: other.gaps)
    leftOutCount += other.leftOutCount
  }

  mutating func visit<State: FixedWidthInteger, Time: FixedWidthInteger>(
    states: Span<State>,
    times: Span<Time>,
    offsets: Span<Int32>,
    rows: Span<Int32>,
    marks: Span<UInt8>
  ) {
    for place in 0..<(offsets.count - 1) {
      let first = Int(offsets[place])
      let end = Int(offsets[place + 1])
      guard end &- first > 1 else { continue }
      unit &+= 1
      var from = UInt64(truncatingIfNeeded: states[first])
      for row in (first &+ 1)..<end {
        var line = from
        if !groups.isEmpty {
          let group = groups[rows.isEmpty ? row &- 1 : Int(rows[row &- 1])]
          line = UInt64(UInt32(bitPattern: group)) &* UInt64(stateCount) &+ from
        }
        let to = UInt64(truncatingIfNeeded: states[row])
        let slot = slot(of: line &* UInt64(stateCount) &+ to)
        if lastUnit[slot] != unit {
          lastUnit[slot] = unit
          units[slot] &+= 1
        }
        slots.append(Int32(truncatingIfNeeded: slot))
        let gap = UInt64(truncatingIfNeeded: Int64(times[row]) &- Int64(times[row &- 1]))
        gaps.append(gap, scale: timeScale)
        from = to
      }
    }
  }

  /// Returns what is known of each transition.
  func finish(at ps: [Double]) -> [TransitionCell] {
    var counts = [Int](repeating: 0, count: units.count)
    for slot in slots { counts[Int(slot)] += 1 }
    let quantiles = gaps.quantiles(at: ps, slots: slots, slotCount: units.count)
    return table.keys.enumerated().map { slot, key in
      let states = UInt64(max(stateCount, 1))
      return TransitionCell(
        group: Int(key / states / states),
        from: Int(key / states % states),
        to: Int(key % states),
        count: counts[slot],
        units: units[slot],
        quantiles: quantiles[slot]
      )
    }
  }

  @inline(__always)
  private mutating func slot(of key: UInt64) -> Int {
    let slot = table.number(of: key)
    if slot == units.count {
      units.append(0)
      lastUnit.append(-1)
    }
    return slot
  }
}
