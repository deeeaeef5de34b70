import BQLColumnar

/// Holds the chains of a block in one window as the rare rows that they are made of, those of one
/// depth side by side.
///
/// What a funnel tells is counted step by step from the last one, all chains at once: each chain
/// stands at one of its rows, first at its last, and ``goBack(to:)`` brings those that are at a step
/// to the one before. So no loop over them has a branch that depends on a chain.
struct FunnelRareChains {
  /// The steps of the funnel.
  private(set) var stepCount = 0
  /// The first step of rare rows, which is the least depth of a chain too: 2 where step 1 is of
  /// frequent rows, else 1.
  private(set) var lowest = 1
  /// The chains of depth *d* stand from *d* · `capacity` on.
  private(set) var capacity = 0
  /// The chains of each depth; those below ``lowest`` mean nothing.
  var counts: [Int] = []
  /// The rare row at which each chain stands.
  var rows: [Int32] = []
  /// The first frequent row of each chain's unit, −1 for none.
  var starts: [Int32] = []
  /// For each listed row that is of a step, the row of the step before that a chain through it
  /// has; of no meaning where no chain goes through it, or where the step before is of frequent rows.
  var befores: [Int32] = []

  /// Forgets the chains and makes room for those of another block.
  mutating func makeRoom(forUnits unitCount: Int, rows rowCount: Int, stepCount: Int, lowest: Int) {
    (self.stepCount, self.lowest, capacity) = (stepCount, lowest, unitCount)
    counts = [Int](repeating: 0, count: stepCount + 1)
    let count = (stepCount + 1) * unitCount
    if rows.count < count {
      rows = [Int32](repeating: 0, count: count)
      starts = rows
    }
    if befores.count < rowCount { befores = [Int32](repeating: 0, count: rowCount) }
  }

  /// Where the chains of a depth stand in ``rows`` and ``starts``.
  func places(_ depth: Int) -> Range<Int> {
    (depth * capacity)..<(depth * capacity + counts[depth])
  }

  /// The chains that reach `step`.
  func count(at step: Int) -> Int { counts[step...].reduce(0, +) }

  /// Brings the chains that reach `step`, and stand there, to the step before.
  mutating func goBack(to step: Int) {
    for depth in (step + 1)...stepCount { Self.goBack(places(depth), &rows, befores) }
  }

  private static func goBack(_ places: Range<Int>, _ rows: inout [Int32], _ befores: [Int32]) {
    let befores = befores.span
    var rows = rows.mutableSpan
    for place in places { rows[place] = befores[Int(rows[place])] }
  }

  /// Returns the row of each chain at the lowest step, where the chains stand at their last rows.
  func firstRows() -> [Int32] {
    var firsts = rows
    for depth in lowest...stepCount {
      for _ in lowest..<depth { Self.goBack(places(depth), &firsts, befores) }
    }
    return firsts
  }

  /// Returns the time that each chain took to `step`, where it stands, from the step before.
  func elapsed<Time: FixedWidthInteger, Elapsed: FixedWidthInteger & BitwiseCopyable>(
    to step: Int,
    _ times: RareNumbers<Time>,
    as type: Elapsed.Type
  ) -> [Elapsed] {
    let rows = rows.span
    let befores = befores.span
    let own = times.rows.span
    let priors = times.priors.span
    let isLowest = step == lowest
    return [Elapsed](capacity: count(at: step)) { (output: inout OutputSpan<Elapsed>) in
      for depth in step...stepCount {
        for place in places(depth) {
          let row = Int(rows[place])
          let before = isLowest ? priors[row] : own[Int(befores[row])]
          output.append(Elapsed(truncatingIfNeeded: Int64(own[row]) &- Int64(before)))
        }
      }
    }
  }

  /// Returns the time that each chain took to `step`, where it stands, from its first row; `firsts`
  /// are the chains' ``firstRows()``.
  func elapsed<Time: FixedWidthInteger, Elapsed: FixedWidthInteger & BitwiseCopyable>(
    to step: Int,
    fromFirst firsts: [Int32],
    _ times: RareNumbers<Time>,
    as type: Elapsed.Type
  ) -> [Elapsed] {
    let rows = rows.span
    let firsts = firsts.span
    let own = times.rows.span
    let begun = lowest > 1 ? times.priors.span : times.rows.span
    return [Elapsed](capacity: count(at: step)) { (output: inout OutputSpan<Elapsed>) in
      for depth in step...stepCount {
        for place in places(depth) {
          let start = Int64(begun[Int(firsts[place])])
          output.append(
            Elapsed(truncatingIfNeeded: Int64(own[Int(rows[place])]) &- start)
          )
        }
      }
    }
  }

  /// Returns what the rows are worth together at which the chains that reach `step` stand.
  func worth(at step: Int, _ worth: RareWorth) -> MoneySum {
    switch worth {
    case .int32(let worth): self.worth(at: step, worth.span)
    case .int64(let worth): self.worth(at: step, worth.span)
    }
  }

  private func worth(at step: Int, _ worth: Span<some FixedWidthInteger>) -> MoneySum {
    let rows = rows.span
    var (sum, count) = (Int64(0), 0)
    for depth in step...stepCount {
      for place in places(depth) {
        let own = worth[Int(rows[place])]
        sum &+= own == .min ? 0 : Int64(own)
        count &+= own == .min ? 0 : 1
      }
    }
    return MoneySum(hundredths: Int128(sum), float: 0, count: count)
  }

  /// Returns by how much more chains are worth at a first step of frequent rows than the first such
  /// rows of their units, with which the units count already.
  ///
  /// The chains stand at the lowest step.
  func startWorth<Amount: FixedWidthInteger>(_ amounts: RareNumbers<Amount>) -> MoneySum {
    let rows = rows.span
    let starts = starts.span
    let priors = amounts.priors.span
    let firsts = amounts.starts.span
    var (sum, count) = (Int64(0), 0)
    for depth in lowest...stepCount {
      for place in places(depth) {
        let prior = priors[Int(rows[place])]
        let start = firsts[Int(starts[place])]
        sum &+= (prior == .min ? 0 : Int64(prior)) &- (start == .min ? 0 : Int64(start))
        count &+= (prior == .min ? 0 : 1) &- (start == .min ? 0 : 1)
      }
    }
    return MoneySum(hundredths: Int128(sum), float: 0, count: count)
  }

  /// Returns how many chains start after `late`, and how many of these are not complete; where
  /// units count with their first frequent rows already, how many more than such rows.
  ///
  /// The chains stand at the lowest step.
  func lateCounts<Time: FixedWidthInteger>(
    after late: Int64,
    _ times: RareNumbers<Time>
  ) -> (starts: Int, immature: Int) {
    let rows = rows.span
    let starts = starts.span
    let begun = lowest > 1 ? times.priors.span : times.rows.span
    let firsts = times.starts.span
    var found = (starts: 0, immature: 0)
    for depth in lowest...stepCount {
      var (isLate, wasLate) = (0, 0)
      for place in places(depth) {
        isLate &+= Int64(begun[Int(rows[place])]) > late ? 1 : 0
        if lowest > 1 { wasLate &+= Int64(firsts[Int(starts[place])]) > late ? 1 : 0 }
      }
      found.starts += isLate - wasLate
      found.immature += (depth < stepCount ? isLate : 0) - wasLate
    }
    return found
  }
}
