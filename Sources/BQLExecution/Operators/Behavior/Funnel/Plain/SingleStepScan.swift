import BQLColumnar
import BQLStorage

/// Finds the chains of the everyday funnel, in which a row matches one step at most.
///
/// Most rows of a log are of step 1 (views), and of a run of them only the last one can matter to
/// a later step. So the scan looks for the **loud** rows, those of any other byte than step 1's,
/// eight at a time; units without one reach step 1. For a unit with loud rows it keeps one number
/// a step, the start of the latest chain (see ``FunnelMatcher``), and finds the rows of the
/// canonical chain afterwards, walking back from its last row: the latest row of each step
/// before. Each row matches one step, so rows of an instant are never shared out.
struct SingleStepScan {
  private let quiet: UInt8
  private let ties: FunnelTieRule
  private let attribution: FunnelAttributionRule?
  let limits: SingleStepLimits

  init(_ specification: FunnelSpecification, _ bytes: FunnelStepBytes, timeScale: Int64) {
    quiet = bytes.quiet
    ties = specification.ties
    attribution = specification.attribution
    limits = SingleStepLimits(specification, timeScale: timeScale)
  }

  /// Adds the chains of the unit that owns `rows` of the morsel to `block`; `steps` is the step of
  /// each byte.
  @inline(__always)
  func scan<Time: FixedWidthInteger>(
    _ header: FunnelChainBlock.Header,
    _ rows: Range<Int>,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>,
    _ state: inout some SingleStepState,
    into block: inout FunnelChainBlock
  ) {
    let loud = bytes.firstOther(than: quiet, in: rows)
    if loud == rows.upperBound {
      guard !rows.isEmpty else { return }
      appendEntry(header, row: rows.lowerBound, into: &block)
    } else {
      scanLoud(header, rows, firstLoud: loud, steps, bytes, times, &state, into: &block)
    }
  }

  /// Adds a unit whose rows are of step 1 alone.
  @inline(__always)
  private func appendEntry(
    _ header: FunnelChainBlock.Header,
    row: Int,
    into block: inout FunnelChainBlock
  ) {
    var header = header
    header.depth = 1
    header.groupRow = groupRow(depth: 1, firstStart: row) { _ in row }
    for window in 0..<limits.windowCount {
      header.window = UInt16(truncatingIfNeeded: window)
      block.append(header, row: row)
    }
  }

  @inline(__always)
  private func groupRow(depth: Int, firstStart: Int, _ rowOfStep: (Int) -> Int) -> Int32 {
    let row: Int
    switch attribution {
    case nil, .each, .held: row = -1
    case .first: row = firstStart
    case .last: row = rowOfStep(depth)
    case .step(let step): row = step >= 1 && step <= depth ? rowOfStep(step) : -1
    }
    return Int32(truncatingIfNeeded: row)
  }

  private func scanLoud<Time: FixedWidthInteger>(
    _ header: FunnelChainBlock.Header,
    _ rows: Range<Int>,
    firstLoud: Int,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>,
    _ state: inout some SingleStepState,
    into block: inout FunnelChainBlock
  ) {
    state.reset()
    match(rows, firstLoud: firstLoud, steps, bytes, times, &state)
    takeChains(header, rows, steps, bytes, times, &state, into: &block)
  }

  /// Finds how far each window's chains go, and their last rows.
  @inline(__always)
  private func match<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    firstLoud: Int,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>,
    _ state: inout some SingleStepState
  ) {
    // Rows before `taken` are done with.
    var taken = rows.lowerBound
    var loud = firstLoud
    while loud < rows.upperBound {
      let step = Int(steps[Int(bytes[loud])])
      if step == 0, ties == .allow {
        // A row of no step parts an instant at most into rows that may follow each other anyway.
        if taken < loud { Self.takeQuiet(taken, loud - 1, times, &state) }
        taken = loud + 1
        loud = bytes.firstOther(than: quiet, in: taken..<rows.upperBound)
        continue
      }
      let time = times[loud]
      var first = loud
      while first > taken, times[first - 1] == time { first -= 1 }
      var end = loud + 1
      while end < rows.upperBound, times[end] == time { end += 1 }
      if taken < first { Self.takeQuiet(taken, first - 1, times, &state) }
      if end - first == 1 {
        if step > 0 { state.take(step, row: loud, time: Int64(time)) }
      } else {
        state.takeInstant(first..<end, steps, bytes, Int64(time), ties)
      }
      if state.isComplete { return }
      taken = end
      loud = bytes.firstOther(than: quiet, in: end..<rows.upperBound)
    }
    if state.depth == 0, taken < rows.upperBound {
      state.take(1, row: taken, time: Int64(times[taken]))
    }
  }

  /// Takes the step-1 rows from `first` to `last`: the first makes the unit count, the last is
  /// where the latest chain starts.
  @inline(__always)
  private static func takeQuiet(
    _ first: Int,
    _ last: Int,
    _ times: Span<some FixedWidthInteger>,
    _ state: inout some SingleStepState
  ) {
    if state.depth == 0 { state.take(1, row: first, time: Int64(times[first])) }
    state.restart(at: Int64(times[last]))
  }

  /// Finds the rows of each window's canonical chain, from the last one back, and adds it.
  @inline(__always)
  private func takeChains<Time: FixedWidthInteger>(
    _ header: FunnelChainBlock.Header,
    _ rows: Range<Int>,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>,
    _ state: inout some SingleStepState,
    into block: inout FunnelChainBlock
  ) {
    for window in 0..<limits.windowCount where state.reach(window) > 0 {
      let depth = state.reach(window)
      var header = header
      header.window = UInt16(truncatingIfNeeded: window)
      header.depth = UInt8(truncatingIfNeeded: depth)
      let base = block.append(header)
      var row = state.lastRow(window)
      block.set(base, step: depth, row: row)
      for step in stride(from: depth - 1, to: 0, by: -1) {
        let time = times[row]
        if ties == .allow {
          while row + 1 < rows.upperBound, times[row + 1] == time { row += 1 }
        } else {
          while times[row] == time { row -= 1 }
        }
        // The forward pass has met such a row.
        while Int(steps[Int(bytes[row])]) != step { row -= 1 }
        block.set(base, step: step, row: row)
      }
      guard attribution != nil else { continue }
      let groupRow = groupRow(depth: depth, firstStart: state.firstStart) {
        Int(block.rows[base + $0 - 1])
      }
      block.setGroupRow(Int(groupRow))
    }
  }
}
