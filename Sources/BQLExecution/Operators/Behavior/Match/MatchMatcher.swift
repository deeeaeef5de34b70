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

  /// What a row needs to know of a position, without its lists.
  private struct Position {
    var isFirst: Bool
    var isLast: Bool
    var isExcept: Bool
    var isHeld: Bool
    var isFresh: Bool
    /// The moves to it: `before[loose]`, `before[strict]`.
    var loose: Range<Int>
    var strict: Range<Int>
  }

  private let automaton: MatchAutomaton
  /// In stored units; `Int64.max` is no limit.
  private let window: Int64
  private let ordersTies: Bool
  private var positions: [Position] = []
  /// Limits are in stored units.
  private var before: [MatchAutomaton.Move] = []
  private var threads: MatchThreads
  private var nodes: [MatchThreads] = []
  private var accepted: [Int32] = []
  private var arrived: [(position: Int, thread: MatchThread)] = []
  /// Instants with too many different rows.
  private(set) var crowdedCount = 0

  init(_ automaton: MatchAutomaton, window: Int64?, timeScale: Int64, ordersTies: Bool) {
    self.automaton = automaton
    self.window = window.map { $0 / timeScale } ?? .max
    self.ordersTies = ordersTies
    threads = MatchThreads(automaton)
    for position in automaton.positions {
      let start = before.count
      before += position.loose
      let middle = before.count
      before += position.strict
      for index in start..<before.count where before[index].limit < .max {
        before[index].limit /= timeScale
      }
      positions.append(
        Position(
          isFirst: position.isFirst,
          isLast: position.isLast,
          isExcept: position.isExcept,
          isHeld: position.hasLooseSuccessor,
          isFresh: position.hasStrictSuccessor,
          loose: start..<middle,
          strict: middle..<before.count
        )
      )
    }
  }

  /// Hands each match of a unit to `take`: its first row, and its length as stored.
  mutating func match(
    _ unit: Range<Int>,
    _ masks: Span<Int32>,
    _ times: Span<Int64>,
    _ take: (_ row: Int, _ length: UInt64) -> Void
  ) {
    threads.removeAll()
    var row = unit.lowerBound
    while row < unit.upperBound {
      var end = row + 1
      while end < unit.upperBound, times[end] == times[row] { end += 1 }
      if end - row > 1, ordersTies, differ(row..<end, masks) {
        matchInstant(row..<end, masks, times[row], take)
      } else {
        for index in row..<end { matchRow(index, masks[index], times[row], take) }
      }
      row = end
    }
  }

  private func differ(_ rows: Range<Int>, _ masks: Span<Int32>) -> Bool {
    for row in rows where masks[row] != masks[rows.lowerBound] { return true }
    return false
  }

  @inline(__always)
  private mutating func matchRow(
    _ row: Int,
    _ mask: Int32,
    _ time: Int64,
    _ take: (_ row: Int, _ length: UInt64) -> Void
  ) {
    automaton.accepting(UInt32(bitPattern: mask), into: &accepted)
    if accepted.isEmpty {
      threads.removeFresh()
      return
    }
    let best = step(threads, row: row, time: time)
    if best.row >= 0 {
      take(Int(best.row), UInt64(time - best.start))
      threads.removeAll()
      return
    }
    threads.removeFresh()
    for (index, thread) in arrived {
      let position = positions[index]
      threads.insert(thread, at: index, isHeld: position.isHeld, isFresh: position.isFresh)
    }
  }

  /// Collects in `arrived` where the threads of `from` are when a row is taken that the positions of
  /// `accepted` take; returns the latest of those that have matched the whole pattern.
  private mutating func step(
    _ from: borrowing MatchThreads,
    row: Int,
    time: Int64
  ) -> MatchThread {
    arrived.removeAll(keepingCapacity: true)
    var best = MatchThread.none
    for index in accepted {
      let index = Int(index)
      let position = positions[index]
      if position.isFirst {
        let last = automaton.hasLimits ? time : 0
        let row = Int32(truncatingIfNeeded: row)
        arrive(MatchThread(start: time, last: last, row: row), index, time, &best)
      }
      guard !from.isEmpty else { continue }
      for place in position.loose { move(from.held, before[place], to: index, time, &best) }
      guard from.hasFresh else { continue }
      for place in position.strict { move(from.fresh, before[place], to: index, time, &best) }
    }
    return best
  }

  @inline(__always)
  private mutating func arrive(
    _ thread: MatchThread,
    _ index: Int,
    _ time: Int64,
    _ best: inout MatchThread
  ) {
    arrived.append((index, thread))
    guard positions[index].isLast, time - thread.start <= window else { return }
    if best.row < 0 || thread.start > best.start { best = thread }
  }

  /// Takes the threads that stand at a position on to the next.
  @inline(__always)
  private mutating func move(
    _ from: borrowing MatchFrontiers,
    _ move: MatchAutomaton.Move,
    to index: Int,
    _ time: Int64,
    _ best: inout MatchThread
  ) {
    let thread = from.first[move.from]
    guard thread.row >= 0 else { return }
    guard automaton.hasLimits else {
      arrive(thread, index, time, &best)
      return
    }
    takeOn(thread, to: index, within: move.limit, time, &best)
    for thread in from.others[move.from] {
      takeOn(thread, to: index, within: move.limit, time, &best)
    }
  }

  private mutating func takeOn(
    _ thread: MatchThread,
    to index: Int,
    within limit: Int64,
    _ time: Int64,
    _ best: inout MatchThread
  ) {
    guard time - thread.last <= limit else { return }
    var moved = thread
    if !positions[index].isExcept { moved.last = time }
    arrive(moved, index, time, &best)
  }

  /// Takes the rows of one instant in any order.
  private mutating func matchInstant(
    _ rows: Range<Int>,
    _ masks: Span<Int32>,
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
    var mask: Int32
    var accepted: [Int32]
    var rows: [Int]
  }

  /// The kinds of an instant's rows, by mask; those that cannot matter are left out.
  private mutating func kinds(_ rows: Range<Int>, _ masks: Span<Int32>) -> [Kind] {
    var found: [Kind] = []
    for row in rows {
      if let index = found.firstIndex(where: { $0.mask == masks[row] }) {
        found[index].rows.append(row)
      } else {
        automaton.accepting(UInt32(bitPattern: masks[row]), into: &accepted)
        if accepted.isEmpty, !automaton.isStrict { continue }
        found.append(Kind(mask: masks[row], accepted: accepted, rows: [row]))
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
          accepted = kinds[index].accepted
          let found = step(source, row: kinds[index].rows[used - 1], time: time)
          if found.row >= 0 {
            if best.map({ ($0.thread.start, -$0.rowCount) < (found.start, -rowCount) }) ?? true {
              best = (found, node, rowCount)
            }
          }
          nodes[node].insertHeld(source)
          for (index, thread) in arrived {
            let position = positions[index]
            nodes[node].insert(
              thread,
              at: index,
              isHeld: position.isHeld,
              isFresh: position.isFresh
            )
          }
        }
        stride *= counts[index] + 1
      }
    }
    return best.map { ($0.thread, $0.node) }
  }
}
