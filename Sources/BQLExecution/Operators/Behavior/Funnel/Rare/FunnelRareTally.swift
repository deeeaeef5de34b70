import BQLColumnar

/// Counts and adds up the chains of a block, whose steps come in any order, in one window.
struct FunnelRareTally<Elapsed: FixedWidthInteger & UnsignedInteger & BitwiseCopyable> {
  let capacity: Int
  /// The chains that reach each step (1-based); units count at step 1 already, none there.
  var counts: [Int]
  /// What the rows of each step are worth, and how many are worth anything; at step 1, where units
  /// count already with their first rows, by how much more.
  var sums: [Int64]
  var valuedCounts: [Int]
  /// The times to each step from the first row, at `step * capacity`; empty unless they are kept.
  var elapsed: [Elapsed]
  var lateStarts = 0
  var immature = 0

  init(stepCount: Int, capacity: Int, keepsTimes: Bool) {
    self.capacity = capacity
    counts = [Int](repeating: 0, count: stepCount + 1)
    sums = [Int64](repeating: 0, count: stepCount + 1)
    valuedCounts = counts
    elapsed = [Elapsed](repeating: 0, count: keepsTimes ? (stepCount + 1) * capacity : 0)
  }

  /// The times to `step`, chain by chain.
  func elapsed(_ step: Int) -> ArraySlice<Elapsed> {
    elapsed[(step * capacity)..<(step * capacity + counts[step])]
  }

  /// Counts the chains and their times, from the first row of each; `late` is the last time at
  /// which a chain is not late.
  mutating func count<Time: FixedWidthInteger>(
    _ found: FunnelRareAnyChains,
    _ times: RareNumbers<Time>,
    before: RareNumbers<Time>,
    after: RareNumbers<Time>,
    late: Int64
  ) {
    let all = Self.count(
      found,
      times.rows.span,
      before.priors.span,
      after.priors.span,
      times.starts.span,
      late: late,
      capacity,
      &counts,
      &elapsed
    )
    (lateStarts, immature) = (all.late, all.immature)
  }

  private static func count<Time: FixedWidthInteger>(
    _ found: FunnelRareAnyChains,
    _ times: Span<Time>,
    _ before: Span<Time>,
    _ after: Span<Time>,
    _ starts: Span<Time>,
    late: Int64,
    _ capacity: Int,
    _ counts: inout [Int],
    _ elapsed: inout [Elapsed]
  ) -> (late: Int, immature: Int) {
    let stepCount = counts.count - 1
    let keepsTimes = !elapsed.isEmpty
    let chains = found.chains.span
    let rows = found.rows.span
    var counts = counts.mutableSpan
    var elapsed = elapsed.mutableSpan
    var (lateStarts, immature) = (0, 0)
    for index in 0..<found.count {
      let chain = chains[index]
      let base = index * stepCount - 1
      let depth = Int(chain.depth)
      let start = Int(rows[base + 1])
      var earliest = start < 0 ? after[~start] : before[start]
      for step in 2...depth { earliest = min(earliest, times[Int(rows[base + step])]) }
      for step in 2...depth {
        let difference = Int64(times[Int(rows[base + step])]) &- Int64(earliest)
        if keepsTimes {
          elapsed[step * capacity + counts[step]] = Elapsed(truncatingIfNeeded: difference)
        }
        counts[step] += 1
      }
      // The unit counts with its first frequent row already.
      let wasLate = Int64(starts[Int(chain.start)]) > late ? 1 : 0
      let isLate = Int64(earliest) > late ? 1 : 0
      lateStarts += isLate - wasLate
      immature += (depth < stepCount ? isLate : 0) - wasLate
    }
    return (lateStarts, immature)
  }

  /// Adds what the chains' rows are worth: `worth` of a rare row, the others of frequent ones.
  mutating func add<Amount: FixedWidthInteger>(
    _ found: FunnelRareAnyChains,
    worth: RareWorth,
    starts: RareNumbers<Amount>,
    before: RareNumbers<Amount>,
    after: RareNumbers<Amount>
  ) {
    switch worth {
    case .int32(let worth): add(found, worth.span, starts, before, after)
    case .int64(let worth): add(found, worth.span, starts, before, after)
    }
  }

  private mutating func add<Amount: FixedWidthInteger>(
    _ found: FunnelRareAnyChains,
    _ worth: Span<some FixedWidthInteger>,
    _ starts: RareNumbers<Amount>,
    _ before: RareNumbers<Amount>,
    _ after: RareNumbers<Amount>
  ) {
    let stepCount = counts.count - 1
    let rows = found.rows.span
    for index in 0..<found.count {
      let chain = found.chains[index]
      let base = index * stepCount - 1
      let row = Int(rows[base + 1])
      let first = row < 0 ? after.priors[~row] : before.priors[row]
      let start = starts.starts[Int(chain.start)]
      sums[1] &+= (first == .min ? 0 : Int64(first)) &- (start == .min ? 0 : Int64(start))
      valuedCounts[1] &+= (first == .min ? 0 : 1) &- (start == .min ? 0 : 1)
      for step in 2...Int(chain.depth) {
        let own = worth[Int(rows[base + step])]
        sums[step] &+= own == .min ? 0 : Int64(own)
        valuedCounts[step] &+= own == .min ? 0 : 1
      }
    }
  }
}
