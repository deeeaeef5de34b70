import BQLColumnar

/// What a funnel of ordered steps over rare rows adds.
extension FunnelAccumulator {
  /// Says of a block what its chains are counted with.
  struct RareBlock<Time, Amount>
  where
    Time: FixedWidthInteger & BitwiseCopyable & Sendable,
    Amount: FixedWidthInteger & BitwiseCopyable & Sendable
  {
    var times: RareNumbers<Time>
    var timeScale: Int64
    var amounts: RareNumbers<Amount>
    /// What each rare row is worth; empty where nobody asks.
    var worth: RareWorth
    /// The slot of the group of each unit's first frequent row; nil for a funnel without groups.
    var slots: [Int32]?
    /// For each window, the last time at which a chain is not late; empty where none is.
    var late: [Int64]
  }

  /// Adds the chains of a window, which stand at their last rows, and leaves them at their first.
  mutating func add<Time, Amount, Elapsed>(
    _ found: inout FunnelRareChains,
    of block: RareBlock<Time, Amount>,
    window: Int,
    as type: Elapsed.Type
  ) where Elapsed: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
    // Of one step, that of frequent rows, units count already.
    guard found.lowest <= specification.stepCount else { return }
    let cell = window * specification.stepCount - 1
    let firsts = specification.tellsTimes ? found.firstRows() : []
    for step in (found.lowest...specification.stepCount).reversed() {
      total.counts[cell + step] += found.count(at: step)
      if !block.worth.isEmpty { total.sums[cell + step] += found.worth(at: step, block.worth) }
      if let slots = block.slots {
        addGroups(found, at: step, window: window, slots.span, block.worth)
      }
      if step > 1 {
        let elapsed = found.elapsed(to: step, block.times, as: type)
        counters[window].tiedPairs += elapsed.span.zeroCount
        addTimes(elapsed[...], list: cell + step, block.timeScale)
        if specification.tellsTimes, step > 2 {
          let elapsed = found.elapsed(to: step, fromFirst: firsts, block.times, as: type)
          addFirstTimes(elapsed[...], list: cell + step, block.timeScale)
        }
      }
      if step > found.lowest { found.goBack(to: step - 1) }
    }
    if found.lowest > 1, !block.worth.isEmpty {
      total.sums[cell + 1] += found.startWorth(block.amounts)
      if let slots = block.slots {
        addStartWorth(found, window: window, slots.span, block.amounts)
      }
    }
    guard !block.late.isEmpty else { return }
    let late = found.lateCounts(after: block.late[window], block.times)
    counters[window].lateStarts += late.starts
    counters[window].immature += late.immature
  }

  /// Adds times to a step from the one before; groups have the same.
  private mutating func addTimes<Elapsed: FixedWidthInteger & UnsignedInteger>(
    _ elapsed: ArraySlice<Elapsed>,
    list: Int,
    _ scale: Int64
  ) {
    guard specification.keepsTimes else { return }
    if specification.keepsTotalTimes {
      total.durations[list].append(contentsOf: elapsed, scale: scale)
    }
    if specification.attribution != nil {
      groups.durations[list].append(contentsOf: elapsed, scale: scale)
    }
  }

  /// As ``addTimes(_:list:_:)``, from the first step.
  private mutating func addFirstTimes<Elapsed: FixedWidthInteger & UnsignedInteger>(
    _ elapsed: ArraySlice<Elapsed>,
    list: Int,
    _ scale: Int64
  ) {
    total.firstDurations[list].append(contentsOf: elapsed, scale: scale)
    if specification.attribution != nil {
      groups.firstDurations[list].append(contentsOf: elapsed, scale: scale)
    }
  }

  /// Counts the chains that reach a step in their units' groups, and of which group each of their
  /// times is.
  private mutating func addGroups(
    _ found: FunnelRareChains,
    at step: Int,
    window: Int,
    _ slots: Span<Int32>,
    _ worth: RareWorth
  ) {
    let cell = window * specification.stepCount + step - 1
    switch worth {
    case .int32(let worth): countGroups(found, at: step, cell: cell, slots, worth.span)
    case .int64(let worth): countGroups(found, at: step, cell: cell, slots, worth.span)
    }
    guard step > 1, specification.keepsTimes else { return }
    let starts = found.starts.span
    let own = [Int32](capacity: found.count(at: step)) { (output: inout OutputSpan<Int32>) in
      for depth in step...found.stepCount {
        for place in found.places(depth) { output.append(slots[Int(starts[place])]) }
      }
    }
    groups.durationSlots[cell] += own
    if specification.tellsTimes, step > 2 { groups.firstSlots[cell] += own }
  }

  private mutating func countGroups(
    _ found: FunnelRareChains,
    at step: Int,
    cell: Int,
    _ slots: Span<Int32>,
    _ worth: Span<some FixedWidthInteger>
  ) {
    let slotSize = specification.windows.count * specification.stepCount
    for depth in step...specification.stepCount {
      Self.countGroups(
        found.rows.span.extracting(found.places(depth)),
        found.starts.span.extracting(found.places(depth)),
        slots,
        worth,
        cell: cell,
        slotSize: slotSize,
        &groups.counts,
        &groups.sums
      )
    }
  }

  private static func countGroups(
    _ rows: Span<Int32>,
    _ starts: Span<Int32>,
    _ slots: Span<Int32>,
    _ worth: Span<some FixedWidthInteger>,
    cell: Int,
    slotSize: Int,
    _ counts: inout [Int],
    _ sums: inout [MoneySum]
  ) {
    var counts = counts.mutableSpan
    var sums = sums.mutableSpan
    for index in rows.indices {
      let cell = Int(slots[Int(starts[index])]) * slotSize + cell
      counts[cell] &+= 1
      if !worth.isEmpty { sums[cell] += MoneySum(hundredths: worth[Int(rows[index])]) }
    }
  }

  /// Adds by how much more chains are worth at a first step of frequent rows than the rows with
  /// which their units count already; see ``FunnelRareChains/startWorth(_:)``.
  private mutating func addStartWorth(
    _ found: FunnelRareChains,
    window: Int,
    _ slots: Span<Int32>,
    _ amounts: RareNumbers<some FixedWidthInteger>
  ) {
    let cell = window * specification.stepCount
    let slotSize = specification.windows.count * specification.stepCount
    let priors = amounts.priors.span
    let firsts = amounts.starts.span
    for depth in found.lowest...specification.stepCount {
      for place in found.places(depth) {
        let start = Int(found.starts[place])
        let cell = Int(slots[start]) * slotSize + cell
        groups.sums[cell] += MoneySum(hundredths: priors[Int(found.rows[place])])
        groups.sums[cell] -= MoneySum(hundredths: firsts[start])
      }
    }
  }
}

extension Span where Element: FixedWidthInteger {
  /// The number of elements that are 0.
  fileprivate var zeroCount: Int {
    var found: UInt32 = 0
    for index in indices { found &+= self[index] == 0 ? 1 : 0 }
    return Int(found)
  }
}
