/// Finds a unit's best chain in each window, over the values that it may hold and over the
/// sequences of steps that optional ones leave.
struct FunnelSearch {
  private let specification: FunnelSpecification
  private var matchers: [FunnelMatcher] = []
  private var toleranceMatcher: FunnelToleranceMatcher?
  /// One where steps come in any order, else none.
  private var anyMatchers: [FunnelAnyMatcher] = []
  /// Whether no row matches several steps, which steps in any order then need not share out.
  var isSingleStep = false
  /// In stored time units; `UInt64.max` is no limit, nil holds no chain at all.
  private let windows: [UInt64?]
  /// The last link of each step, 0-based.
  private let lastLinks: [Int]
  private let linkCount: Int

  // The best chain of each window so far: the funnel's steps that it reaches, 0 for none, and its
  // rows at bestRows[window * linkCount + link], by the links of the whole sequence, as positions
  // in the unit rows; −1 for links that it skips.
  private var depths: [Int]
  private var optionalCounts: [Int]
  private var bestRows: [Int32]
  // The chain that may be better.
  private var found: [Int32]

  init(_ specification: FunnelSpecification, timeScale: Int64) {
    self.specification = specification
    linkCount = specification.linkCount
    var links = 0
    lastLinks = specification.rules.map { rule in
      links += rule.repetitions
      return links - 1
    }
    // Stored times are whole units, so a window of 1.5 units holds what one of 1 unit holds.
    let windows = specification.windows.map { window -> UInt64? in
      guard let window else { return UInt64.max }
      return window < 0 ? nil : UInt64(window / max(timeScale, 1))
    }
    self.windows = windows
    if specification.mode == .any {
      anyMatchers = [FunnelAnyMatcher(specification, windows: windows)]
    } else if specification.toleranceMicroseconds > 0 {
      toleranceMatcher = FunnelToleranceMatcher(specification, timeScale: timeScale)
    } else {
      matchers = FunnelSequence.all(of: specification, timeScale: timeScale).map {
        FunnelMatcher($0, specification, windows: windows)
      }
    }
    depths = [Int](repeating: 0, count: windows.count)
    optionalCounts = depths
    bestRows = [Int32](repeating: -1, count: windows.count * linkCount)
    found = [Int32](repeating: -1, count: linkCount)
  }

  /// The longest window that may hold a chain.
  var longestWindow: UInt64 { windows.lazy.compactMap { $0 }.max() ?? 0 }

  /// Returns the last time that lies in a window which starts at `time`.
  func lastTime(of window: Int, from time: Int64) -> Int64 {
    guard let limit = windows[window], limit != .max else { return .max }
    let (last, overflow) = time.addingReportingOverflow(Int64(clamping: limit))
    return overflow ? .max : last
  }

  /// Forgets the unit before.
  mutating func begin() {
    for window in depths.indices {
      depths[window] = 0
      optionalCounts[window] = 0
    }
  }

  /// Whether the best chain of every window that may hold one is `depth` steps deep.
  func reaches(_ depth: Int) -> Bool {
    for window in windows.indices where windows[window] != nil {
      if depths[window] < depth { return false }
    }
    return true
  }

  /// Whether the best chains go on further than `depth`, or end so deep before `row`, which is one
  /// of the log's: no chain of that depth that ends with it or later is better.
  func surpasses(_ depth: Int, endingAt row: Int32, _ rows: borrowing FunnelUnitRows) -> Bool {
    guard specification.mode != .any else { return false }
    for window in windows.indices where windows[window] != nil {
      if depths[window] > depth { continue }
      guard depths[window] == depth else { return false }
      let last = bestRows[window * linkCount + lastLinks[depth - 1]]
      guard rows[Int(last)].row < row else { return false }
    }
    return true
  }

  /// The steps that the best chain of a window reaches; 0 where there is none.
  func depth(_ window: Int) -> Int { depths[window] }

  /// Returns the row of `step` (1-based) of the best chain, as a position in the unit rows; −1 for
  /// an optional step that it skips.
  func row(_ window: Int, step: Int) -> Int {
    Int(bestRows[window * linkCount + lastLinks[step - 1]])
  }

  /// Considers the chains of the unit rows in `range`; with `group`, those that its starts begin.
  mutating func match(_ rows: borrowing FunnelUnitRows, _ range: Range<Int>, group: Int32?) {
    let first = range.first { index in
      rows[index].mask & 1 != 0 && (group == nil || rows[index].group == group)
    }
    guard let first else { return }
    if !anyMatchers.isEmpty {
      // Steps may come before the first start.
      anyMatchers[0].match(rows, range, group: group, isSingleStep: isSingleStep)
      for window in windows.indices {
        let matcher = anyMatchers[0]
        considerSteps(window, matcher.reach[window], rows) { matcher.row(window: window, step: $0) }
      }
      return
    }
    let starts: FunnelMatcher.Starts =
      if specification.entry == .first {
        .row(first)
      } else if let group {
        .group(group)
      } else {
        .all
      }
    if toleranceMatcher != nil {
      toleranceMatcher?.match(rows, range, starts)
      for window in windows.indices {
        guard let matcher = toleranceMatcher else { continue }
        considerSteps(window, matcher.reach[window], rows) { matcher.row(window: window, step: $0) }
      }
      return
    }
    let range = rows.range(range, startingAt: first)
    for index in matchers.indices {
      matchers[index].match(rows, range, starts)
      for window in windows.indices { consider(index, window, rows) }
    }
  }

  /// Considers the chains that `start` begins in a window, by rows of `range`, and returns the
  /// first row that belongs to no such attempt.
  mutating func matchAttempt(
    _ rows: borrowing FunnelUnitRows,
    _ range: Range<Int>,
    start: Int,
    _ window: Int
  ) -> Int {
    let bounds = rows.range(range, startingAt: start)
    let end = rows.firstIndex(after: lastTime(of: window, from: rows[start].time), in: bounds)
    var stop = start + 1
    for index in matchers.indices {
      let reached = matchers[index].match(
        rows,
        bounds.lowerBound..<end,
        .row(start),
        onlyWindow: window
      )
      consider(index, window, rows)
      // A row that ends the attempt may start the next.
      stop = max(stop, matchers[index].isEnded ? instant(rows, reached - 1, from: start + 1) : end)
    }
    if depths[window] == specification.stepCount {
      return row(window, step: specification.stepCount) + 1
    }
    return stop
  }

  /// Returns the first row, from `lowest` on, of the instant of `index`.
  private func instant(_ rows: borrowing FunnelUnitRows, _ index: Int, from lowest: Int) -> Int {
    var first = index
    while first > lowest, rows[first - 1].time == rows[index].time { first -= 1 }
    return max(first, lowest)
  }

  private mutating func consider(
    _ index: Int,
    _ window: Int,
    _ rows: borrowing FunnelUnitRows
  ) {
    let reach = matchers[index].reach(window)
    guard reach > 0 else { return }
    let depth = matchers[index].sequence.steps[reach - 1] + 1
    guard depth >= depths[window] else { return }
    var optionalCount = 0
    if matchers[index].sequence.isIdentity, matchers[index].sequence.optionalCount == 0 {
      for link in 0..<reach { found[link] = matchers[index].row(window: window, link: link) }
    } else {
      for link in found.indices { found[link] = -1 }
      for link in 0..<reach {
        let whole = matchers[index].sequence.wholeLinks[link]
        let step = matchers[index].sequence.steps[link]
        found[whole] = matchers[index].row(window: window, link: link)
        if specification.rules[step].isOptional, whole == lastLinks[step] { optionalCount += 1 }
      }
    }
    takeFound(window, depth, optionalCount, rows)
  }

  /// Considers a chain of `depth` steps, each of one row.
  private mutating func considerSteps(
    _ window: Int,
    _ depth: Int,
    _ rows: borrowing FunnelUnitRows,
    _ row: (_ step: Int) -> Int
  ) {
    guard depth >= max(depths[window], 1) else { return }
    for step in 1...depth { found[step - 1] = Int32(truncatingIfNeeded: row(step)) }
    takeFound(window, depth, 0, rows)
  }

  /// Makes `found` the best chain of a window, if it is.
  private mutating func takeFound(
    _ window: Int,
    _ depth: Int,
    _ optionalCount: Int,
    _ rows: borrowing FunnelUnitRows
  ) {
    let first = window * linkCount
    if depth == depths[window] {
      guard isFoundBetter(window, optionalCount, rows) else { return }
    }
    depths[window] = depth
    optionalCounts[window] = optionalCount
    for link in 0...lastLinks[depth - 1] { bestRows[first + link] = found[link] }
  }

  /// Whether `found`, which is as deep, comes before the best chain of a window in the order of
  /// canonical chains: earlier at its end, then with more optional steps, then later from the last
  /// link to the first.
  private func isFoundBetter(
    _ window: Int,
    _ optionalCount: Int,
    _ rows: borrowing FunnelUnitRows
  ) -> Bool {
    let first = window * linkCount
    let depth = depths[window]
    let end = end(found, 0, depth, rows)
    let otherEnd = self.end(bestRows, first, depth, rows)
    if end != otherEnd { return end < otherEnd }
    if optionalCount != optionalCounts[window] { return optionalCount > optionalCounts[window] }
    let links = (0...lastLinks[depth - 1]).reversed()
    for link in links {
      let (row, other) = (found[link], bestRows[first + link])
      let time = row < 0 ? Int64.min : rows[Int(row)].time
      let otherTime = other < 0 ? Int64.min : rows[Int(other)].time
      if time != otherTime { return time > otherTime }
    }
    for link in links {
      let (row, other) = (found[link], bestRows[first + link])
      let source = row < 0 ? -1 : rows[Int(row)].row
      let otherSource = other < 0 ? -1 : rows[Int(other)].row
      if source != otherSource { return source > otherSource }
    }
    return false
  }

  /// Where a chain of `depth` steps, whose rows start at `first` of `chain`, ends: the (time, source
  /// row) of its last row.
  private func end(
    _ chain: [Int32],
    _ first: Int,
    _ depth: Int,
    _ rows: borrowing FunnelUnitRows
  ) -> ChainEnd {
    guard specification.mode == .any else {
      return ChainEnd(rows[Int(chain[first + lastLinks[depth - 1]])])
    }
    var end = ChainEnd(time: .min, row: -1)
    for link in 0..<depth { end = max(end, ChainEnd(rows[Int(chain[first + link])])) }
    return end
  }
}

/// Orders rows by (time, source row).
private struct ChainEnd: Comparable {
  var time: Int64
  var row: Int32

  init(time: Int64, row: Int32) {
    self.time = time
    self.row = row
  }

  init(_ row: FunnelUnitRows.Row) {
    self.init(time: row.time, row: row.row)
  }

  static func < (a: ChainEnd, b: ChainEnd) -> Bool { (a.time, a.row) < (b.time, b.row) }
}
