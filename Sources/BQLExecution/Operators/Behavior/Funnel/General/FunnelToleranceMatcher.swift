/// Finds the canonical chain of one unit at a time where rows may stand somewhat out of order.
///
/// A step's row may be up to the tolerance before that of the step it follows. Steps are of
/// different events, so that no row is asked for twice, and the latest start of the chains that
/// end with a row tells all that the steps behind it need: of two chains to one row, the one that
/// starts later goes at least as far.
///
/// O(*rows* × windows) time a unit.
struct FunnelToleranceMatcher {
  /// A row that some chain of the window reaches.
  private struct Reached {
    /// The position in the unit rows.
    var index: Int32
    var time: Int64
    /// The latest start of such a chain.
    var start: Int64
    /// The first and the last instant at which the row before it may stand.
    var from: Int64
    var to: Int64
  }

  private let stepCount: Int
  private let windows: [UInt64?]
  private let gaps: [Int64?]
  private let tolerance: Int64
  private let exclusions: [FunnelExclusionRule]

  /// The depth of each window, 0 where no chain lies in it.
  private(set) var reach: [Int]
  private var chains: [Int32]
  /// The rows of each step, in order, with the exclusions since the row before them.
  private var rowsOfStep: [[Int32]]
  private var reached: [[Reached]]
  /// The places of candidates in `reached`, whose starts fall: the first is the latest.
  private var queue: [Int] = []

  init(_ specification: FunnelSpecification, timeScale: Int64) {
    let scale = max(timeScale, 1)
    stepCount = specification.stepCount
    windows = specification.windows.map { window in
      guard let window else { return UInt64.max }
      return window < 0 ? nil : UInt64(window / scale)
    }
    gaps = specification.rules.map { rule in rule.gapMicroseconds.map { $0 / scale } }
    tolerance = specification.toleranceMicroseconds / scale
    exclusions = specification.exclusions
    reach = [Int](repeating: 0, count: windows.count)
    chains = [Int32](repeating: 0, count: windows.count * stepCount)
    rowsOfStep = [[Int32]](repeating: [], count: stepCount)
    reached = [[Reached]](repeating: [], count: stepCount)
  }

  /// Returns the row, as a position in the matched unit rows, at `step` (1-based) of the chain
  /// of `window`.
  func row(window: Int, step: Int) -> Int { Int(chains[window * stepCount + step - 1]) }

  /// Matches the unit that owns `range` of `rows`; only rows of `starts` begin a chain.
  mutating func match(
    _ rows: borrowing FunnelUnitRows,
    _ range: Range<Int>,
    _ starts: FunnelMatcher.Starts
  ) {
    for step in 0..<stepCount { rowsOfStep[step].removeAll(keepingCapacity: true) }
    for index in range {
      var mask = rows[index].mask
      while mask != 0 {
        rowsOfStep[mask.trailingZeroBitCount].append(Int32(truncatingIfNeeded: index))
        mask &= mask - 1
      }
    }
    for window in windows.indices {
      reach[window] = 0
      guard let limit = windows[window] else { continue }
      begin(rows, starts)
      while reach[window] < stepCount, !reached[reach[window]].isEmpty {
        reach[window] += 1
        guard reach[window] < stepCount else { break }
        extend(rows, range, step: reach[window], limit)
      }
      if reach[window] > 0 { trace(window, limit) }
    }
  }

  /// Takes the starts for the rows that chains of one step reach.
  private mutating func begin(
    _ rows: borrowing FunnelUnitRows,
    _ starts: FunnelMatcher.Starts
  ) {
    reached[0].removeAll(keepingCapacity: true)
    for index in rowsOfStep[0] {
      let row = rows[Int(index)]
      switch starts {
      case .all: break
      case .group(let group): if row.group != group { continue }
      case .row(let only): if Int(index) != only { continue }
      }
      reached[0].append(
        Reached(index: index, time: row.time, start: row.time, from: row.time, to: row.time)
      )
    }
  }

  /// Finds the rows of `step` (0-based) that chains reach in a window of `limit`.
  private mutating func extend(
    _ rows: borrowing FunnelUnitRows,
    _ range: Range<Int>,
    step: Int,
    _ limit: UInt64
  ) {
    reached[step].removeAll(keepingCapacity: true)
    let barriers = barriers(before: step)
    var next = 0
    var head = 0
    var exclusion = range.lowerBound
    var barrier = Int64.min
    queue.removeAll(keepingCapacity: true)
    for index in rowsOfStep[step] {
      let time = rows[Int(index)].time
      // The last instant, strictly before the row, at which a row ends attempts.
      while barriers != 0, exclusion < range.upperBound, rows[exclusion].time < time {
        if rows[exclusion].exclusions & barriers != 0 { barrier = rows[exclusion].time }
        exclusion += 1
      }
      let from = max(gaps[step].map { Self.sum(time, -$0) } ?? .min, barrier)
      let to = Self.sum(time, tolerance)
      while next < reached[step - 1].count, reached[step - 1][next].time <= to {
        let start = reached[step - 1][next].start
        while queue.count > head, reached[step - 1][queue[queue.count - 1]].start <= start {
          queue.removeLast()
        }
        queue.append(next)
        next += 1
      }
      while head < queue.count, reached[step - 1][queue[head]].time < from { head += 1 }
      guard head < queue.count else { continue }
      let start = reached[step - 1][queue[head]].start
      guard Self.lies(time, start, limit) else { continue }
      reached[step].append(
        Reached(index: index, time: time, start: start, from: from, to: to)
      )
    }
  }

  /// Follows the chain that ends first back to its start, always to the latest row.
  private mutating func trace(_ window: Int, _ limit: UInt64) {
    var place = 0
    var latest = Int64.min
    for step in (0..<reach[window]).reversed() {
      let row = reached[step][place]
      chains[window * stepCount + step] = row.index
      latest = max(latest, row.time)
      guard step > 0 else { return }
      let before = reached[step - 1]
      place = before.count - 1
      while place > 0 {
        let other = before[place]
        if other.time <= row.to, other.time >= row.from, Self.lies(latest, other.start, limit) {
          break
        }
        place -= 1
      }
    }
  }

  /// The exclusions that end a chain which waits for `step` (0-based), as bits.
  private func barriers(before step: Int) -> UInt32 {
    exclusions.indices.reduce(0) { bits, index in
      let rule = exclusions[index]
      guard !rule.excludesUnits else { return bits }
      let acts = rule.between.map { $0.lowerBound <= step && $0.upperBound > step } ?? true
      return acts ? bits | 1 << UInt32(index) : bits
    }
  }

  /// Whether `time` is at most `limit` after `start`.
  @inline(__always)
  private static func lies(_ time: Int64, _ start: Int64, _ limit: UInt64) -> Bool {
    time <= start || UInt64(bitPattern: time &- start) <= limit
  }

  /// Returns `time` moved by `span`, within the numbers there are.
  @inline(__always)
  private static func sum(_ time: Int64, _ span: Int64) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(span)
    return overflow ? (span < 0 ? .min : .max) : sum
  }
}
