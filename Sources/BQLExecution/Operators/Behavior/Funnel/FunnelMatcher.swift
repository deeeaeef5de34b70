/// Finds the canonical chain of one unit at a time, for every window in one forward pass.
///
/// **Chains.** A chain of length *k* is one row for each step 1…*k*, distinct rows, in order of
/// time. With ties allowed, rows of one instant may follow each other in either order; with ties
/// denied each is strictly later than the one before. It lies in a window when its last row is at
/// most the window after its first.
///
/// **The canonical chain** of a unit and window is, among the chains in the window that reach the
/// deepest step *k* that any reaches, the first by this total order:
/// 1. the smallest (time, source row) of the last row;
/// 2. the largest times of steps *k* − 1, *k* − 2, … 1, compared in that order;
/// 3. the largest source rows of steps *k* − 1, *k* − 2, … 1, compared in that order.
///
/// **Why one state a step is enough.** Take two chains of length *s* and, at each step, the later
/// of their two times: that is the time vector of a chain again. (Within an instant the steps it
/// takes from both are those of one of them, or fewer, so distinct rows remain distinct.) So
/// among the chains of length *s* seen so far one is latest at every step at once. Its start is
/// the latest, so if it does not lie in a window, no chain to its end does; and what it beats can
/// never be needed again. The state holds that chain for each *s* ("newest overwrites older"),
/// of equal times the one with the largest source rows, and serves all windows. A window's chain
/// is copied out when the window first reaches a deeper step.
///
/// O(*rows* × steps matched) time a unit; O(steps² + windows × steps) memory.
struct FunnelMatcher {
  let stepCount: Int
  let ties: FunnelTieRule
  /// In stored time units; `UInt64.max` is no limit, nil holds no chain at all.
  let windows: [UInt64?]

  // The latest chain of each length s: its start, and its rows at chains[s * stepCount + step - 1].
  // Rows are positions in the unit rows that are matched.
  private var depth = 0
  private var starts = InlineArray<33, Int64>(repeating: 0)
  private var chains = InlineArray<1_056, Int32>(repeating: 0)

  /// The deepest step of each window, 0 where no chain lies in it.
  private(set) var reach: [Int]
  private var reached: [Int32]
  private var openWindowCount = 0

  // The first and last row of each step within one instant.
  private var firstOfStep = InlineArray<32, Int32>(repeating: 0)
  private var lastOfStep = InlineArray<32, Int32>(repeating: 0)
  private var assignment: InstantAssignment

  init(_ specification: FunnelSpecification, timeScale: Int64) {
    stepCount = specification.stepCount
    ties = specification.ties
    // Stored times are whole units, so a window of 1.5 units holds what one of 1 unit holds.
    windows = specification.windows.map { window in
      guard let window else { return UInt64.max }
      return window < 0 ? nil : UInt64(window / max(timeScale, 1))
    }
    reach = [Int](repeating: 0, count: windows.count)
    reached = [Int32](repeating: 0, count: windows.count * stepCount)
    assignment = InstantAssignment(stepCount: stepCount)
  }

  /// Returns the row, as a position in the matched unit rows, at `step` (1-based) of the chain
  /// of `window`.
  @inline(__always)
  func row(window: Int, step: Int) -> Int { Int(reached[window * stepCount + step - 1]) }

  /// Matches the unit that owns `range` of `rows`.
  ///
  /// Only step-1 rows of `startGroup` may start a chain, or, where it is nil, any.
  mutating func match(_ rows: borrowing FunnelUnitRows, _ range: Range<Int>, startGroup: Int32?) {
    depth = 0
    openWindowCount = 0
    for window in windows.indices {
      reach[window] = 0
      if windows[window] != nil { openWindowCount += 1 }
    }
    var index = range.lowerBound
    while index < range.upperBound, openWindowCount > 0 {
      let time = rows[index].time
      var end = index + 1
      while end < range.upperBound, rows[end].time == time { end += 1 }
      if end == index + 1 {
        takeRow(index, time, Self.mask(rows, index, startGroup))
      } else {
        takeInstant(rows, index..<end, time, startGroup)
      }
      index = end
    }
  }

  @inline(__always)
  private static func mask(
    _ rows: borrowing FunnelUnitRows,
    _ index: Int,
    _ startGroup: Int32?
  ) -> UInt32 {
    let mask = rows[index].mask
    guard let startGroup, rows[index].group != startGroup else { return mask }
    return mask & ~1
  }

  /// Takes the only row of its instant: its steps from last to first, so that it advances a chain
  /// by one step at most.
  private mutating func takeRow(_ index: Int, _ time: Int64, _ mask: UInt32) {
    var mask = mask
    while mask != 0 {
      let step = 32 - mask.leadingZeroBitCount
      mask &= ~(1 << UInt32(step - 1))
      guard step - 1 <= depth else { continue }
      let row = Int32(truncatingIfNeeded: index)
      reachStep(step, with: row, at: time)
      setStep(step, with: row, at: time)
    }
  }

  private mutating func takeInstant(
    _ rows: borrowing FunnelUnitRows,
    _ range: Range<Int>,
    _ time: Int64,
    _ startGroup: Int32?
  ) {
    var seen: UInt32 = 0
    var matchesSeveral = false
    for index in range {
      var mask = Self.mask(rows, index, startGroup)
      matchesSeveral = matchesSeveral || mask & (mask &- 1) != 0
      while mask != 0 {
        let step = mask.trailingZeroBitCount
        mask &= mask - 1
        lastOfStep[step] = Int32(truncatingIfNeeded: index)
        guard seen & (1 << UInt32(step)) == 0 else { continue }
        seen |= 1 << UInt32(step)
        firstOfStep[step] = Int32(truncatingIfNeeded: index)
      }
    }
    switch ties {
    case .deny:
      // Last to first: each step continues a chain from before this instant.
      takeSteps(seen, at: time, ascending: false)
    case .allow where !matchesSeveral:
      // First to last: each step continues a chain that may end in this instant. Rows are
      // distinct because each matches one step.
      takeSteps(seen, at: time, ascending: true)
    case .allow:
      assignment.collect(range) { Self.mask(rows, $0, startGroup) }
      takeAssigned(seen, at: time)
    }
  }

  private mutating func takeSteps(_ steps: UInt32, at time: Int64, ascending: Bool) {
    var steps = steps
    while steps != 0 {
      let step = ascending ? steps.trailingZeroBitCount + 1 : 32 - steps.leadingZeroBitCount
      steps &= ~(1 << UInt32(step - 1))
      guard step - 1 <= depth else { continue }
      reachStep(step, with: firstOfStep[step - 1], at: time)
      setStep(step, with: lastOfStep[step - 1], at: time)
    }
  }

  /// Takes an instant where a row matches several steps, so that rows must be shared out.
  ///
  /// Steps go from last to first: all continue chains from before the instant, which the states
  /// of the lower steps still are.
  private mutating func takeAssigned(_ seen: UInt32, at time: Int64) {
    let depthBefore = depth
    var seen = seen
    while seen != 0 {
      let step = 32 - seen.leadingZeroBitCount
      seen &= ~(1 << UInt32(step - 1))
      for row in assignment.firstRows(of: step) {
        guard (0..<windows.count).contains(where: { isOpen($0, to: step) }) else { break }
        guard
          let entry = assignment.solve(top: step - 1, excluding: row, depthBefore: depthBefore)
        else { continue }
        let start = entry == 1 ? time : starts[entry - 1]
        for window in windows.indices
        where isOpen(window, to: step) && lies(in: window, start, time) {
          copyChain(entry - 1, toWindow: window)
          for between in entry..<max(entry, step) {
            reached[window * stepCount + between - 1] = assignment.row(of: between)
          }
          close(window, at: step, with: row)
        }
      }
      guard let entry = assignment.solve(top: step, excluding: nil, depthBefore: depthBefore)
      else { continue }
      starts[step] = entry == 1 ? time : starts[entry - 1]
      for before in 0..<(entry - 1) {
        chains[step * stepCount + before] = chains[(entry - 1) * stepCount + before]
      }
      for own in entry...step { chains[step * stepCount + own - 1] = assignment.row(of: own) }
      depth = max(depth, step)
    }
  }

  /// Ends the chain of each window that first reaches `step` when `row` continues the latest
  /// chain of `step` − 1 rows.
  @inline(__always)
  private mutating func reachStep(_ step: Int, with row: Int32, at time: Int64) {
    let start = step == 1 ? time : starts[step - 1]
    for window in 0..<windows.count
    where isOpen(window, to: step) && lies(in: window, start, time) {
      copyChain(step - 1, toWindow: window)
      close(window, at: step, with: row)
    }
  }

  /// Makes `row` the last of the latest chain of `step` rows.
  @inline(__always)
  private mutating func setStep(_ step: Int, with row: Int32, at time: Int64) {
    starts[step] = step == 1 ? time : starts[step - 1]
    let base = step * stepCount
    for before in 0..<(step - 1) { chains[base + before] = chains[base - stepCount + before] }
    chains[base + step - 1] = row
    if step > depth { depth = step }
  }

  @inline(__always)
  private func isOpen(_ window: Int, to step: Int) -> Bool { reach[window] < step }

  @inline(__always)
  private func lies(in window: Int, _ start: Int64, _ end: Int64) -> Bool {
    guard let limit = windows[window] else { return false }
    // start <= end, so the difference is exact in 64 bits without a sign.
    return UInt64(bitPattern: end &- start) <= limit
  }

  @inline(__always)
  private mutating func copyChain(_ length: Int, toWindow window: Int) {
    for step in 0..<length {
      reached[window * stepCount + step] = chains[length * stepCount + step]
    }
  }

  @inline(__always)
  private mutating func close(_ window: Int, at step: Int, with row: Int32) {
    reached[window * stepCount + step - 1] = row
    reach[window] = step
    if step == stepCount { openWindowCount -= 1 }
  }
}
