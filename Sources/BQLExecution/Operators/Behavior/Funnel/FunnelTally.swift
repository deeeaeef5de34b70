/// Counts chains by slot (a group, or the total), window and step.
struct FunnelTally: Sendable {
  let windowCount: Int
  let stepCount: Int
  private(set) var slotCount: Int
  private let isGrouped: Bool
  // Index (slot * windowCount + window) * stepCount + step - 1.
  var counts: [Int] = []
  var sums: [MoneySum] = []
  // Durations from the step before, index window * stepCount + step - 1, and, where there are
  // groups, the slot of each.
  var durations: [DurationList]
  var durationSlots: [[Int32]]

  /// Makes a tally of growing slots, or, ungrouped, of one.
  init(windowCount: Int, stepCount: Int, isGrouped: Bool) {
    self.windowCount = windowCount
    self.stepCount = stepCount
    self.isGrouped = isGrouped
    slotCount = 0
    durations = [DurationList](repeating: DurationList(), count: windowCount * stepCount)
    durationSlots = [[Int32]](repeating: [], count: windowCount * stepCount)
    grow(to: isGrouped ? 0 : 1)
  }

  mutating func grow(to slotCount: Int) {
    guard slotCount > self.slotCount else { return }
    self.slotCount = slotCount
    let count = slotCount * windowCount * stepCount
    counts.append(contentsOf: repeatElement(0, count: count - counts.count))
    sums.append(contentsOf: repeatElement(MoneySum(), count: count - sums.count))
  }

  private func index(_ slot: Int, _ window: Int, _ step: Int) -> Int {
    (slot * windowCount + window) * stepCount + step - 1
  }

  /// The units that reached `step` (1-based).
  func count(slot: Int, window: Int, step: Int) -> Int { counts[index(slot, window, step)] }

  func sum(slot: Int, window: Int, step: Int) -> MoneySum { sums[index(slot, window, step)] }

  /// Adds `other`, whose slot *i* is this tally's slot `slots[i]`.
  mutating func add(_ other: FunnelTally, slots: [Int]) {
    grow(to: (slots.max() ?? -1) + 1)
    let stride = windowCount * stepCount
    for (from, to) in slots.enumerated() {
      for offset in 0..<stride {
        counts[to * stride + offset] += other.counts[from * stride + offset]
        sums[to * stride + offset] += other.sums[from * stride + offset]
      }
    }
    for list in durations.indices {
      durations[list].append(contentsOf: other.durations[list])
      durationSlots[list].append(
        contentsOf: other.durationSlots[list].lazy.map { slot in
          Int32(truncatingIfNeeded: slots[Int(slot)])
        }
      )
    }
  }

  /// Returns, slot by slot, the quantiles at `ps` of the times to `step` in microseconds.
  func quantiles(window: Int, step: Int, at ps: [Double]) -> [[Int64?]] {
    let list = window * stepCount + step - 1
    guard isGrouped else { return [durations[list].quantiles(at: ps)] }
    return durations[list].quantiles(at: ps, slots: durationSlots[list], slotCount: slotCount)
  }

  /// Makes room for what the tallies of all morsels hold.
  mutating func reserve(for others: [FunnelTally]) {
    for list in durations.indices {
      durations[list].reserve(others.reduce(0) { $0 + $1.durations[list].count })
      durationSlots[list].reserveCapacity(others.reduce(0) { $0 + $1.durationSlots[list].count })
    }
  }
}
