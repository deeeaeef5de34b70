/// Gathers what a funnel tells of the chains of some morsels.
///
/// `update` by a ``FunnelKernel``, `combine` in morsel order, `finish` once. Combining is
/// associative, and an accumulator without chains is its neutral element.
package struct FunnelAccumulator: Sendable {
  let specification: FunnelSpecification
  var total: FunnelTally
  var groups: FunnelTally
  /// The group of each slot, in the order of first appearance, and back.
  private var groupOfSlot: [Int32] = []
  private var slotOfGroup: [Int32: Int] = [:]
  var counters: [FunnelCounters]
  var leftOutRowCount = 0

  /// Makes an accumulator that has met no chain.
  package init(_ specification: FunnelSpecification) {
    self.specification = specification
    let windowCount = specification.windows.count
    let stepCount = specification.stepCount
    total = FunnelTally(windowCount: windowCount, stepCount: stepCount, isGrouped: false)
    groups = FunnelTally(windowCount: windowCount, stepCount: stepCount, isGrouped: true)
    counters = [FunnelCounters](repeating: FunnelCounters(), count: windowCount)
  }

  /// Returns the slot of a group, a new one where it was not met before.
  mutating func slot(of group: Int32) -> Int {
    if let slot = slotOfGroup[group] { return slot }
    let slot = groupOfSlot.count
    slotOfGroup[group] = slot
    groupOfSlot.append(group)
    groups.grow(to: slot + 1)
    return slot
  }

  /// Adds the chains of `other`, whose morsels follow this accumulator's in store order.
  package mutating func combine(_ other: FunnelAccumulator) {
    total.add(other.total, slots: [0])
    groups.add(other.groups, slots: other.groupOfSlot.map { slot(of: $0) })
    for window in counters.indices { counters[window].add(other.counters[window]) }
    leftOutRowCount += other.leftOutRowCount
  }

  /// Returns the `count` largest groups by units at step 1, the result of a
  /// ``FunnelSpecification/rankingPass``; of equals, the first in store order.
  package func ranking(top count: Int) -> FunnelGroupRanking {
    let slots = slotsBySize()
    return FunnelGroupRanking(
      named: slots.prefix(max(count, 0)).map { groupOfSlot[$0] },
      rest: slots.dropFirst(max(count, 0)).map { groupOfSlot[$0] }
    )
  }

  /// Returns the slots by units at step 1 in the longest window, largest first, of equals the
  /// one that appears first in store order.
  private func slotsBySize() -> [Int] {
    let window = specification.longestWindow
    let sizes = groupOfSlot.indices.map { groups.count(slot: $0, window: window, step: 1) }
    return groupOfSlot.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
  }

  /// Returns the funnel's result.
  ///
  /// `ranking` is what the ranking pass returned, where the specification asks for one; the
  /// groups of the input are then those of its map.
  package func finish(ranking: FunnelGroupRanking? = nil) -> FunnelResult {
    var result = FunnelResult(
      total: FunnelGroupResult(group: .total, windows: blocks(of: total)[0]),
      counters: counters,
      leftOutRowCount: leftOutRowCount
    )
    guard specification.attribution != nil else {
      result.groups = [result.total]
      return result
    }
    let slots = slotsBySize()
    if let ranking {
      // The rest is one group of the input already.
      let blocks = blocks(of: groups)
      let order = slots.filter { groupOfSlot[$0] != ranking.otherCode }
      result.groups = order.map { slot in
        FunnelGroupResult(
          group: .value(ranking.named[Int(groupOfSlot[slot])]),
          windows: blocks[slot]
        )
      }
      if let other = slotOfGroup[ranking.otherCode] {
        result.groups.append(FunnelGroupResult(group: .other, windows: blocks[other]))
      }
    } else {
      // Each unit counts in one group a window, so adding groups counts units.
      let namedCount = min(specification.top ?? slots.count, slots.count)
      var merged = FunnelTally(
        windowCount: specification.windows.count,
        stepCount: specification.stepCount,
        isGrouped: true
      )
      var target = [Int](repeating: namedCount, count: slots.count)
      for (position, slot) in slots.prefix(namedCount).enumerated() { target[slot] = position }
      merged.add(groups, slots: target)
      for (position, windows) in blocks(of: merged).enumerated() {
        let group: FunnelGroup =
          position < namedCount ? .value(groupOfSlot[slots[position]]) : .other
        result.groups.append(FunnelGroupResult(group: group, windows: windows))
      }
    }
    if specification.withTotal { result.groups.append(result.total) }
    return result
  }

  /// Returns the steps of each slot and window.
  private func blocks(of tally: FunnelTally) -> [[[FunnelStepResult]]] {
    var blocks = [[[FunnelStepResult]]](
      repeating: [[FunnelStepResult]](
        repeating: [FunnelStepResult](
          repeating: FunnelStepResult(units: 0),
          count: tally.stepCount
        ),
        count: tally.windowCount
      ),
      count: tally.slotCount
    )
    for window in 0..<tally.windowCount {
      for step in 1...tally.stepCount {
        let (durations, offsets) = tally.durations(window: window, step: step)
        for slot in 0..<tally.slotCount {
          let range = offsets[slot]..<offsets[slot + 1]
          blocks[slot][window][step - 1] = FunnelStepResult(
            units: tally.count(slot: slot, window: window, step: step),
            medianTime: Quantile.linear(durations, in: range, at: 0.5),
            p90Time: Quantile.linear(durations, in: range, at: 0.9),
            value: tally.sum(slot: slot, window: window, step: step).money
          )
        }
      }
    }
    return blocks
  }
}
