/// Counts chains by slot (a group, or the total), window and step.
struct FunnelTally: Sendable {
  let windowCount: Int
  let stepCount: Int
  private(set) var slotCount: Int
  private let isGrouped: Bool
  // Index (slot * windowCount + window) * stepCount + step - 1.
  private var counts: [Int] = []
  private var sums: [FunnelValueSum] = []
  // Durations from the step before, index window * stepCount + step - 1, and, where there are
  // groups, the slot of each.
  private var durations: [DurationList]
  private var durationSlots: [[Int32]]

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
    sums.append(contentsOf: repeatElement(FunnelValueSum(), count: count - sums.count))
  }

  private func index(_ slot: Int, _ window: Int, _ step: Int) -> Int {
    (slot * windowCount + window) * stepCount + step - 1
  }

  /// The units that reached `step` (1-based).
  func count(slot: Int, window: Int, step: Int) -> Int { counts[index(slot, window, step)] }

  func sum(slot: Int, window: Int, step: Int) -> FunnelValueSum { sums[index(slot, window, step)] }

  /// Counts a chain of `depth` steps.
  @inline(__always)
  mutating func count(slot: Int, window: Int, depth: Int) {
    let first = index(slot, window, 1)
    for offset in 0..<depth { counts[first + offset] &+= 1 }
  }

  /// Adds what a chain's row at `step` is worth.
  @inline(__always)
  mutating func add(_ worth: FunnelValueSum, slot: Int, window: Int, step: Int) {
    sums[index(slot, window, step)] += worth
  }

  /// Adds the time, in stored units of `scale` microseconds, to `step` from the one before.
  @inline(__always)
  mutating func add(_ elapsed: UInt64, scale: Int64, slot: Int, window: Int, step: Int) {
    let list = window * stepCount + step - 1
    durations[list].append(elapsed, scale: scale)
    if isGrouped { durationSlots[list].append(Int32(truncatingIfNeeded: slot)) }
  }

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

  /// Returns the durations of `window` and `step` in microseconds, slot after slot, and where
  /// each slot's start, with the end.
  func durations(window: Int, step: Int) -> (microseconds: [Int64], offsets: [Int]) {
    let list = window * stepCount + step - 1
    let microseconds = durations[list].microseconds
    var offsets = [Int](repeating: 0, count: slotCount + 1)
    guard isGrouped else { return (microseconds, [0, microseconds.count]) }
    for slot in durationSlots[list] { offsets[Int(slot) + 1] += 1 }
    for slot in 0..<slotCount { offsets[slot + 1] += offsets[slot] }
    var next = offsets
    var sorted = [Int64](repeating: 0, count: microseconds.count)
    for (position, slot) in durationSlots[list].enumerated() {
      sorted[next[Int(slot)]] = microseconds[position]
      next[Int(slot)] += 1
    }
    return (sorted, offsets)
  }
}
