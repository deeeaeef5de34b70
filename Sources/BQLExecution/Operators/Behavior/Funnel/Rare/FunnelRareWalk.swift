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

  /// A chain, or what a unit has instead of one.
  private struct Chain {
    var depth: Int
    /// The position of its last row in the lists.
    var last: Int32
    /// Its unit's first frequent row, −1 for none.
    var start: Int32

    init(depth: Int, last: Int32, start: Int32) {
      (self.depth, self.last, self.start) = (depth, last, start)
    }

    /// Reads ``State/best``.
    @inline(__always)
    init(_ best: UInt64, _ start: Int32) {
      depth = Int(truncatingIfNeeded: best >> 32)
      last = Int32(bitPattern: ~UInt32(truncatingIfNeeded: best))
      self.start = start
    }

    @inline(__always)
    func write(
      _ capacity: Int,
      _ counts: inout MutableSpan<Int>,
      _ lasts: inout MutableSpan<Int32>,
      _ starts: inout MutableSpan<Int32>
    ) {
      let place = depth &* capacity &+ counts[depth]
      lasts[place] = last
      starts[place] = start
      counts[depth] &+= 1
    }

    /// Whether a chain of one value is the canonical one of its unit rather than that of another.
    @inline(__always)
    func comes(before other: Chain, _ origins: Span<Int32>) -> Bool {
      if depth != other.depth { return depth > other.depth }
      return origins[Int(last)] < origins[Int(other.last)]
    }
  }

  /// Finds the chains of a block, but for those that are a unit's first frequent row alone; `found`
  /// holds them then, each at its last row, and no others.
  func find<Time: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ lists: RareRows,
    _ times: RareNumbers<Time>,
    into found: inout FunnelRareChains
  ) {
    found.makeRoom(
      forUnits: lists.units.count + 1,
      rows: lists.codes.count,
      stepCount: stepCount,
      lowest: startsAreFrequent ? 2 : 1
    )
    walk(
      lists.units.span,
      steps.span,
      lists.codes.span,
      times.rows.span,
      startsAreFrequent ? times.priors.span : times.rows.span,
      lists.origins.span,
      capacity: found.capacity,
      &found.counts,
      &found.rows,
      &found.starts,
      &found.befores
    )
  }

  /// Writes the chains, those of depth *d* from *d* · `capacity` on; what is less than a chain goes
  /// to the depths below.
  private func walk<Time: FixedWidthInteger>(
    _ units: Span<RareRows.Unit>,
    _ steps: Span<UInt8>,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ startTimes: Span<Time>,
    _ origins: Span<Int32>,
    capacity: Int,
    _ counts: inout [Int],
    _ lasts: inout [Int32],
    _ starts: inout [Int32],
    _ befores: inout [Int32]
  ) {
    var counts = counts.mutableSpan
    var lasts = lasts.mutableSpan
    var starts = starts.mutableSpan
    var befores = befores.mutableSpan
    // Where a row's own start stands: that of the chain of no step before it, or of one.
    let entry = startsAreFrequent ? 2 : 1
    // No row behind the first that ends a chain of all steps can end the unit's.
    let full = UInt64(stepCount) << 32
    var state = State()
    var chain = Chain(depth: 0, last: 0, start: -1)
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
          row = state.best < full ? next : end
          continue
        }
        let step = Int(steps[Int(codes[row])])
        state.take(step, row, Int64(time), limit)
        befores[row] = state.latest[step]
        state.latest[step + 1] = Int32(truncatingIfNeeded: row)
        row = state.best < full ? row + 1 : end
      }
      var found = Chain(state.best, unit.start)
      if !origins.isEmpty {
        // The rows of a unit stand value by value, each with a chain; one of them is the unit's.
        if found.depth < entry { continue }
        if found.start == chain.start {
          if found.comes(before: chain, origins) { chain = found }
          continue
        }
        (chain, found) = (found, chain)
      }
      found.write(capacity, &counts, &lasts, &starts)
    }
    if !origins.isEmpty { chain.write(capacity, &counts, &lasts, &starts) }
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
    let code = codes[rows.lowerBound]
    var others = rows.lowerBound + 1
    while others < rows.upperBound, codes[others] == code { others += 1 }
    if others == rows.upperBound {
      // Most such rows are the items of one order, or of a cart.
      let step = Int(steps[Int(code)])
      state.take(step, rows.lowerBound, time, limit)
      for row in rows { befores[row] = state.latest[step] }
      state.latest[step + 1] = Int32(truncatingIfNeeded: rows.upperBound - 1)
      return
    }
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
