/// Finds the canonical chain of one unit at a time where steps may come in any order.
///
/// A chain of depth *k* is one row for each step 1…*k*, distinct rows, whose last instant is at
/// most the window after their first; no row of an exclusion stands strictly between those two.
/// Of the deepest chains the canonical one ends earliest, by (time, source row); then the rows of
/// steps *k*, *k* − 1, … 1 are the latest possible, compared in that order.
///
/// O(*rows* × steps) time a unit where rows match one step each, else times steps².
struct FunnelAnyMatcher {
  private let stepCount: Int
  private let windows: [UInt64?]
  private let exclusions: UInt32

  /// The depth of each window, 0 where no chain lies in it.
  private(set) var reach: [Int]
  private var reached: [Int32]
  /// The latest rows of each step, the last one first; at most stepCount.
  private var latest: [[Int32]]
  private var assigned: [Int32]
  // The latest row of each step and its time, where no row matches several.
  private var lastRows = InlineArray<32, Int32>(repeating: -1)
  private var lastTimes = InlineArray<32, Int64>(repeating: 0)

  init(_ specification: FunnelSpecification, windows: [UInt64?]) {
    stepCount = specification.stepCount
    self.windows = windows
    exclusions = ~specification.unitExclusions
    reach = [Int](repeating: 0, count: windows.count)
    reached = [Int32](repeating: 0, count: windows.count * stepCount)
    latest = [[Int32]](repeating: [], count: stepCount)
    assigned = [Int32](repeating: -1, count: stepCount)
  }

  /// Returns the row, as a position in the matched unit rows, at `step` (1-based) of the chain
  /// of `window`.
  func row(window: Int, step: Int) -> Int { Int(reached[window * stepCount + step - 1]) }

  /// Matches the unit that owns `range` of `rows`; with `group`, only its step-1 rows are such.
  mutating func match(
    _ rows: borrowing FunnelUnitRows,
    _ range: Range<Int>,
    group: Int32?,
    isSingleStep: Bool
  ) {
    if isSingleStep {
      matchSingle(rows, range, group: group)
    } else {
      matchSeveral(rows, range, group: group)
    }
  }

  /// Matches a unit whose rows match one step each: of every step the latest row is the best, and
  /// a chain is as deep as these lie near enough to the row at hand.
  private mutating func matchSingle(
    _ rows: borrowing FunnelUnitRows,
    _ range: Range<Int>,
    group: Int32?
  ) {
    var openCount = 0
    for window in windows.indices {
      reach[window] = 0
      openCount += windows[window] == nil ? 0 : 1
    }
    for step in 0..<stepCount { lastRows[step] = -1 }
    // The last instant before the row at hand at which a row of an exclusion stands.
    var barrier = Int64.min
    var barrierOfInstant = Int64.min
    var timeBefore = Int64.min
    for index in range {
      let row = rows[index]
      if timeBefore < row.time { barrier = barrierOfInstant }
      timeBefore = row.time
      if row.exclusions & exclusions != 0 { barrierOfInstant = row.time }
      guard row.mask != 0 else { continue }
      if let group, row.mask == 1, row.group != group { continue }
      let step = row.mask.trailingZeroBitCount
      lastRows[step] = Int32(truncatingIfNeeded: index)
      lastTimes[step] = row.time
      // A deeper chain holds the row at hand, and all steps before its last.
      for window in windows.indices where reach[window] < stepCount {
        guard let limit = windows[window] else { continue }
        var depth = 0
        while depth < stepCount, lastRows[depth] >= 0, lastTimes[depth] >= barrier,
          UInt64(bitPattern: row.time &- lastTimes[depth]) <= limit
        {
          depth += 1
        }
        guard depth > reach[window] else { continue }
        reach[window] = depth
        for step in 0..<depth { reached[window * stepCount + step] = lastRows[step] }
        if depth == stepCount { openCount -= 1 }
      }
      if openCount == 0 { return }
    }
  }

  private mutating func matchSeveral(
    _ rows: borrowing FunnelUnitRows,
    _ range: Range<Int>,
    group: Int32?
  ) {
    for window in windows.indices { reach[window] = 0 }
    for step in 0..<stepCount { latest[step].removeAll(keepingCapacity: true) }
    // The last instant before the row at hand at which a row of an exclusion stands.
    var barrier = Int64.min
    var barrierOfInstant = Int64.min
    for index in range {
      let row = rows[index]
      if index > range.lowerBound, rows[index - 1].time < row.time { barrier = barrierOfInstant }
      if row.exclusions & exclusions != 0 { barrierOfInstant = row.time }
      var mask = row.mask
      if let group, row.group != group { mask &= ~1 }
      guard mask != 0 else { continue }
      add(index, mask)
      for window in windows.indices where reach[window] < stepCount {
        guard let limit = windows[window] else { continue }
        let (earliest, overflow) = row.time.subtractingReportingOverflow(Int64(clamping: limit))
        let start = max(overflow ? .min : earliest, barrier)
        if let depth = deepest(rows, from: start, beyond: reach[window], with: index) {
          reach[window] = depth
          for step in 0..<depth { reached[window * stepCount + step] = assigned[step] }
        }
      }
    }
  }

  private mutating func add(_ index: Int, _ mask: UInt32) {
    var mask = mask
    while mask != 0 {
      let step = mask.trailingZeroBitCount
      mask &= mask - 1
      latest[step].insert(Int32(truncatingIfNeeded: index), at: 0)
      if latest[step].count > stepCount { latest[step].removeLast() }
    }
  }

  /// Finds the deepest chain of more than `depth` steps that ends with row `last`, by rows since
  /// `start`.
  ///
  /// A chain that does not hold the last row was found before, at an earlier end.
  private mutating func deepest(
    _ rows: borrowing FunnelUnitRows,
    from start: Int64,
    beyond depth: Int,
    with last: Int
  ) -> Int? {
    for step in 0..<stepCount { assigned[step] = -1 }
    var found: Int?
    for step in 0..<stepCount {
      var visited: UInt32 = 0
      guard augment(step, start, rows, &visited) else { break }
      if step + 1 > depth { found = step + 1 }
    }
    guard let found else { return nil }
    for step in found..<stepCount { assigned[step] = -1 }
    maximize(found, start, rows)
    return found
  }

  private mutating func augment(
    _ step: Int,
    _ start: Int64,
    _ rows: borrowing FunnelUnitRows,
    _ visited: inout UInt32
  ) -> Bool {
    visited |= 1 << UInt32(step)
    for index in latest[step].indices {
      let row = latest[step][index]
      guard rows[Int(row)].time >= start else { return false }
      guard let holder = holder(of: row) else {
        assigned[step] = row
        return true
      }
      guard visited & (1 << UInt32(holder)) == 0 else { continue }
      if augment(holder, start, rows, &visited) {
        assigned[step] = row
        return true
      }
    }
    return false
  }

  private func holder(of row: Int32) -> Int? {
    for step in 0..<stepCount where assigned[step] == row { return step }
    return nil
  }

  /// Exchanges rows until those of steps `depth`, … 1 are, compared in that order, the latest.
  private mutating func maximize(
    _ depth: Int,
    _ start: Int64,
    _ rows: borrowing FunnelUnitRows
  ) {
    var settled: UInt32 = 0
    for step in stride(from: depth - 1, through: 0, by: -1) {
      settled |= 1 << UInt32(step)
      for index in latest[step].indices {
        let row = latest[step][index]
        guard row > assigned[step] else { break }
        guard let holder = holder(of: row) else {
          assigned[step] = row
          break
        }
        guard settled & (1 << UInt32(holder)) == 0 else { continue }
        let former = assigned[step]
        assigned[step] = row
        assigned[holder] = -1
        var visited = settled
        if augment(holder, start, rows, &visited) { break }
        assigned[step] = former
        assigned[holder] = row
      }
    }
  }
}
