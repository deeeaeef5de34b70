import BQLColumnar

/// Gathers what a funnel tells of the chains of some morsels.
///
/// `update` by a ``FunnelKernel``, `combine` in morsel order, `finish` once. Combining is
/// associative, and an accumulator without chains is its neutral element.
package struct FunnelAccumulator: Sendable {
  let specification: FunnelSpecification
  var total: FunnelTally
  var groups: FunnelTally
  var groupSlots = GroupSlots()
  var counters: [FunnelCounters]
  var leftOut = FunnelLeftOut()

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
  @inline(__always)
  mutating func slot(of group: Int32) -> Int {
    let slot = groupSlots.slot(of: group)
    if slot == groups.slotCount { groups.grow(to: slot + 1) }
    return slot
  }

  /// Forgets what only further morsels need: a closed accumulator may still be combined into others.
  package mutating func close() { groupSlots.close() }

  /// Returns what `parts`, in the order of their morsels, have gathered.
  ///
  /// Where groups are numbered within a morsel, `tables` tells what the numbers stand for; `keys`
  /// takes the keys of all.
  static func combined(
    _ parts: [FunnelAccumulator],
    _ specification: FunnelSpecification,
    _ tables: [GroupTable] = [],
    keys: inout GroupTable
  ) -> FunnelAccumulator {
    var all = FunnelAccumulator(specification)
    all.total.reserve(for: parts.map(\.total))
    all.groups.reserve(for: parts.map(\.groups))
    for (index, part) in parts.enumerated() {
      if tables.isEmpty {
        all.combine(part)
      } else {
        let codes = keys.groups(for: tables[index].keyColumns(), count: tables[index].count)
        all.combine(part) { codes[Int($0)] }
      }
    }
    return all
  }

  /// Adds the chains of `other`, whose morsels follow this accumulator's in store order.
  package mutating func combine(_ other: FunnelAccumulator) {
    combine(other) { $0 }
  }

  private mutating func combine(_ other: FunnelAccumulator, code: (Int32) -> Int32) {
    total.add(other.total, slots: [0])
    groups.add(other.groups, slots: other.groupSlots.groups.map { slot(of: code($0)) })
    for window in counters.indices { counters[window].add(other.counters[window]) }
    leftOut.add(other.leftOut)
  }

  /// Returns the `count` largest groups by units at step 1, the result of a
  /// ``FunnelSpecification/rankingPass``; of equals, the first in store order.
  package func ranking(top count: Int) -> FunnelGroupRanking {
    let slots = slotsBySize()
    return FunnelGroupRanking(
      named: slots.prefix(max(count, 0)).map { groupSlots.groups[$0] },
      rest: slots.dropFirst(max(count, 0)).map { groupSlots.groups[$0] }
    )
  }

  /// Returns the slots by units at step 1 in the longest window, largest first, of equals the
  /// one that appears first in store order.
  private func slotsBySize() -> [Int] {
    let window = specification.longestWindow
    let sizes = groupSlots.groups.indices.map { groups.count(slot: $0, window: window, step: 1) }
    return groupSlots.groups.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
  }

  /// Returns the accumulator with its groups' codes changed by `code`; groups that then share one
  /// are one.
  func regrouped(_ code: (Int32) -> Int32) -> FunnelAccumulator {
    var all = FunnelAccumulator(specification)
    all.combine(self, code: code)
    return all
  }

  /// Returns each group's code with its units at step 1 in the longest window, the largest first.
  var sizes: [(group: Int32, count: Int)] {
    slotsBySize().map { slot in
      let window = specification.longestWindow
      return (groupSlots.groups[slot], groups.count(slot: slot, window: window, step: 1))
    }
  }

  /// Returns the funnel's result.
  ///
  /// `ranking` is what the ranking pass returned, where the specification asks for one; the
  /// groups of the input are then those of its map.
  package func finish(ranking: FunnelGroupRanking? = nil, threads: Int = 1) -> FunnelResult {
    var result = FunnelResult(
      total: FunnelGroupResult(group: .total, windows: blocks(of: total, threads: threads)[0]),
      counters: counters,
      leftOut: leftOut
    )
    guard specification.attribution != nil else {
      result.groups = [result.total]
      return result
    }
    let slots = slotsBySize()
    if let ranking {
      // The rest is one group of the input already.
      let blocks = blocks(of: groups, threads: threads)
      let order = slots.filter { groupSlots.groups[$0] != ranking.otherCode }
      result.groups = order.map { slot in
        FunnelGroupResult(
          group: .value(ranking.named[Int(groupSlots.groups[slot])]),
          windows: blocks[slot]
        )
      }
      if let other = groupSlots.groups.firstIndex(of: ranking.otherCode) {
        result.groups.append(FunnelGroupResult(group: .other, windows: blocks[other]))
      }
    } else if specification.top ?? slots.count >= slots.count {
      let blocks = blocks(of: groups, threads: threads)
      result.groups = slots.map { slot in
        FunnelGroupResult(group: .value(groupSlots.groups[slot]), windows: blocks[slot])
      }
    } else {
      // Each unit counts in one group a window, so adding groups counts units.
      let namedCount = specification.top ?? slots.count
      var merged = FunnelTally(
        windowCount: specification.windows.count,
        stepCount: specification.stepCount,
        isGrouped: true
      )
      var target = [Int](repeating: namedCount, count: slots.count)
      for (position, slot) in slots.prefix(namedCount).enumerated() { target[slot] = position }
      merged.add(groups, slots: target)
      for (position, windows) in blocks(of: merged, threads: threads).enumerated() {
        let group: FunnelGroup =
          position < namedCount ? .value(groupSlots.groups[slots[position]]) : .other
        result.groups.append(FunnelGroupResult(group: group, windows: windows))
      }
    }
    if specification.withTotal { result.groups.append(result.total) }
    return result
  }

  /// Returns the steps of each slot and window.
  private func blocks(of tally: FunnelTally, threads: Int) -> [[[FunnelStepResult]]] {
    let steps = (0..<tally.windowCount).flatMap { window in
      (1...tally.stepCount).map { (window: window, step: $0) }
    }
    let quantiles = ParallelWork.map(count: steps.count, threads: threads) { index in
      tally.quantiles(window: steps[index].window, step: steps[index].step, at: [0.5, 0.9])
    }
    let isAnyOrder = specification.mode == .any
    let times = ParallelWork.map(
      count: specification.tellsTimes ? steps.count * 2 : 0,
      threads: threads
    ) { index -> [FunnelTimes] in
      let (place, isFromFirst) = (steps[index / 2], index % 2 == 1)
      let isMeasured = place.step >= (isFromFirst ? 3 : 2) && !(isFromFirst && isAnyOrder)
      guard isMeasured else { return [] }
      return tally.times(window: place.window, step: place.step, isFromFirst: isFromFirst)
    }
    var blocks = [[[FunnelStepResult]]](
      repeating: [[FunnelStepResult]](repeating: [], count: tally.windowCount),
      count: tally.slotCount
    )
    for (index, place) in steps.enumerated() {
      for slot in 0..<tally.slotCount {
        var result = FunnelStepResult(
          units: tally.count(slot: slot, window: place.window, step: place.step),
          medianTime: quantiles[index][slot][0],
          p90Time: quantiles[index][slot][1],
          value: tally.sum(slot: slot, window: place.window, step: place.step).money
        )
        if specification.tellsTimes {
          result.times = times[index * 2].isEmpty ? nil : times[index * 2][slot]
          result.timesFromFirst = times[index * 2 + 1].isEmpty ? nil : times[index * 2 + 1][slot]
        }
        if specification.tellsLosses {
          result.endingValue =
            tally.ending(slot: slot, window: place.window, step: place.step).money
        }
        blocks[slot][place.window].append(result)
      }
    }
    return blocks
  }
}
