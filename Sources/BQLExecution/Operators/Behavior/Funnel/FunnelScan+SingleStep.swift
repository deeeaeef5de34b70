import BQLColumnar
import BQLStorage

/// The scan of the everyday funnel: the unit is the user, a row matches by its event alone and
/// one step at most.
///
/// Most rows of a log are of step 1 (views), and of a run of them only the last one can matter to
/// a later step. So the scan looks for the **loud** rows, those of any other event than step 1's,
/// eight codes at a time across the borders of users; users without one reach step 1. For a user
/// with loud rows it keeps one number a step, the start of the latest chain (see
/// ``FunnelMatcher``), and finds the rows of the canonical chain afterwards, walking back from
/// its last row: the latest row of each step before. Each row matches one step, so rows of an
/// instant are never shared out.
extension FunnelScan {
  /// The windows that this scan can hold.
  private static let maximumWindowCount = 8

  /// Returns the event code of step 1, if this scan can answer the funnel.
  var quietCode: UInt8? {
    guard input.filter == nil, input.units == nil, specification.attribution != .each,
      specification.since == nil, specification.until == nil,
      specification.windows.count <= Self.maximumWindowCount,
      specification.windows.allSatisfy({ $0.map { $0 >= 0 } ?? true }),
      table.count <= 256, table.allSatisfy({ $0 & ($0 &- 1) == 0 }),
      let code = table.firstIndex(of: 1)
    else { return nil }
    return UInt8(truncatingIfNeeded: code)
  }

  /// What is known of the user at hand.
  struct SingleStepState {
    /// The length of the longest chain.
    var depth = 0
    /// The start of the latest chain of each length.
    var starts = InlineArray<33, Int64>(repeating: 0)
    /// The first row of step 1.
    var firstStart = 0
    var openWindowCount = 0
    var limits = InlineArray<8, UInt64>(repeating: 0)
    var reach = InlineArray<8, Int>(repeating: 0)
    /// The last row of each window's chain.
    var lastRows = InlineArray<8, Int>(repeating: 0)
    let windowCount: Int
    let stepCount: Int

    @inline(__always)
    mutating func reset() {
      depth = 0
      openWindowCount = windowCount
      for window in 0..<windowCount { reach[window] = 0 }
    }

    /// Continues the latest chain of `step` − 1 rows, if there is one, by a row of `step`.
    @inline(__always)
    mutating func take(_ step: Int, row: Int, time: Int64) {
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
  }

  mutating func runSingleSteps<Time: FixedWidthInteger>(
    quiet: UInt8,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ offsets: Span<Int32>,
    into sink: inout some FunnelChainSink
  ) {
    // A full table needs no check of a code against its end.
    var stepOfCode = [UInt8](repeating: 0, count: 256)
    for (code, mask) in table.enumerated() where mask != 0 {
      stepOfCode[code] = UInt8(truncatingIfNeeded: mask.trailingZeroBitCount + 1)
    }
    let steps = stepOfCode.span
    var state = SingleStepState(
      windowCount: specification.windows.count,
      stepCount: specification.stepCount
    )
    for (window, limit) in specification.windows.enumerated() {
      state.limits[window] = limit.map { UInt64($0 / max(input.times.scale, 1)) } ?? .max
    }
    let users = input.morsel.users
    let end = input.morsel.rows.upperBound
    var user = users.lowerBound
    var row = input.morsel.rows.lowerBound
    while user < users.upperBound {
      row = Self.nextLoud(codes, row..<end, quiet)
      var loudUser = user
      while loudUser < users.upperBound, offsets[loudUser + 1] <= row { loudUser += 1 }
      takeQuietUsers(user..<loudUser, times, offsets, into: &sink)
      guard loudUser < users.upperBound else { break }
      let rows = Int(offsets[loudUser])..<Int(offsets[loudUser + 1])
      state.reset()
      match(rows, firstLoud: row, quiet, steps, codes, times, &state)
      chain.user = loudUser
      takeChains(rows, steps, codes, times, &state, into: &sink)
      user = loudUser + 1
      row = rows.upperBound
    }
  }

  /// Returns the first row of `rows` whose code is not `quiet`, or their end.
  @inline(__always)
  private static func nextLoud(_ codes: Span<UInt8>, _ rows: Range<Int>, _ quiet: UInt8) -> Int {
    let pattern = UInt64(quiet) &* 0x0101_0101_0101_0101
    var row = rows.lowerBound
    while row + 8 <= rows.upperBound {
      // Unsafe only in that any eight bytes are read as a number; the bounds are checked.
      let eight = unsafe codes.bytes.unsafeLoadUnaligned(fromByteOffset: row, as: UInt64.self)
      let differing = UInt64(littleEndian: eight) ^ pattern
      if differing != 0 { return row + differing.trailingZeroBitCount / 8 }
      row += 8
    }
    while row < rows.upperBound, codes[row] == quiet { row += 1 }
    return row
  }

  /// Takes users that have rows of step 1 alone.
  private mutating func takeQuietUsers<Time: FixedWidthInteger>(
    _ users: Range<Int>,
    _ times: Span<Time>,
    _ offsets: Span<Int32>,
    into sink: inout some FunnelChainSink
  ) {
    if sink.countsEntries(hasValues: values.hasValues) {
      var count = 0
      for user in users { count += offsets[user] < offsets[user + 1] ? 1 : 0 }
      sink.takeEntries(count)
      return
    }
    for user in users where offsets[user] < offsets[user + 1] {
      let row = Int(offsets[user])
      chain.user = user
      for window in specification.windows.indices {
        chain.window = window
        chain.depth = 1
        chain.set(step: 1, row: row, time: Int64(times[row]))
        chain.group = group(firstStart: row)
        sink.take(&chain, values: &values)
      }
    }
  }

  /// Matches the user of `rows`, instant by instant.
  @inline(__always)
  private mutating func match<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    firstLoud: Int,
    _ quiet: UInt8,
    _ steps: Span<UInt8>,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ state: inout SingleStepState
  ) {
    // Rows before `taken` are done with; it is the first row of an instant.
    var taken = rows.lowerBound
    var loud = firstLoud
    while loud < rows.upperBound {
      let time = times[loud]
      var first = loud
      while first > taken, times[first - 1] == time { first -= 1 }
      var end = loud + 1
      while end < rows.upperBound, times[end] == time { end += 1 }
      if taken < first {
        if state.depth == 0 { state.take(1, row: taken, time: Int64(times[taken])) }
        state.starts[1] = Int64(times[first - 1])
      }
      if end - first == 1 {
        let step = Int(steps[Int(codes[loud])])
        if step > 0 { state.take(step, row: loud, time: Int64(time)) }
      } else {
        takeInstant(first..<end, steps, codes, Int64(time), &state)
      }
      if state.openWindowCount == 0 { return }
      taken = end
      loud = Self.nextLoud(codes, end..<rows.upperBound, quiet)
    }
    if state.depth == 0, taken < rows.upperBound {
      state.take(1, row: taken, time: Int64(times[taken]))
    }
  }

  /// Takes the steps of an instant in order where its rows may follow each other, so that each
  /// continues a chain that may end in it, else in reverse, each a chain from before.
  private mutating func takeInstant(
    _ rows: Range<Int>,
    _ steps: Span<UInt8>,
    _ codes: Span<UInt8>,
    _ time: Int64,
    _ state: inout SingleStepState
  ) {
    var firstRows = InlineArray<33, Int>(repeating: -1)
    var seen: UInt32 = 0
    for row in rows {
      let step = Int(steps[Int(codes[row])])
      guard step > 0, firstRows[step] < 0 else { continue }
      firstRows[step] = row
      seen |= 1 << UInt32(step - 1)
    }
    while seen != 0 {
      let step =
        specification.ties == .allow
        ? seen.trailingZeroBitCount + 1 : 32 - seen.leadingZeroBitCount
      seen &= ~(1 << UInt32(step - 1))
      state.take(step, row: firstRows[step], time: time)
    }
  }

  /// Finds the rows of each window's canonical chain, from the last one back, and hands it on.
  private mutating func takeChains<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    _ steps: Span<UInt8>,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ state: inout SingleStepState,
    into sink: inout some FunnelChainSink
  ) {
    for window in 0..<state.windowCount where state.reach[window] > 0 {
      chain.window = window
      chain.depth = state.reach[window]
      var row = state.lastRows[window]
      chain.set(step: chain.depth, row: row, time: Int64(times[row]))
      for step in stride(from: chain.depth - 1, to: 0, by: -1) {
        let time = times[row]
        if specification.ties == .allow {
          while row + 1 < rows.upperBound, times[row + 1] == time { row += 1 }
        } else {
          while times[row] == time { row -= 1 }
        }
        // The forward pass has met such a row.
        while Int(steps[Int(codes[row])]) != step { row -= 1 }
        chain.set(step: step, row: row, time: Int64(times[row]))
      }
      chain.group = group(firstStart: state.firstStart)
      sink.take(&chain, values: &values)
    }
  }
}
