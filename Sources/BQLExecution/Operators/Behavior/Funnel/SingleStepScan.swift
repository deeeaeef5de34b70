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
  private let stepCount: Int
  private let windowCount: Int
  private var limits = InlineArray<8, UInt64>(repeating: 0)

  // What is known of the unit at hand.

  /// The length of the longest chain.
  private var depth = 0
  /// The start of the latest chain of each length.
  private var starts = InlineArray<33, Int64>(repeating: 0)
  /// The first row of step 1.
  private var firstStart = 0
  private var openWindowCount = 0
  private var reach = InlineArray<8, Int>(repeating: 0)
  /// The last row of each window's chain.
  private var lastRows = InlineArray<8, Int>(repeating: 0)

  init(_ specification: FunnelSpecification, _ bytes: FunnelStepBytes, timeScale: Int64) {
    quiet = bytes.quiet
    ties = specification.ties
    attribution = specification.attribution
    stepCount = specification.stepCount
    windowCount = specification.windows.count
    for (window, limit) in specification.windows.enumerated() {
      limits[window] = limit.map { UInt64($0 / max(timeScale, 1)) } ?? .max
    }
  }

  /// Adds the chains of the unit that owns `rows` of the morsel to `block`; `steps` is the step of
  /// each byte.
  @inline(__always)
  mutating func scan<Time: FixedWidthInteger>(
    _ header: FunnelChainBlock.Header,
    _ rows: Range<Int>,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>,
    into block: inout FunnelChainBlock
  ) {
    let loud = Self.nextLoud(bytes, rows, quiet)
    if loud == rows.upperBound {
      guard !rows.isEmpty else { return }
      appendEntry(header, row: rows.lowerBound, into: &block)
    } else {
      scanLoud(header, rows, firstLoud: loud, steps, bytes, times, into: &block)
    }
  }

  /// Returns the first row of `rows` whose byte is not `quiet`, or their end.
  @inline(__always)
  private static func nextLoud(_ bytes: Span<UInt8>, _ rows: Range<Int>, _ quiet: UInt8) -> Int {
    let pattern = UInt64(quiet) &* 0x0101_0101_0101_0101
    var row = rows.lowerBound
    // Eight bytes may reach past the unit's end, never past the morsel's.
    while row < rows.upperBound, row + 8 <= bytes.count {
      // Unsafe only in that any eight bytes are read as a number; the bounds are checked.
      let eight = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: row, as: UInt64.self)
      let differing = UInt64(littleEndian: eight) ^ pattern
      if differing != 0 { return min(row + differing.trailingZeroBitCount / 8, rows.upperBound) }
      row += 8
    }
    while row < rows.upperBound, bytes[row] == quiet { row += 1 }
    return min(row, rows.upperBound)
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
    for window in 0..<windowCount {
      header.window = UInt16(truncatingIfNeeded: window)
      block.append(header, row: row)
    }
  }

  @inline(__always)
  private func groupRow(depth: Int, firstStart: Int, _ rowOfStep: (Int) -> Int) -> Int32 {
    let row: Int
    switch attribution {
    case nil, .each: row = -1
    case .first: row = firstStart
    case .last: row = rowOfStep(depth)
    case .step(let step): row = step >= 1 && step <= depth ? rowOfStep(step) : -1
    }
    return Int32(truncatingIfNeeded: row)
  }

  private mutating func scanLoud<Time: FixedWidthInteger>(
    _ header: FunnelChainBlock.Header,
    _ rows: Range<Int>,
    firstLoud: Int,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>,
    into block: inout FunnelChainBlock
  ) {
    depth = 0
    openWindowCount = windowCount
    for window in 0..<windowCount { reach[window] = 0 }
    match(rows, firstLoud: firstLoud, steps, bytes, times)
    for window in 0..<windowCount where reach[window] > 0 {
      takeChain(header, window, rows, steps, bytes, times, into: &block)
    }
  }

  /// Continues the latest chain of `step` − 1 rows, if there is one, by a row of `step`.
  @inline(__always)
  private mutating func take(_ step: Int, row: Int, time: Int64) {
    guard step - 1 <= depth else { return }
    let start = step == 1 ? time : starts[step - 1]
    for window in 0..<windowCount
    where reach[window] < step && UInt64(bitPattern: time &- start) <= limits[window] {
      reach[window] = step
      lastRows[window] = row
      if step == stepCount { openWindowCount -= 1 }
    }
    if depth == 0 { firstStart = row }
    starts[step] = start
    if step > depth { depth = step }
  }

  /// Takes the step-1 rows from `first` to `last`: the first makes the unit count, the last is
  /// where the latest chain starts.
  @inline(__always)
  private mutating func takeQuiet(
    _ first: Int,
    _ last: Int,
    _ times: Span<some FixedWidthInteger>
  ) {
    if depth == 0 { take(1, row: first, time: Int64(times[first])) }
    starts[1] = Int64(times[last])
  }

  /// Finds how far each window's chains go, and their last rows.
  @inline(__always)
  private mutating func match<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    firstLoud: Int,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>
  ) {
    // Rows before `taken` are done with.
    var taken = rows.lowerBound
    var loud = firstLoud
    while loud < rows.upperBound {
      let step = Int(steps[Int(bytes[loud])])
      if step == 0, ties == .allow {
        // A row of no step parts an instant at most into rows that may follow each other anyway.
        if taken < loud { takeQuiet(taken, loud - 1, times) }
        taken = loud + 1
        loud = Self.nextLoud(bytes, taken..<rows.upperBound, quiet)
        continue
      }
      let time = times[loud]
      var first = loud
      while first > taken, times[first - 1] == time { first -= 1 }
      var end = loud + 1
      while end < rows.upperBound, times[end] == time { end += 1 }
      if taken < first { takeQuiet(taken, first - 1, times) }
      if end - first == 1 {
        if step > 0 { take(step, row: loud, time: Int64(time)) }
      } else {
        takeInstant(first..<end, steps, bytes, Int64(time))
      }
      if openWindowCount == 0 { return }
      taken = end
      loud = Self.nextLoud(bytes, end..<rows.upperBound, quiet)
    }
    if depth == 0, taken < rows.upperBound {
      take(1, row: taken, time: Int64(times[taken]))
    }
  }

  /// Takes the steps of an instant in order where its rows may follow each other, so that each
  /// continues a chain that may end in it, else in reverse, each a chain from before.
  private mutating func takeInstant(
    _ rows: Range<Int>,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ time: Int64
  ) {
    var firstRows = InlineArray<33, Int>(repeating: -1)
    var seen: UInt32 = 0
    for row in rows {
      let step = Int(steps[Int(bytes[row])])
      guard step > 0, firstRows[step] < 0 else { continue }
      firstRows[step] = row
      seen |= 1 << UInt32(step - 1)
    }
    while seen != 0 {
      let step =
        ties == .allow ? seen.trailingZeroBitCount + 1 : 32 - seen.leadingZeroBitCount
      seen &= ~(1 << UInt32(step - 1))
      take(step, row: firstRows[step], time: time)
    }
  }

  /// Finds the rows of a window's canonical chain, from the last one back, and adds it.
  @inline(__always)
  private mutating func takeChain<Time: FixedWidthInteger>(
    _ header: FunnelChainBlock.Header,
    _ window: Int,
    _ rows: Range<Int>,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<Time>,
    into block: inout FunnelChainBlock
  ) {
    let depth = reach[window]
    var header = header
    header.window = UInt16(truncatingIfNeeded: window)
    header.depth = UInt8(truncatingIfNeeded: depth)
    let base = block.append(header)
    var row = lastRows[window]
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
    guard attribution != nil else { return }
    let groupRow = groupRow(depth: depth, firstStart: firstStart) {
      Int(block.rows[base + $0 - 1])
    }
    block.setGroupRow(Int(groupRow))
  }
}
