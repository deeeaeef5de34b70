/// Finds the matches of a pattern whose hops have no limits: one thread a position, the one with the
/// latest first row, says all, and its first row is all that there is to know of it.
struct MatchScan {
  /// What becomes of the rows of one mask.
  private struct Kind {
    /// The positions that take such a row: `accepted[positions]`.
    var positions: Range<Int>
    /// Whether of several such rows in a run only the last one matters: none of them ends a match,
    /// and none follows another.
    var isIdle: Bool
  }

  private let stepper: MatchStepper
  private let isStrict: Bool
  /// Of each mask.
  private let kinds: [Kind]
  private let accepted: [Int]
  /// The first rows of the threads that may go on at any later row, and at the very next; −1 for
  /// none.
  private var held: [Int32]
  private var fresh: [Int32]
  private var isEmpty = true
  private var hasFresh = false
  /// The first rows of the threads that arrive by one row.
  private var arrived: [Int32]

  /// Prepares a scan; nil where hops have limits, or there are too many masks to list.
  init?(_ automaton: MatchAutomaton, _ stepper: MatchStepper) {
    guard !automaton.hasLimits, let maskCount = automaton.maskCount else { return nil }
    self.stepper = stepper
    isStrict = automaton.isStrict
    var accepted: [Int] = []
    kinds = (0..<maskCount).map { mask in
      let own = automaton.accepting(UInt32(truncatingIfNeeded: mask)).map { Int($0) }
      let start = accepted.count
      accepted += own
      let isIdle = own.allSatisfy { index in
        let position = automaton.positions[index]
        return !position.isLast && !position.loose.contains { own.contains($0.from) }
      }
      return Kind(positions: start..<accepted.count, isIdle: isIdle && !automaton.isStrict)
    }
    self.accepted = accepted
    held = [Int32](repeating: -1, count: automaton.positions.count)
    fresh = held
    arrived = held
  }

  /// Hands each match of a unit to `take`: its first row, and its length as stored; `matcher` takes
  /// the rows of an instant that differ.
  // Inlined, it makes the compiler (6.3.1) crash over the lifetimes of Spans.
  @inline(never)
  mutating func match<Mask: FixedWidthInteger, Time: FixedWidthInteger>(
    _ unit: Range<Int>,
    _ masks: Span<Mask>,
    _ times: Span<Time>,
    _ matcher: inout MatchMatcher,
    _ take: (_ row: Int, _ length: UInt64) -> Void
  ) {
    removeAll()
    var row = unit.lowerBound
    while row < unit.upperBound {
      let run = MatchRun(
        from: row,
        to: unit.upperBound,
        masks,
        times,
        ordersTies: matcher.ordersTies
      )
      row = run.instant.upperBound
      matchRun(run.rows, Int(truncatingIfNeeded: masks[run.rows.lowerBound]), times, take)
      guard !run.instant.isEmpty else { continue }
      matcher.removeAll()
      give(to: &matcher, times)
      matcher.matchInstant(run.instant, masks, Int64(times[run.instant.lowerBound]), take)
      takeBack(matcher.threads)
    }
  }

  @inline(__always)
  private mutating func matchRun<Time: FixedWidthInteger>(
    _ rows: Range<Int>,
    _ mask: Int,
    _ times: Span<Time>,
    _ take: (_ row: Int, _ length: UInt64) -> Void
  ) {
    guard !rows.isEmpty else { return }
    let kind = kinds[mask]
    guard !kind.positions.isEmpty else {
      removeFresh()
      return
    }
    var row = kind.isIdle ? rows.upperBound &- 1 : rows.lowerBound
    while row < rows.upperBound {
      matchRow(row, kind.positions, times, take)
      row &+= 1
    }
  }

  @inline(__always)
  private mutating func matchRow<Time: FixedWidthInteger>(
    _ row: Int,
    _ positions: Range<Int>,
    _ times: Span<Time>,
    _ take: (_ row: Int, _ length: UInt64) -> Void
  ) {
    var best: Int32 = -1
    for place in positions {
      let index = accepted[place]
      let position = stepper.positions[index]
      var first: Int32 = position.isFirst ? Int32(truncatingIfNeeded: row) : -1
      for move in position.loose { first = max(first, held[stepper.moves[move].from]) }
      if isStrict {
        for move in position.strict { first = max(first, fresh[stepper.moves[move].from]) }
      }
      arrived[index] = first
      if position.isLast { best = max(best, first) }
    }
    if best >= 0 {
      // All others are longer.
      let length = UInt64(truncatingIfNeeded: Int64(times[row]) &- Int64(times[Int(best)]))
      if length <= UInt64(stepper.window) {
        take(Int(best), length)
        removeAll()
        return
      }
    }
    removeFresh()
    for place in positions {
      let index = accepted[place]
      let first = arrived[index]
      guard first >= 0 else { continue }
      put(first, at: index)
    }
  }

  @inline(__always)
  private mutating func put(_ first: Int32, at index: Int) {
    isEmpty = false
    if stepper.positions[index].isHeld { held[index] = max(held[index], first) }
    if stepper.positions[index].isFresh {
      fresh[index] = max(fresh[index], first)
      hasFresh = true
    }
  }

  @inline(__always)
  private mutating func removeAll() {
    guard !isEmpty else { return }
    for index in held.indices { held[index] = -1 }
    removeFresh()
    isEmpty = true
  }

  @inline(__always)
  private mutating func removeFresh() {
    guard hasFresh else { return }
    for index in fresh.indices { fresh[index] = -1 }
    hasFresh = false
  }

  private func give<Time: FixedWidthInteger>(
    to matcher: inout MatchMatcher,
    _ times: Span<Time>
  ) {
    for index in held.indices {
      for (row, isHeld) in [(held[index], true), (fresh[index], false)] where row >= 0 {
        let thread = MatchThread(start: Int64(times[Int(row)]), last: 0, row: row)
        matcher.insert(thread, at: index, isHeld: isHeld)
      }
    }
  }

  private mutating func takeBack(_ threads: MatchThreads) {
    removeAll()
    guard !threads.isEmpty else { return }
    isEmpty = false
    for index in held.indices {
      held[index] = threads.held.first[index].row
      fresh[index] = threads.fresh.first[index].row
    }
    hasFresh = threads.hasFresh
  }
}
