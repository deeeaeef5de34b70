import BQLColumnar

/// Counts and adds up the chains of a block in one window.
struct FunnelRareTally<Elapsed: FixedWidthInteger & UnsignedInteger & BitwiseCopyable> {
  private let startsAreFrequent: Bool
  let capacity: Int
  /// The chains that reach each step (1-based); where units count at step 1 already, none there.
  var counts: [Int]
  /// What the rows of each step are worth, and how many are worth anything; at step 1, where units
  /// count already with their first rows, by how much more.
  var sums: [Int64]
  var valuedCounts: [Int]
  /// The times to each step from the step before, at `step * capacity`; empty unless they are kept.
  var elapsed: [Elapsed]
  /// As `elapsed`, from the first step; empty unless they are asked for.
  private var fromFirst: [Elapsed] = []
  private(set) var tiedPairs = 0
  var lateStarts = 0
  var immature = 0

  init(stepCount: Int, capacity: Int, startsAreFrequent: Bool, keepsTimes: Bool) {
    self.startsAreFrequent = startsAreFrequent
    self.capacity = capacity
    counts = [Int](repeating: 0, count: stepCount + 1)
    sums = [Int64](repeating: 0, count: stepCount + 1)
    valuedCounts = counts
    elapsed = [Elapsed](repeating: 0, count: keepsTimes ? (stepCount + 1) * capacity : 0)
  }

  /// The times to `step` from the step before, or from the first, chain by chain.
  func elapsed(_ step: Int, isFromFirst: Bool) -> ArraySlice<Elapsed> {
    let range = (step * capacity)..<(step * capacity + counts[step])
    return isFromFirst ? fromFirst[range] : elapsed[range]
  }

  /// Counts the chains and their times; `late` is the last time at which a chain is not late.
  mutating func count<Time: FixedWidthInteger>(
    _ found: FunnelRareChains,
    _ times: RareNumbers<Time>,
    late: Int64
  ) {
    let all = Self.count(
      found,
      times.rows.span,
      times.priors.span,
      times.starts.span,
      startsAreFrequent: startsAreFrequent,
      late: late,
      capacity,
      &counts,
      &elapsed
    )
    (tiedPairs, lateStarts, immature) = (all.tied, all.late, all.immature)
  }

  private static func count<Time: FixedWidthInteger>(
    _ found: FunnelRareChains,
    _ times: Span<Time>,
    _ priors: Span<Time>,
    _ starts: Span<Time>,
    startsAreFrequent: Bool,
    late: Int64,
    _ capacity: Int,
    _ counts: inout [Int],
    _ elapsed: inout [Elapsed]
  ) -> (tied: Int, late: Int, immature: Int) {
    let stepCount = counts.count - 1
    let chains = found.chains.span
    let befores = found.befores.span
    let keepsTimes = !elapsed.isEmpty
    var counts = counts.mutableSpan
    var elapsed = elapsed.mutableSpan
    let least = startsAreFrequent ? 2 : 1
    var (tied, lateStarts, immature) = (0, 0, 0)
    for index in 0..<found.count {
      let chain = chains[index]
      let depth = Int(chain.depth)
      var step = depth
      var row = Int(chain.last)
      var time = times[row]
      while step > least {
        row = Int(befores[row])
        let before = times[row]
        let difference = Elapsed(truncatingIfNeeded: Int64(time) &- Int64(before))
        if keepsTimes { elapsed[step * capacity + counts[step]] = difference }
        tied += difference == 0 ? 1 : 0
        counts[step] += 1
        time = before
        step -= 1
      }
      if startsAreFrequent {
        let before = priors[row]
        let difference = Elapsed(truncatingIfNeeded: Int64(time) &- Int64(before))
        if keepsTimes { elapsed[2 * capacity + counts[2]] = difference }
        tied += difference == 0 ? 1 : 0
        counts[2] += 1
        time = before
        // The unit counts with its first row already.
        let wasLate = Int64(starts[Int(chain.start)]) > late ? 1 : 0
        lateStarts -= wasLate
        immature -= wasLate
      } else {
        counts[1] += 1
      }
      let isLate = Int64(time) > late ? 1 : 0
      lateStarts += isLate
      immature += depth < stepCount ? isLate : 0
    }
    return (tied, lateStarts, immature)
  }

  /// Tells the times of chains from their first step.
  mutating func countFromFirst<Time: FixedWidthInteger>(
    _ found: FunnelRareChains,
    _ times: RareNumbers<Time>
  ) {
    fromFirst = [Elapsed](repeating: 0, count: elapsed.count)
    var next = [Int](repeating: 0, count: counts.count)
    for index in 0..<found.count {
      let chain = found.chains[index]
      guard chain.depth > 1 else { continue }
      var row = Int(chain.last)
      for _ in 0..<(chain.depth - (startsAreFrequent ? 2 : 1)) { row = Int(found.befores[row]) }
      let start = Int64(startsAreFrequent ? times.priors[row] : times.rows[row])
      row = Int(chain.last)
      for step in stride(from: Int(chain.depth), to: 1, by: -1) {
        fromFirst[step * capacity + next[step]] =
          Elapsed(truncatingIfNeeded: Int64(times.rows[row]) &- start)
        next[step] += 1
        row = Int(found.befores[row])
      }
    }
  }

  /// Adds what the chains' rows are worth: `worth` of a rare row, `amounts` of frequent ones.
  mutating func add<Amount: FixedWidthInteger>(
    _ found: FunnelRareChains,
    worth: Span<Int64>,
    _ amounts: RareNumbers<Amount>
  ) {
    Self.add(
      found,
      worth,
      amounts.priors.span,
      amounts.starts.span,
      startsAreFrequent: startsAreFrequent,
      &sums,
      &valuedCounts
    )
  }

  private static func add<Amount: FixedWidthInteger>(
    _ found: FunnelRareChains,
    _ worth: Span<Int64>,
    _ priors: Span<Amount>,
    _ starts: Span<Amount>,
    startsAreFrequent: Bool,
    _ sums: inout [Int64],
    _ valuedCounts: inout [Int]
  ) {
    let chains = found.chains.span
    let befores = found.befores.span
    var sums = sums.mutableSpan
    var valuedCounts = valuedCounts.mutableSpan
    let least = startsAreFrequent ? 2 : 1
    var (firstSum, firstCount) = (Int64(0), 0)
    for index in 0..<found.count {
      let chain = chains[index]
      var step = Int(chain.depth)
      var row = Int(chain.last)
      while true {
        let own = worth[row]
        sums[step] &+= own == .min ? 0 : own
        valuedCounts[step] &+= own == .min ? 0 : 1
        guard step > least else { break }
        row = Int(befores[row])
        step -= 1
      }
      guard startsAreFrequent else { continue }
      let prior = priors[row]
      let start = starts[Int(chain.start)]
      firstSum &+= (prior == .min ? 0 : Int64(prior)) &- (start == .min ? 0 : Int64(start))
      firstCount &+= (prior == .min ? 0 : 1) &- (start == .min ? 0 : 1)
    }
    sums[1] &+= firstSum
    valuedCounts[1] &+= firstCount
  }
}
