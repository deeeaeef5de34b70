/// Shares out the rows of one instant among the steps that end in it, each row to one step.
///
/// **Why few rows are enough.** A chain has at most *K* = stepCount rows in the instant. If a
/// chain takes for a step a row that is not among the last *K* rows matching that step, one of
/// those is free, and taking it instead gives a chain with a larger source row at that step and
/// no other change. So the chain with the largest source rows, and with it whether any chain
/// exists, is found among the last *K* rows of each step; even with one row set aside as the
/// chain's end, at most *K* − 2 of a step's *K* − 1 others are taken by other steps. In the same
/// way the smallest row that can end a chain at a step is among the first *K* rows of that step.
/// An instant of *n* rows thus costs O(*n* × steps matched) to collect, and a matching over at
/// most *K*² rows, however many rows are tied.
struct InstantAssignment {
  private let stepCount: Int
  // Up to stepCount rows a step, from the first ascending and from the last descending.
  private var first: [[Int32]]
  private var last: [[Int32]]
  /// The row of each step; −1 where it has none.
  private var assigned: [Int32]
  private var excluded: Int32 = -1

  init(stepCount: Int) {
    self.stepCount = stepCount
    first = [[Int32]](repeating: [], count: stepCount)
    last = first
    assigned = [Int32](repeating: -1, count: stepCount)
  }

  func firstRows(of step: Int) -> [Int32] { first[step - 1] }

  /// Returns the row that ``solve(top:excluding:depthBefore:)`` gave to `step`.
  func row(of step: Int) -> Int32 { assigned[step - 1] }

  /// Collects the rows of an instant that can matter.
  mutating func collect(_ range: Range<Int>, mask: (Int) -> UInt32) {
    for step in 0..<stepCount {
      first[step].removeAll(keepingCapacity: true)
      last[step].removeAll(keepingCapacity: true)
    }
    for index in range { Self.add(index, mask(index), to: &first, limit: stepCount) }
    for index in range.reversed() { Self.add(index, mask(index), to: &last, limit: stepCount) }
  }

  private static func add(_ row: Int, _ mask: UInt32, to lists: inout [[Int32]], limit: Int) {
    var mask = mask
    while mask != 0 {
      let step = mask.trailingZeroBitCount
      mask &= mask - 1
      if lists[step].count < limit { lists[step].append(Int32(truncatingIfNeeded: row)) }
    }
  }

  /// Gives rows to the steps from `top` down to the first step that can be taken in this instant,
  /// the largest rows to the last steps, and returns that first step.
  ///
  /// The first step is the smallest *e* such that *e*…`top` get distinct rows and `mayEnter` says
  /// that a chain from before the instant, of length *e* − 1, may go on at step *e*; with `top` =
  /// *e* − 1 no step is taken here. A smaller *e* gives later times. Where *e*…`top` get distinct
  /// rows, so do the steps from any later one.
  ///
  /// - Parameters:
  ///   - top: The last step to give a row to, 0…stepCount.
  ///   - excluding: A row that is taken already.
  ///   - mayEnter: Asked for steps 1…`top` + 1.
  /// - Returns: nil where no chain from before the instant can be continued.
  mutating func solve(top: Int, excluding: Int32?, mayEnter: (Int) -> Bool) -> Int? {
    excluded = excluding ?? -1
    let lowest = assign(from: 1, to: top)
    guard let entry = (lowest...(top + 1)).first(where: mayEnter) else { return nil }
    if entry > lowest { _ = assign(from: entry, to: top) }
    maximize(entry - 1, top)
    return entry
  }

  /// Gives rows to the steps from `top` down and returns the last that got one, at least `lowest`.
  private mutating func assign(from lowest: Int, to top: Int) -> Int {
    for step in 0..<stepCount { assigned[step] = -1 }
    var entry = top + 1
    while entry > lowest {
      var visited: UInt32 = 1 << UInt32(entry - 2)
      guard augment(entry - 2, &visited) else { break }
      entry -= 1
    }
    return entry
  }

  /// Finds a row for `step` (0-based) by an augmenting path.
  ///
  /// It moves other steps, those not in `visited`, to other rows where that makes room, and
  /// changes nothing when it fails.
  private mutating func augment(_ step: Int, _ visited: inout UInt32) -> Bool {
    for index in last[step].indices {
      let row = last[step][index]
      guard row != excluded else { continue }
      guard let holder = holder(of: row) else {
        assigned[step] = row
        return true
      }
      guard visited & (1 << UInt32(holder)) == 0 else { continue }
      visited |= 1 << UInt32(holder)
      if augment(holder, &visited) {
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

  /// Exchanges rows until those of the steps `end` − 1, … `first` (0-based) are, compared in that
  /// order, the largest possible.
  private mutating func maximize(_ first: Int, _ end: Int) {
    var settled: UInt32 = 0
    for step in stride(from: end - 1, through: first, by: -1) {
      settled |= 1 << UInt32(step)
      for index in last[step].indices {
        let row = last[step][index]
        guard row > assigned[step] else { break }
        guard row != excluded else { continue }
        guard let holder = holder(of: row) else {
          assigned[step] = row
          break
        }
        guard settled & (1 << UInt32(holder)) == 0 else { continue }
        let former = assigned[step]
        assigned[step] = row
        assigned[holder] = -1
        var visited = settled | 1 << UInt32(holder)
        if augment(holder, &visited) { break }
        assigned[step] = former
        assigned[holder] = row
      }
    }
  }
}
