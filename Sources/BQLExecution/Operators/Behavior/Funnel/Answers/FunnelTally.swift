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
  // As the two above, from the first step; empty unless a funnel tells its times.
  var firstDurations: [DurationList]
  var firstSlots: [[Int32]]
  // As `sums`, of the chains that end at the step; zeros unless a funnel tells its losses.
  var endings: [MoneySum] = []

  /// Makes a tally of growing slots, or, ungrouped, of one.
  init(windowCount: Int, stepCount: Int, isGrouped: Bool) {
    self.windowCount = windowCount
    self.stepCount = stepCount
    self.isGrouped = isGrouped
    slotCount = 0
    durations = [DurationList](repeating: DurationList(), count: windowCount * stepCount)
    durationSlots = [[Int32]](repeating: [], count: windowCount * stepCount)
    firstDurations = durations
    firstSlots = durationSlots
    grow(to: isGrouped ? 0 : 1)
  }

  mutating func grow(to slotCount: Int) {
    guard slotCount > self.slotCount else { return }
    self.slotCount = slotCount
    let count = slotCount * windowCount * stepCount
    counts.append(contentsOf: repeatElement(0, count: count - counts.count))
    sums.append(contentsOf: repeatElement(MoneySum(), count: count - sums.count))
    endings.append(contentsOf: repeatElement(MoneySum(), count: count - endings.count))
  }

  private func index(_ slot: Int, _ window: Int, _ step: Int) -> Int {
    (slot * windowCount + window) * stepCount + step - 1
  }

  /// The units that reached `step` (1-based).
  func count(slot: Int, window: Int, step: Int) -> Int { counts[index(slot, window, step)] }

  func sum(slot: Int, window: Int, step: Int) -> MoneySum { sums[index(slot, window, step)] }

  /// What the chains that end at `step` are worth there.
  func ending(slot: Int, window: Int, step: Int) -> MoneySum {
    endings[index(slot, window, step)]
  }

  /// Adds `other`, whose slot *i* is this tally's slot `slots[i]`.
  mutating func add(_ other: FunnelTally, slots: [Int]) {
    grow(to: (slots.max() ?? -1) + 1)
    let stride = windowCount * stepCount
    for (from, to) in slots.enumerated() {
      for offset in 0..<stride {
        counts[to * stride + offset] += other.counts[from * stride + offset]
        sums[to * stride + offset] += other.sums[from * stride + offset]
        endings[to * stride + offset] += other.endings[from * stride + offset]
      }
    }
    for list in durations.indices {
      durations[list].append(contentsOf: other.durations[list])
      durationSlots[list].append(contentsOf: Self.mapped(other.durationSlots[list], slots))
      firstDurations[list].append(contentsOf: other.firstDurations[list])
      firstSlots[list].append(contentsOf: Self.mapped(other.firstSlots[list], slots))
    }
  }

  private static func mapped(
    _ own: [Int32],
    _ slots: [Int]
  ) -> LazyMapSequence<[Int32], Int32> {
    own.lazy.map { Int32(truncatingIfNeeded: slots[Int($0)]) }
  }

  /// Returns, slot by slot, the quantiles at `ps` of the times to `step` in microseconds.
  func quantiles(window: Int, step: Int, at ps: [Double]) -> [[Int64?]] {
    let list = window * stepCount + step - 1
    guard isGrouped else { return [durations[list].quantiles(at: ps)] }
    return durations[list].quantiles(at: ps, slots: durationSlots[list], slotCount: slotCount)
  }

  /// Returns, slot by slot, all that is told of the times to `step`; `isFromFirst` measures from the
  /// first step.
  func times(window: Int, step: Int, isFromFirst: Bool) -> [FunnelTimes] {
    let list = window * stepCount + step - 1
    let own = isFromFirst ? firstDurations[list] : durations[list]
    let slots = isFromFirst ? firstSlots[list] : durationSlots[list]
    let asked = FunnelTimes.probabilities
    guard isGrouped else {
      return [
        FunnelTimes(
          count: own.count,
          quantiles: own.quantiles(at: asked),
          mean: own.means(slots: nil, slotCount: 1)[0]
        )
      ]
    }
    var counts = [Int](repeating: 0, count: slotCount)
    for slot in slots { counts[Int(slot)] += 1 }
    let quantiles = own.quantiles(at: asked, slots: slots, slotCount: slotCount)
    let means = own.means(slots: slots, slotCount: slotCount)
    return counts.indices.map {
      FunnelTimes(count: counts[$0], quantiles: quantiles[$0], mean: means[$0])
    }
  }

  /// Makes room for the slots that the tallies of all morsels hold.
  mutating func reserve(for others: [FunnelTally]) {
    for list in durationSlots.indices {
      durationSlots[list].reserveCapacity(others.reduce(0) { $0 + $1.durationSlots[list].count })
    }
  }
}
