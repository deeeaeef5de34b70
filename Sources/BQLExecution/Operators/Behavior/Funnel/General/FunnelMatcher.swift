/// Finds the canonical chain of one unit at a time, for every window in one forward pass.
///
/// **Chains.** A chain of length *k* is one row for each link 1…*k* of a ``FunnelSequence``,
/// distinct rows, in order of time. With ties allowed, rows of one instant may follow each other
/// in either order; with ties denied each is strictly later than the one before; by source, each
/// stands behind the one before. It lies in a window when its last row is at most the window after
/// its first, and keeps a gap when the row of a step is at most the gap after that of the step
/// before. No row that ends chains of *s* links stands at an instant strictly between those of its
/// links *s* and *s* + 1.
///
/// **The canonical chain** of a unit and window is, among the chains in the window that end with a
/// step which every chain must have and reach the deepest such step *k* that any reaches, the
/// first by this total order:
/// 1. the smallest (time, source row) of the last row;
/// 2. the largest times of links *k* − 1, *k* − 2, … 1, compared in that order;
/// 3. the largest source rows of links *k* − 1, *k* − 2, … 1, compared in that order.
///
/// **Why one state a link is enough.** Take two chains of length *s* and, at each link, the later
/// of their two times: that is the time vector of a chain again. (Within an instant the links it
/// takes from both are those of one of them, or fewer, so distinct rows remain distinct. A gap
/// holds between two times, so it holds between the later ones; and between those there is no
/// instant that was not between one of the pairs, so nothing ends the chain.) So among the chains
/// of length *s* seen so far one is latest at every link at once. Its start is the latest, so if
/// it does not lie in a window, no chain to its end does; and what it beats can never be needed
/// again. The state holds that chain for each *s* ("newest overwrites older"), of equal times the
/// one with the largest source rows, and serves all windows. A window's chain is copied out when
/// the window first reaches a deeper step.
///
/// O(*rows* × links matched) time a unit; O(links² + windows × links) memory.
struct FunnelMatcher {
  let sequence: FunnelSequence
  private let ties: FunnelTieRule
  private let stepCount: Int
  /// In stored time units; `UInt64.max` is no limit, nil holds no chain at all.
  private let windows: [UInt64?]

  // The latest chain of each length s: its start, and its rows at chains[s * stepCount + step - 1].
  // Rows are positions in the unit rows that are matched.
  private var starts = InlineArray<33, Int64>(repeating: 0)
  private var chains = InlineArray<1_056, Int32>(repeating: 0)
  /// Bit *s* − 1 = there is a chain of length *s*.
  private var standing: UInt32 = 0
  /// The chains of this instant.
  private var fresh: UInt32 = 0

  private var reach: [Int]
  private var reached: [Int32]
  private var openWindowCount = 0

  // The first and last row of each link within one instant.
  private var firstOfStep = InlineArray<32, Int32>(repeating: 0)
  private var lastOfStep = InlineArray<32, Int32>(repeating: 0)
  private var assignment: InstantAssignment

  init(_ sequence: FunnelSequence, _ specification: FunnelSpecification, windows: [UInt64?]) {
    self.sequence = sequence
    self.windows = windows
    stepCount = sequence.count
    ties = specification.ties
    reach = [Int](repeating: 0, count: windows.count)
    reached = [Int32](repeating: 0, count: windows.count * stepCount)
    assignment = InstantAssignment(stepCount: stepCount)
  }

  /// The deepest link of a window that a chain may end with, 0 where no chain lies in it.
  @inline(__always)
  func reach(_ window: Int) -> Int { reach[window] }

  /// Returns the row, as a position in the matched unit rows, at `link` (0-based) of the chain
  /// of `window`.
  @inline(__always)
  func row(window: Int, link: Int) -> Int32 { reached[window * stepCount + link] }

  /// Says which step-1 rows may start a chain.
  enum Starts {
    case all
    /// Those of a group.
    case group(Int32)
    /// This one, as a position in the unit rows.
    case row(Int)
  }

  /// Matches the unit that owns `range` of `rows`, as far as `windows` ask (all, or only one), and
  /// returns where it stopped: the first row that was not looked at.
  ///
  /// With one start, it stops when no chain stands any more.
  @discardableResult
  mutating func match(
    _ rows: borrowing FunnelUnitRows,
    _ range: Range<Int>,
    _ mayStart: Starts,
    onlyWindow: Int? = nil
  ) -> Int {
    standing = 0
    openWindowCount = 0
    for window in windows.indices {
      let isAsked = onlyWindow == nil || onlyWindow == window
      reach[window] = isAsked ? 0 : stepCount
      if isAsked, windows[window] != nil { openWindowCount += 1 }
    }
    var index = range.lowerBound
    while index < range.upperBound, openWindowCount > 0 {
      let time = rows[index].time
      var end = index + 1
      while end < range.upperBound, rows[end].time == time { end += 1 }
      fresh = 0
      if end == index + 1 {
        takeRow(rows, index, time, mayStart)
      } else if ties == .source {
        for row in index..<end { takeRow(rows, row, time, mayStart) }
      } else {
        takeInstant(rows, index..<end, time, mayStart)
      }
      endChains(rows, index..<end)
      index = end
      if case .row(let start) = mayStart, start < index, standing == 0 { break }
    }
    return index
  }

  /// Whether rows have ended every chain.
  var isEnded: Bool { standing == 0 }

  @inline(__always)
  private static func links(
    _ sequence: FunnelSequence,
    _ rows: borrowing FunnelUnitRows,
    _ index: Int,
    _ mayStart: Starts
  ) -> UInt32 {
    let row = rows[index]
    // Only the first link is a start: a row that may not start a chain may repeat step 1.
    var links = sequence.links(row.names)
    var isStart = row.mask & 1 != 0
    switch mayStart {
    case .all: break
    case .group(let group): isStart = isStart && row.group == group
    case .row(let start): isStart = isStart && index == start
    }
    if !isStart { links &= ~1 }
    return links
  }

  /// Ends the chains from before an instant that its rows end and do not carry on.
  @inline(__always)
  private mutating func endChains(_ rows: borrowing FunnelUnitRows, _ range: Range<Int>) {
    guard standing & ~fresh != 0 else { return }
    for index in range {
      let row = rows[index]
      standing &= ~(sequence.kills(names: row.names, exclusions: row.exclusions) & ~fresh)
    }
  }

  /// Takes a row whose order to the others of its instant is known: its links from last to first,
  /// so that it advances a chain by one link at most.
  @inline(__always)
  private mutating func takeRow(
    _ rows: borrowing FunnelUnitRows,
    _ index: Int,
    _ time: Int64,
    _ mayStart: Starts
  ) {
    var mask = Self.links(sequence, rows, index, mayStart)
    while mask != 0 {
      let step = 32 - mask.leadingZeroBitCount
      mask &= ~(1 << UInt32(step - 1))
      guard mayEnter(step, time, rows) else { continue }
      let row = Int32(truncatingIfNeeded: index)
      reachStep(step, with: row, at: time)
      setStep(step, with: row, at: time)
    }
  }

  private mutating func takeInstant(
    _ rows: borrowing FunnelUnitRows,
    _ range: Range<Int>,
    _ time: Int64,
    _ mayStart: Starts
  ) {
    var seen: UInt32 = 0
    var matchesSeveral = false
    for index in range {
      var mask = Self.links(sequence, rows, index, mayStart)
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
    case .deny, .source:
      // Last to first: each link continues a chain from before this instant.
      takeSteps(rows, seen, at: time, ascending: false)
    case .allow where !matchesSeveral:
      // First to last: each link continues a chain that may end in this instant. Rows are
      // distinct because each matches one link.
      takeSteps(rows, seen, at: time, ascending: true)
    case .allow:
      let sequence = sequence
      assignment.collect(range) { Self.links(sequence, rows, $0, mayStart) }
      takeAssigned(rows, seen, at: time)
    }
  }

  private mutating func takeSteps(
    _ rows: borrowing FunnelUnitRows,
    _ steps: UInt32,
    at time: Int64,
    ascending: Bool
  ) {
    var steps = steps
    while steps != 0 {
      let step = ascending ? steps.trailingZeroBitCount + 1 : 32 - steps.leadingZeroBitCount
      steps &= ~(1 << UInt32(step - 1))
      guard mayEnter(step, time, rows) else { continue }
      reachStep(step, with: firstOfStep[step - 1], at: time)
      setStep(step, with: lastOfStep[step - 1], at: time)
    }
  }

  /// Takes an instant where a row matches several links, so that rows must be shared out.
  ///
  /// Links go from last to first: all continue chains from before the instant, which the states
  /// of the lower links still are.
  private mutating func takeAssigned(
    _ rows: borrowing FunnelUnitRows,
    _ seen: UInt32,
    at time: Int64
  ) {
    var entries: UInt64 = 0
    for step in 1...(stepCount + 1) where mayEnter(step, time, rows) {
      entries |= 1 << UInt64(step)
    }
    var seen = seen
    while seen != 0 {
      let step = 32 - seen.leadingZeroBitCount
      seen &= ~(1 << UInt32(step - 1))
      for row in assignment.firstRows(of: step) {
        guard (0..<windows.count).contains(where: { isOpen($0, to: step) }) else { break }
        guard
          let entry = assignment.solve(
            top: step - 1,
            excluding: row,
            mayEnter: { entries & (1 << UInt64($0)) != 0 }
          )
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
      let entry = assignment.solve(
        top: step,
        excluding: nil,
        mayEnter: { entries & (1 << UInt64($0)) != 0 }
      )
      guard let entry, entry <= step else { continue }
      starts[step] = entry == 1 ? time : starts[entry - 1]
      for before in 0..<(entry - 1) {
        chains[step * stepCount + before] = chains[(entry - 1) * stepCount + before]
      }
      for own in entry...step { chains[step * stepCount + own - 1] = assignment.row(of: own) }
      stand(step)
    }
  }

  /// Whether a row at `time` may be link `step` of the latest chain of `step` − 1 links.
  @inline(__always)
  private func mayEnter(_ step: Int, _ time: Int64, _ rows: borrowing FunnelUnitRows) -> Bool {
    if step == 1 { return true }
    guard standing & (1 << UInt32(step - 2)) != 0 else { return false }
    guard step <= stepCount, let gap = sequence.gaps[step - 1] else { return true }
    let before = rows[Int(chains[(step - 1) * stepCount + gap.before])].time
    return UInt64(bitPattern: time &- before) <= gap.limit
  }

  /// Ends the chain of each window that first reaches `step` when `row` continues the latest
  /// chain of `step` − 1 links.
  @inline(__always)
  private mutating func reachStep(_ step: Int, with row: Int32, at time: Int64) {
    let start = step == 1 ? time : starts[step - 1]
    for window in 0..<windows.count
    where isOpen(window, to: step) && lies(in: window, start, time) {
      copyChain(step - 1, toWindow: window)
      close(window, at: step, with: row)
    }
  }

  /// Makes `row` the last of the latest chain of `step` links.
  @inline(__always)
  private mutating func setStep(_ step: Int, with row: Int32, at time: Int64) {
    starts[step] = step == 1 ? time : starts[step - 1]
    let base = step * stepCount
    for before in 0..<(step - 1) { chains[base + before] = chains[base - stepCount + before] }
    chains[base + step - 1] = row
    stand(step)
  }

  @inline(__always)
  private mutating func stand(_ step: Int) {
    standing |= 1 << UInt32(step - 1)
    fresh |= 1 << UInt32(step - 1)
  }

  /// Whether `step` is one that a chain may end with, deeper than what the window has reached.
  @inline(__always)
  private func isOpen(_ window: Int, to step: Int) -> Bool {
    reach[window] < step && sequence.endBits & (1 << UInt32(step - 1)) != 0
  }

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
