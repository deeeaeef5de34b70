/// Finds the matches of a pattern in the rows of one unit after the other.
///
/// A match ends at the earliest instant that it can and, of those that do, has the latest first row;
/// the next one begins behind it. Each row is looked at once, and moves the threads at the
/// positions that take it: O(rows · positions) at worst.
///
/// Rows of one instant may stand in any order that lets the pattern match. Where they differ, every
/// multiset of them that may come first is a node, reached from those with one row less.
struct MatchMatcher {
  /// The most nodes of one instant; beyond, its rows stand as in the source.
  private static let nodeLimit = 4_096

  private let automaton: MatchAutomaton
  let ordersTies: Bool
  private var stepper: MatchStepper
  private(set) var threads: MatchThreads
  private var nodes: [MatchThreads] = []
  /// The positions that take rows of `mask`.
  private var accepted: [Int32] = []
  private var mask: UInt32
  /// Instants with too many different rows.
  private(set) var crowdedCount = 0

  init(_ automaton: MatchAutomaton, _ stepper: MatchStepper, ordersTies: Bool) {
    self.automaton = automaton
    self.stepper = stepper
    self.ordersTies = ordersTies
    threads = MatchThreads(automaton)
    mask = 0
    accepted = automaton.accepting(mask)
  }

  /// Hands each match of a unit to `take`: its first row, and its length as stored.
  // Inlined, it makes the compiler (6.3.1) crash over the lifetimes of Spans.
  @inline(never)
  mutating func match<Mask: FixedWidthInteger, Time: FixedWidthInteger>(
    _ unit: Range<Int>,
    _ masks: Span<Mask>,
    _ times: Span<Time>,
    _ take: (_ row: Int, _ length: UInt64) -> Void
  ) {
    threads.removeAll()
    var row = unit.lowerBound
    while row < unit.upperBound {
      let run = MatchRun(
        from: row,
        to: unit.upperBound,
        masks,
        times,
        ordersTies: ordersTies
      )
      let mask = UInt32(truncatingIfNeeded: masks[row])
      var index = run.rows.lowerBound
      while index < run.rows.upperBound {
        matchRow(index, mask, Int64(times[index]), take)
        index += 1
      }
      if !run.instant.isEmpty {
        matchInstant(run.instant, masks, Int64(times[run.instant.lowerBound]), take)
      }
      row = run.instant.upperBound
    }
  }

  mutating func removeAll() { threads.removeAll() }

  mutating func insert(_ thread: MatchThread, at index: Int, isHeld: Bool) {
    threads.insert(thread, at: index, isHeld: isHeld, isFresh: !isHeld)
  }

  private mutating func matchRow(
    _ row: Int,
    _ mask: UInt32,
    _ time: Int64,
    _ take: (_ row: Int, _ length: UInt64) -> Void
  ) {
    if mask != self.mask {
      self.mask = mask
      accepted = automaton.accepting(mask)
    }
    if accepted.isEmpty {
      threads.removeFresh()
      return
    }
    let best = stepper.step(threads, accepted, row: row, time: time)
    if best.row >= 0 {
      take(Int(best.row), UInt64(time - best.start))
      threads.removeAll()
      return
    }
    threads.removeFresh()
    stepper.insertArrived(into: &threads)
  }

  /// Takes the rows of one instant in any order.
  // Inlined, it makes the compiler (6.3.1) crash over the lifetimes of Spans.
  @inline(never)
  mutating func matchInstant<Mask: FixedWidthInteger>(
    _ rows: Range<Int>,
    _ masks: Span<Mask>,
    _ time: Int64,
    _ take: (_ row: Int, _ length: UInt64) -> Void
  ) {
    var kinds = kinds(rows, masks)
    while !kinds.isEmpty {
      guard let counts = nodeCounts(kinds) else {
        crowdedCount += 1
        let rest = kinds.flatMap { kind in kind.rows.map { ($0, kind.mask) } }.sorted {
          $0.0 < $1.0
        }
        for (row, mask) in rest { matchRow(row, mask, time, take) }
        return
      }
      guard let best = fillNodes(kinds, counts, time) else {
        threads = nodes[counts.reduce(1) { $0 * ($1 + 1) } - 1]
        return
      }
      take(Int(best.thread.row), UInt64(time - best.thread.start))
      threads.removeAll()
      // The rows that the match, or what came before it, has used are gone.
      var rest = best.node
      for index in kinds.indices {
        kinds[index].rows.removeFirst(rest % (counts[index] + 1))
        rest /= counts[index] + 1
      }
      kinds.removeAll { $0.rows.isEmpty }
    }
  }

  /// Holds the rows of an instant that no position tells apart.
  private struct Kind {
    var mask: UInt32
    var accepted: [Int32]
    var rows: [Int]
  }

  /// The kinds of an instant's rows, by mask; those that cannot matter are left out.
  private func kinds<Mask: FixedWidthInteger>(
    _ rows: Range<Int>,
    _ masks: Span<Mask>
  ) -> [Kind] {
    var found: [Kind] = []
    for row in rows {
      let mask = UInt32(truncatingIfNeeded: masks[row])
      if let index = found.firstIndex(where: { $0.mask == mask }) {
        found[index].rows.append(row)
      } else {
        let accepted = automaton.accepting(mask)
        if accepted.isEmpty, !automaton.isStrict { continue }
        found.append(Kind(mask: mask, accepted: accepted, rows: [row]))
      }
    }
    return found.sorted { $0.mask < $1.mask }
  }

  /// How many rows of each kind the nodes tell apart; nil where there would be too many nodes.
  ///
  /// Where any rows may come between, a match needs no more rows of a kind than there are positions
  /// that take it.
  private func nodeCounts(_ kinds: [Kind]) -> [Int]? {
    let counts = kinds.map { kind in
      automaton.isStrict ? kind.rows.count : min(kind.rows.count, kind.accepted.count)
    }
    var nodeCount = 1
    for count in counts {
      nodeCount *= count + 1
      if nodeCount > Self.nodeLimit { return nil }
    }
    return counts
  }

  /// Computes the threads of each node, node 0 being those before the instant; returns the match
  /// with the latest first row, of equals one with the fewest rows used.
  private mutating func fillNodes(
    _ kinds: [Kind],
    _ counts: [Int],
    _ time: Int64
  ) -> (thread: MatchThread, node: Int)? {
    let nodeCount = counts.reduce(1) { $0 * ($1 + 1) }
    while nodes.count < nodeCount {
      nodes.append(MatchThreads(automaton))
    }
    nodes[0] = threads
    var best: (thread: MatchThread, node: Int, rowCount: Int)?
    for node in 1..<nodeCount {
      nodes[node].removeAll()
      var (stride, rest, rowCount) = (1, node, 0)
      for index in kinds.indices {
        rowCount += rest % (counts[index] + 1)
        rest /= counts[index] + 1
      }
      rest = node
      for index in kinds.indices {
        let used = rest % (counts[index] + 1)
        rest /= counts[index] + 1
        if used > 0 {
          let source = nodes[node - stride]
          let found = stepper.step(
            source,
            kinds[index].accepted,
            row: kinds[index].rows[used - 1],
            time: time
          )
          if found.row >= 0 {
            if best.map({ ($0.thread.start, -$0.rowCount) < (found.start, -rowCount) }) ?? true {
              best = (found, node, rowCount)
            }
          }
          nodes[node].insertHeld(source)
          stepper.insertArrived(into: &nodes[node])
        }
        stride *= counts[index] + 1
      }
    }
    return best.map { ($0.thread, $0.node) }
  }
}
