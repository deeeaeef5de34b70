import BQLColumnar

/// Finds the chains of units among their rare rows, in one window.
///
/// A row takes the latest chain of the steps before its own one further, whether there is one or
/// not: a chain that there is not starts so long ago that no window holds it. So a row asks for no
/// branch, whatever its step.
struct FunnelRareWalk {
  /// The step of each event, 0 for none; 256 entries.
  private let steps: [UInt8]
  private let stepCount: Int
  private let startsAreFrequent: Bool
  /// In stored units.
  private let limit: UInt64

  /// Two listed times are never so far apart, and none is within it of ``never``.
  static let farthest = UInt64(1) << 62
  /// When chains start that there are not.
  private static let never = Int64.min

  init(_ scan: FunnelRareScan, limit: UInt64) {
    steps = scan.steps
    stepCount = scan.specification.stepCount
    startsAreFrequent = scan.startsAreFrequent
    self.limit = min(limit, Self.farthest)
  }

  /// What the rows up to the one at hand have come to.
  private struct State {
    /// Entry *s* + 1: when the latest chain of *s* steps starts, and entry 0: never.
    var starts = InlineArray<34, Int64>(repeating: FunnelRareWalk.never)
    /// Entry *s* + 1: the latest row of step *s*.
    var latest = InlineArray<34, Int32>(repeating: 0)
    /// The deepest step of a chain in the window, above the complement of its first row.
    var best: UInt64 = 0

    @inline(__always)
    mutating func take(_ step: Int, _ row: Int, _ time: Int64, _ limit: UInt64) {
      let start = starts[step]
      starts[step + 1] = start
      let rank = UInt64(UInt32(truncatingIfNeeded: step)) << 32 | UInt64(~UInt32(row))
      best = max(best, UInt64(bitPattern: time &- start) <= limit ? rank : 0)
    }
  }

  /// Finds the chains of a block, but for those that are a unit's first frequent row alone; `found`
  /// holds them then, and no others.
  func find<Time: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ lists: RareRows,
    _ times: RareNumbers<Time>,
    into found: inout FunnelRareChains
  ) {
    found.makeRoom(forUnits: lists.units.count, rows: lists.codes.count)
    found.count = walk(
      lists.units.span,
      steps.span,
      lists.codes.span,
      times.rows.span,
      startsAreFrequent ? times.priors.span : times.rows.span,
      lists.origins.span,
      &found.chains,
      &found.befores
    )
  }

  /// Writes the chains and returns their number.
  private func walk<Time: FixedWidthInteger>(
    _ units: Span<RareRows.Unit>,
    _ steps: Span<UInt8>,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ startTimes: Span<Time>,
    _ origins: Span<Int32>,
    _ chains: inout [FunnelRareChains.Chain],
    _ befores: inout [Int32]
  ) -> Int {
    var chains = chains.mutableSpan
    var befores = befores.mutableSpan
    // Where a row's own start stands: that of the chain of no step before it, or of one.
    let entry = startsAreFrequent ? 2 : 1
    let least = startsAreFrequent ? 1 : 0
    var state = State()
    var count = 0
    var row = 0
    for index in units.indices {
      let unit = units[index]
      let end = Int(unit.end)
      for step in 1...(stepCount + 1) { state.starts[step] = Self.never }
      state.best = 0
      while row < end {
        let time = times[row]
        let start = startTimes[row]
        state.starts[entry] = start == Time.min ? Self.never : Int64(start)
        let isTied = row + 1 < end ? times[row + 1] == time : false
        if isTied {
          var next = row + 1
          while next < end, times[next] == time { next += 1 }
          takeInstant(row..<next, steps, codes, Int64(time), &state, &befores)
          row = next
          continue
        }
        let step = Int(steps[Int(codes[row])])
        state.take(step, row, Int64(time), limit)
        befores[row] = state.latest[step]
        state.latest[step + 1] = Int32(truncatingIfNeeded: row)
        row += 1
      }
      let depth = Int32(truncatingIfNeeded: state.best >> 32)
      let last = Int32(bitPattern: ~UInt32(truncatingIfNeeded: state.best))
      let chain = FunnelRareChains.Chain(last: last, start: unit.start, depth: depth)
      if origins.isEmpty {
        chains[count] = chain
        count += depth > least ? 1 : 0
      } else if depth > least {
        if count > 0, chains[count - 1].start == unit.start {
          if Self.comes(chain, before: chains[count - 1], origins) { chains[count - 1] = chain }
        } else {
          chains[count] = chain
          count += 1
        }
      }
    }
    return count
  }

  /// Whether a chain of one value is the canonical one of its unit rather than that of another.
  @inline(__always)
  private static func comes(
    _ chain: FunnelRareChains.Chain,
    before other: FunnelRareChains.Chain,
    _ origins: Span<Int32>
  ) -> Bool {
    if chain.depth != other.depth { return chain.depth > other.depth }
    return origins[Int(chain.last)] < origins[Int(other.last)]
  }

  /// Takes the steps of an instant in their order, so that each goes on from a chain that may end
  /// in it; of a step's rows the first may end a chain, the last one goes on.
  @inline(never)
  private func takeInstant(
    _ rows: Range<Int>,
    _ steps: Span<UInt8>,
    _ codes: Span<UInt8>,
    _ time: Int64,
    _ state: inout State,
    _ befores: inout MutableSpan<Int32>
  ) {
    var firstRows = InlineArray<33, Int>(repeating: -1)
    for row in rows {
      let step = Int(steps[Int(codes[row])])
      if firstRows[step] < 0 { firstRows[step] = row }
      state.latest[step + 1] = Int32(truncatingIfNeeded: row)
    }
    for row in rows { befores[row] = state.latest[Int(steps[Int(codes[row])])] }
    for step in 1...stepCount where firstRows[step] >= 0 {
      state.take(step, firstRows[step], time, limit)
    }
  }
}
