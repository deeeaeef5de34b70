import BQLColumnar

/// What a funnel over rare rows adds.
extension FunnelAccumulator {
  /// Returns the slot of the group of each of `codes`, of which code *c* is group `map[c + 1]` and
  /// NULL (−1) `map[0]`.
  mutating func slots(of codes: [Int32], _ map: [Int32]) -> [Int32] {
    var slotOfCode = [Int32](repeating: -1, count: map.count)
    let slots = [Int32](capacity: codes.count) { (output: inout OutputSpan<Int32>) in
      for code in codes {
        // As in ``RowCodes``, a code past the end is what the last entry says.
        let entry = min(Int(code) + 1, map.count - 1)
        if slotOfCode[entry] < 0 {
          slotOfCode[entry] = Int32(truncatingIfNeeded: groupSlots.slot(of: map[entry]))
        }
        output.append(slotOfCode[entry])
      }
    }
    groups.grow(to: groupSlots.groups.count)
    return slots
  }

  /// Counts units at step 1 that start at `times` and are worth `worth` there together.
  mutating func addStarts(
    _ times: Span<some FixedWidthInteger>,
    _ worth: MoneySum,
    late: [Int64]
  ) {
    for window in specification.windows.indices {
      let cell = window * specification.stepCount
      total.counts[cell] += times.count
      total.sums[cell] += worth
      guard !late.isEmpty else { continue }
      let count = times.count(above: late[window])
      counters[window].lateStarts += count
      if specification.stepCount > 1 { counters[window].immature += count }
    }
  }

  /// Counts units at step 1 in their groups; `amounts`, what each is worth, is empty where the log
  /// has no VALUE.
  mutating func addStarts(
    _ slots: Span<Int32>,
    _ amounts: Span<some Money & FixedWidthInteger>
  ) {
    var counts = [Int](repeating: 0, count: groups.slotCount)
    var sums = [MoneySum](repeating: MoneySum(), count: groups.slotCount)
    Self.addStarts(slots, amounts, &counts, &sums)
    let stepCount = specification.stepCount
    for slot in counts.indices where counts[slot] > 0 {
      for window in specification.windows.indices {
        let cell = (slot * specification.windows.count + window) * stepCount
        groups.counts[cell] += counts[slot]
        groups.sums[cell] += sums[slot]
      }
    }
  }

  private static func addStarts(
    _ slots: Span<Int32>,
    _ amounts: Span<some Money & FixedWidthInteger>,
    _ counts: inout [Int],
    _ sums: inout [MoneySum]
  ) {
    var counts = counts.mutableSpan
    var sums = sums.mutableSpan
    guard !amounts.isEmpty else {
      for index in slots.indices { counts[Int(slots[index])] &+= 1 }
      return
    }
    for index in slots.indices {
      let slot = Int(slots[index])
      counts[slot] &+= 1
      sums[slot] += amounts[index].worth
    }
  }

  /// Counts the chains of a block and their times; `starts` holds the time of each unit's first
  /// frequent row where that counts already, else it is empty.
  mutating func count<Time: FixedWidthInteger>(
    _ found: FunnelRareChains,
    _ times: Span<Time>,
    starts: Span<Time>,
    late: [Int64],
    timeScale: Int64
  ) {
    let stepCount = specification.stepCount
    let deep = Self.count(
      found,
      times,
      starts: starts,
      late: late.span,
      specification,
      &total.counts,
      &groups.counts,
      &counters
    )
    guard stepCount > 1 else { return }
    for window in specification.windows.indices {
      for step in 2...stepCount {
        addElapsed(deep.span, times, window: window, step: step, isFromFirst: false, timeScale)
        guard specification.tellsTimes, step > 2 else { continue }
        addElapsed(deep.span, times, window: window, step: step, isFromFirst: true, timeScale)
      }
    }
  }

  /// Returns the chains of several steps.
  private static func count<Time: FixedWidthInteger>(
    _ found: FunnelRareChains,
    _ times: Span<Time>,
    starts: Span<Time>,
    late: Span<Int64>,
    _ specification: FunnelSpecification,
    _ totals: inout [Int],
    _ counts: inout [Int],
    _ counters: inout [FunnelCounters]
  ) -> [DeepChain] {
    let stepCount = specification.stepCount
    let blockSize = specification.windows.count * stepCount
    let chains = found.chains.span
    var totals = totals.mutableSpan
    var counts = counts.mutableSpan
    var counters = counters.mutableSpan
    var deep: [DeepChain] = []
    deep.reserveCapacity(found.count)
    for index in 0..<found.count {
      let chain = chains[index]
      let window = Int(chain.window)
      let depth = Int(chain.depth)
      for step in (starts.isEmpty ? 0 : 1)..<depth {
        totals[window * stepCount + step] &+= 1
        if chain.slot >= 0 {
          counts[Int(chain.slot) * blockSize + window * stepCount + step] &+= 1
        }
      }
      if !late.isEmpty {
        if !starts.isEmpty, Int64(starts[Int(chain.start)]) > late[window] {
          counters[window].lateStarts -= 1
          counters[window].immature -= 1
        }
        if Int64(times[Int(chain.base)]) > late[window] {
          counters[window].lateStarts += 1
          if depth < stepCount { counters[window].immature += 1 }
        }
      }
      guard depth > 1 else { continue }
      deep.append(
        DeepChain(
          base: chain.base,
          slot: chain.slot,
          window: chain.window,
          depth: chain.depth,
          isTotal: true
        )
      )
    }
    return deep
  }

  /// Adds the times to `step` from the step before, or from the first, chain by chain: a list of
  /// them is joined to what there is, at once.
  private mutating func addElapsed<Time: FixedWidthInteger>(
    _ chains: Span<DeepChain>,
    _ times: Span<Time>,
    window: Int,
    step: Int,
    isFromFirst: Bool,
    _ scale: Int64
  ) {
    let list = window * specification.stepCount + step - 1
    var tiedCount = 0
    let elapsed = [UInt64](capacity: chains.count) { (output: inout OutputSpan<UInt64>) in
      for index in chains.indices {
        let chain = chains[index]
        guard chain.depth >= step, chain.window == window else { continue }
        let base = Int(chain.base)
        let before = times[isFromFirst ? base : base + step - 2]
        let difference = Int64(times[base + step - 1]) &- Int64(before)
        tiedCount += difference == 0 ? 1 : 0
        output.append(UInt64(bitPattern: difference))
      }
    }
    if isFromFirst {
      total.firstDurations[list].append(contentsOf: elapsed, scale: scale)
    } else {
      total.durations[list].append(contentsOf: elapsed, scale: scale)
      counters[window].tiedPairs += tiedCount
    }
    guard specification.attribution != nil else { return }
    let slots = [Int32](capacity: chains.count) { (output: inout OutputSpan<Int32>) in
      for index in chains.indices where chains[index].depth >= step {
        if chains[index].window == window { output.append(chains[index].slot) }
      }
    }
    if isFromFirst {
      groups.firstDurations[list].append(contentsOf: elapsed, scale: scale)
      groups.firstSlots[list] += slots
    } else {
      groups.durations[list].append(contentsOf: elapsed, scale: scale)
      groups.durationSlots[list] += slots
    }
  }
}

extension Span where Element: FixedWidthInteger {
  /// The number of elements above `limit`.
  func count(above limit: Int64) -> Int {
    if limit >= Int64(Element.max) { return 0 }
    guard let limit = Element(exactly: limit) else { return count }
    var found = 0
    for index in indices { found &+= self[index] > limit ? 1 : 0 }
    return found
  }
}
