import BQLColumnar

/// Finds the chains of units whose steps may come in any order, in one window, among their rare rows
/// and the frequent ones, of step 1, on both sides of these.
///
/// A chain ends with a rare row, or with the first frequent row behind one: a later one lies further
/// from the rows before. See ``FunnelAnyMatcher``.
struct FunnelRareAnyWalk {
  private let steps: [UInt8]
  private let stepCount: Int
  private let limit: UInt64
  private static let never = Int64.min

  init(_ scan: FunnelRareScan, limit: UInt64) {
    steps = scan.steps
    stepCount = scan.specification.stepCount
    self.limit = min(limit, FunnelRareWalk.farthest)
  }

  /// Holds the latest row of each step, at its number; entry 0 takes rows of none.
  private struct Latest {
    var times = InlineArray<33, Int64>(repeating: FunnelRareAnyWalk.never)
    var rows = InlineArray<33, Int32>(repeating: 0)

    /// The steps, from the first on, whose latest rows lie in the window that ends at `time`.
    @inline(__always)
    mutating func depth(_ time: Int64, _ stepCount: Int, _ limit: UInt64) -> Int {
      var depth = 0
      var isIn = 1
      for step in 1...stepCount {
        isIn &= UInt64(bitPattern: time &- times[step]) <= limit ? 1 : 0
        depth &+= isIn
      }
      return depth
    }

    /// Writes the rows of a chain, the first of which stands at `base`.
    ///
    /// Both are mutating lest the rows and times be copied for the call.
    @inline(__always)
    mutating func keep(_ depth: Int, at base: Int, _ rows: inout MutableSpan<Int32>) {
      for step in 1...depth { rows[base + step - 1] = self.rows[step] }
    }
  }

  /// Finds the chains of a block, but for those that are a unit's first frequent row alone.
  func chains<Time: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ lists: RareRows,
    _ times: RareNumbers<Time>,
    before: RareNumbers<Time>,
    after: RareNumbers<Time>
  ) -> FunnelRareAnyChains {
    var found = FunnelRareAnyChains(capacity: lists.units.count, stepCount: stepCount)
    found.count = walk(
      lists.units.span,
      steps.span,
      lists.codes.span,
      times.rows.span,
      before.priors.span,
      after.priors.span,
      &found.chains,
      &found.rows
    )
    return found
  }

  private func walk<Time: FixedWidthInteger>(
    _ units: Span<RareRows.Unit>,
    _ steps: Span<UInt8>,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ before: Span<Time>,
    _ after: Span<Time>,
    _ chains: inout [FunnelRareAnyChains.Chain],
    _ rows: inout [Int32]
  ) -> Int {
    var chains = chains.mutableSpan
    var rows = rows.mutableSpan
    var latest = Latest()
    var count = 0
    var first = 0
    for index in units.indices {
      let unit = units[index]
      let end = Int(unit.end)
      var row = first
      first = end
      if unit.start < 0 { continue }
      for step in 0...stepCount { latest.times[step] = Self.never }
      var best = 1
      while row < end {
        let time = Int64(times[row])
        let start = before[row]
        latest.times[1] = start == Time.min ? Self.never : Int64(start)
        latest.rows[1] = Int32(truncatingIfNeeded: row)
        let step = Int(steps[Int(codes[row])])
        latest.times[step] = time
        latest.rows[step] = Int32(truncatingIfNeeded: row)
        let depth = latest.depth(time, stepCount, limit)
        if depth > best {
          best = depth
          latest.keep(depth, at: count * stepCount, &rows)
        }
        let next = after[row]
        if next != Time.min {
          latest.times[1] = Int64(next)
          latest.rows[1] = ~Int32(truncatingIfNeeded: row)
          let depth = latest.depth(Int64(next), stepCount, limit)
          if depth > best {
            best = depth
            latest.keep(depth, at: count * stepCount, &rows)
          }
        }
        if best == stepCount { break }
        row += 1
      }
      chains[count] = FunnelRareAnyChains.Chain(
        start: unit.start,
        depth: Int32(truncatingIfNeeded: best)
      )
      count += best > 1 ? 1 : 0
    }
    return count
  }
}

/// Holds the chains of a block whose steps come in any order.
struct FunnelRareAnyChains {
  struct Chain: BitwiseCopyable {
    /// Its unit's first frequent row.
    var start: Int32
    var depth: Int32
  }

  /// The first ``count`` of these are chains.
  var chains: [Chain]
  var count = 0
  /// By chain and step, the position of the rare row; at step 1 of the one that the frequent row
  /// comes before, or the complement of the one that it comes behind.
  var rows: [Int32]

  init(capacity: Int, stepCount: Int) {
    chains = [Chain](repeating: Chain(start: 0, depth: 0), count: capacity)
    rows = [Int32](repeating: 0, count: capacity * stepCount)
  }
}
