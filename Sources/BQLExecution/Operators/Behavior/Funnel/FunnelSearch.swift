/// Finds a unit's best chain in each window, over the values that it may hold and over the
/// sequences of steps that optional ones leave.
struct FunnelSearch {
  /// Holds the best chain so far.
  private struct Best {
    /// The funnel's steps that it reaches, 0 for none.
    var depth = 0
    var optionalCount = 0
    /// Positions in the unit rows by the link of the whole sequence; −1 for links it skips.
    var rows: [Int32]
  }

  private let specification: FunnelSpecification
  private var matchers: [FunnelMatcher] = []
  private var anyMatcher: FunnelAnyMatcher?
  private var toleranceMatcher: FunnelToleranceMatcher?
  private var best: [Best]
  /// The last link of each step, 0-based.
  private let lastLinks: [Int]
  private let linkCount: Int

  init(_ specification: FunnelSpecification, timeScale: Int64) {
    self.specification = specification
    linkCount = specification.linkCount
    var links = 0
    lastLinks = specification.rules.map { rule in
      links += rule.repetitions
      return links - 1
    }
    if specification.mode == .any {
      anyMatcher = FunnelAnyMatcher(specification, timeScale: timeScale)
    } else if specification.toleranceMicroseconds > 0 {
      toleranceMatcher = FunnelToleranceMatcher(specification, timeScale: timeScale)
    } else {
      matchers = FunnelSequence.all(of: specification, timeScale: timeScale).map {
        FunnelMatcher($0, specification, timeScale: timeScale)
      }
    }
    best = [Best](
      repeating: Best(rows: [Int32](repeating: -1, count: linkCount)),
      count: specification.windows.count
    )
  }

  /// Forgets the unit before.
  mutating func begin() {
    for window in best.indices {
      best[window].depth = 0
      best[window].optionalCount = 0
    }
  }

  /// The steps that the best chain of a window reaches; 0 where there is none.
  func depth(_ window: Int) -> Int { best[window].depth }

  /// Returns the row of `step` (1-based) of the best chain, as a position in the unit rows; −1 for
  /// an optional step that it skips.
  func row(_ window: Int, step: Int) -> Int { Int(best[window].rows[lastLinks[step - 1]]) }

  /// Considers the chains of the unit rows in `range`; with `group`, those that its starts begin.
  mutating func match(_ rows: borrowing FunnelUnitRows, _ range: Range<Int>, group: Int32?) {
    let first = range.first { index in
      rows[index].mask & 1 != 0 && (group == nil || rows[index].group == group)
    }
    guard let first else { return }
    if anyMatcher != nil {
      // Steps may come before the first start.
      anyMatcher?.match(rows, range, group: group)
      for window in best.indices {
        guard let matcher = anyMatcher else { continue }
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
      for window in best.indices {
        guard let matcher = toleranceMatcher else { continue }
        considerSteps(window, matcher.reach[window], rows) { matcher.row(window: window, step: $0) }
      }
      return
    }
    let range = rows.range(range, startingAt: first)
    for index in matchers.indices {
      matchers[index].match(rows, range, starts)
      for window in best.indices { consider(index, window, rows) }
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
    var end = bounds.upperBound
    if let limit = matchers[0].windows[window], limit != .max {
      end = bounds.lowerBound
      while end < bounds.upperBound,
        UInt64(bitPattern: rows[end].time &- rows[start].time) <= limit
      {
        end += 1
      }
    }
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
    if best[window].depth == specification.stepCount {
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
    let reach = matchers[index].reach[window]
    guard reach > 0 else { return }
    let sequence = matchers[index].sequence
    let depth = sequence.steps[reach - 1] + 1
    guard depth >= best[window].depth else { return }
    var found = Best(depth: depth, rows: [Int32](repeating: -1, count: linkCount))
    for link in 0..<reach {
      let row = matchers[index].row(window: window, step: link + 1)
      found.rows[sequence.wholeLinks[link]] = Int32(truncatingIfNeeded: row)
      let step = sequence.steps[link]
      if specification.rules[step].isOptional, sequence.wholeLinks[link] == lastLinks[step] {
        found.optionalCount += 1
      }
    }
    if isBetter(found, than: best[window], rows) { best[window] = found }
  }

  /// Considers a chain of `depth` steps, each of one row.
  private mutating func considerSteps(
    _ window: Int,
    _ depth: Int,
    _ rows: borrowing FunnelUnitRows,
    _ row: (_ step: Int) -> Int
  ) {
    guard depth >= max(best[window].depth, 1) else { return }
    var found = Best(depth: depth, rows: [Int32](repeating: -1, count: linkCount))
    for step in 1...depth { found.rows[step - 1] = Int32(truncatingIfNeeded: row(step)) }
    if isBetter(found, than: best[window], rows) { best[window] = found }
  }

  /// Whether `found` comes before `other` in the order of canonical chains: deeper, then earlier
  /// at its end, then with more optional steps, then later from the last link to the first.
  private func isBetter(
    _ found: Best,
    than other: Best,
    _ rows: borrowing FunnelUnitRows
  ) -> Bool {
    guard found.depth == other.depth else { return found.depth > other.depth }
    let (end, otherEnd) = (end(found, rows), end(other, rows))
    if end != otherEnd { return end < otherEnd }
    if found.optionalCount != other.optionalCount {
      return found.optionalCount > other.optionalCount
    }
    let links = (0...lastLinks[found.depth - 1]).reversed()
    for link in links {
      let time = found.rows[link] < 0 ? Int64.min : rows[Int(found.rows[link])].time
      let otherTime = other.rows[link] < 0 ? Int64.min : rows[Int(other.rows[link])].time
      if time != otherTime { return time > otherTime }
    }
    for link in links {
      let row = found.rows[link] < 0 ? -1 : rows[Int(found.rows[link])].row
      let otherRow = other.rows[link] < 0 ? -1 : rows[Int(other.rows[link])].row
      if row != otherRow { return row > otherRow }
    }
    return false
  }

  /// Where a chain ends: the (time, source row) of its last row, in one number's order.
  private func end(_ chain: Best, _ rows: borrowing FunnelUnitRows) -> ChainEnd {
    if specification.mode == .any {
      return (0..<chain.depth).map { ChainEnd(rows[Int(chain.rows[$0])]) }.max()
        ?? ChainEnd(time: .min, row: -1)
    }
    return ChainEnd(rows[Int(chain.rows[lastLinks[chain.depth - 1]])])
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
