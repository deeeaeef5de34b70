import BQLColumnar

/// Finds the chains of units among their rare rows.
struct FunnelRareWalk {
  private let steps: [UInt8]
  private let stepCount: Int
  private let windowCount: Int
  private let startsAreFrequent: Bool

  init(_ scan: FunnelRareScan) {
    steps = scan.steps
    stepCount = scan.specification.stepCount
    windowCount = scan.specification.windows.count
    startsAreFrequent = scan.startsAreFrequent
  }

  /// Finds the chains of a block, but for those that are a unit's first frequent row alone.
  ///
  /// `slots` holds the slot of each start's group and is empty for a funnel without groups.
  func chains<Time: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ lists: RareRows,
    _ times: RareNumbers<Time>,
    _ slots: Span<Int32>,
    _ state: inout some SingleStepState
  ) -> FunnelRareChains {
    var found = FunnelRareChains(capacity: lists.units.count * windowCount, stepCount: stepCount)
    found.count = walk(
      lists.units.span,
      steps.span,
      lists.codes.span,
      lists.priors.span,
      times.starts.span,
      times.rows.span,
      times.priors.span,
      slots,
      &state,
      &found.chains,
      &found.entries
    )
    return found
  }

  /// Writes the chains and returns their number.
  private func walk<Time: FixedWidthInteger>(
    _ units: Span<RareRows.Unit>,
    _ steps: Span<UInt8>,
    _ codes: Span<UInt8>,
    _ priors: Span<Int32>,
    _ starts: Span<Time>,
    _ times: Span<Time>,
    _ priorTimes: Span<Time>,
    _ slots: Span<Int32>,
    _ state: inout some SingleStepState,
    _ chains: inout [FunnelRareChains.Chain],
    _ entries: inout [Int32]
  ) -> Int {
    var chains = chains.mutableSpan
    var entries = entries.mutableSpan
    let least = startsAreFrequent ? 1 : 0
    var count = 0
    var base = 0
    var first = 0
    for index in units.indices {
      let unit = units[index]
      let rows = first..<Int(unit.end)
      first = rows.upperBound
      let start = Int(unit.start)
      if startsAreFrequent, start < 0 { continue }
      state.reset()
      let startTime = startsAreFrequent ? Int64(starts[start]) : 0
      match(rows, startTime, steps, codes, times, priors, priorTimes, &state)
      for window in 0..<windowCount where state.reach(window) > least {
        let depth = state.reach(window)
        chains[count] = FunnelRareChains.Chain(
          base: Int32(truncatingIfNeeded: base),
          start: unit.start,
          slot: slots.isEmpty ? -1 : slots[start],
          end: Int32(truncatingIfNeeded: rows.upperBound),
          first: Int32(truncatingIfNeeded: rows.lowerBound),
          window: UInt16(truncatingIfNeeded: window),
          depth: UInt8(truncatingIfNeeded: depth)
        )
        count += 1
        var entry = state.lastRow(window)
        entries[base + depth - 1] = Int32(truncatingIfNeeded: entry)
        for step in stride(from: depth - 1, to: least, by: -1) {
          let time = times[entry]
          while entry + 1 < rows.upperBound, times[entry + 1] == time { entry += 1 }
          // The forward pass has met such a row.
          while Int(steps[Int(codes[entry])]) != step { entry -= 1 }
          entries[base + step - 1] = Int32(truncatingIfNeeded: entry)
        }
        if startsAreFrequent { entries[base] = Int32(truncatingIfNeeded: entry) }
        base += depth
      }
    }
    return count
  }

  /// Finds how far each window's chains go, and their last rows.
  @inline(__always)
  private func match<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    _ startTime: Int64,
    _ steps: Span<UInt8>,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ priors: Span<Int32>,
    _ priorTimes: Span<Time>,
    _ state: inout some SingleStepState
  ) {
    var entry = rows.lowerBound
    while entry < rows.upperBound {
      let step = Int(steps[Int(codes[entry])])
      if step == 0 {
        entry += 1
        continue
      }
      let time = times[entry]
      var next = entry + 1
      while next < rows.upperBound, times[next] == time { next += 1 }
      if startsAreFrequent, priors[entry] >= 0 {
        if state.depth == 0 { state.take(1, row: -1, time: startTime) }
        state.restart(at: Int64(priorTimes[entry]))
      }
      if next - entry == 1 {
        state.take(step, row: entry, time: Int64(time))
      } else {
        state.takeInstant(entry..<next, steps, codes, Int64(time), .allow)
      }
      if state.isComplete { return }
      entry = next
    }
  }
}
