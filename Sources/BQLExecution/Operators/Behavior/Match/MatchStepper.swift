/// Moves threads by one row: the part of a pattern's automaton that rows need, its lists side by
/// side.
struct MatchStepper {
  /// Holds what a row needs to know of a position.
  struct Position {
    var isFirst: Bool
    var isLast: Bool
    var isExcept: Bool
    /// Whether a thread there may go on at any later row, and whether it may at the very next.
    var isHeld: Bool
    var isFresh: Bool
    /// The moves to it: `moves[loose]` and `moves[strict]`.
    var loose: Range<Int>
    var strict: Range<Int>
  }

  let positions: [Position]
  /// Limits are in stored units.
  let moves: [MatchAutomaton.Move]
  let hasLimits: Bool
  /// In stored units; `Int64.max` is no limit.
  let window: Int64
  private(set) var arrived: [(position: Int, thread: MatchThread)] = []

  init(_ automaton: MatchAutomaton, window: Int64?, timeScale: Int64) {
    self.window = window.map { $0 / timeScale } ?? .max
    hasLimits = automaton.hasLimits
    var moves: [MatchAutomaton.Move] = []
    positions = automaton.positions.map { position in
      let start = moves.count
      moves += position.loose
      let middle = moves.count
      moves += position.strict
      return Position(
        isFirst: position.isFirst,
        isLast: position.isLast,
        isExcept: position.isExcept,
        isHeld: position.hasLooseSuccessor,
        isFresh: position.hasStrictSuccessor,
        loose: start..<middle,
        strict: middle..<moves.count
      )
    }
    for index in moves.indices where moves[index].limit < .max {
      moves[index].limit /= timeScale
    }
    self.moves = moves
  }

  /// Collects in `arrived` where the threads of `from` are when a row is taken that the positions of
  /// `accepted` take; returns the latest of those that have matched the whole pattern.
  mutating func step(
    _ from: borrowing MatchThreads,
    _ accepted: [Int32],
    row: Int,
    time: Int64
  ) -> MatchThread {
    arrived.removeAll(keepingCapacity: true)
    var best = MatchThread.none
    for index in accepted {
      let index = Int(index)
      let position = positions[index]
      if position.isFirst {
        let last = hasLimits ? time : 0
        let row = Int32(truncatingIfNeeded: row)
        arrive(MatchThread(start: time, last: last, row: row), index, time, &best)
      }
      guard !from.isEmpty else { continue }
      for move in position.loose { take(from.held, moves[move], to: index, time, &best) }
      guard from.hasFresh else { continue }
      for move in position.strict { take(from.fresh, moves[move], to: index, time, &best) }
    }
    return best
  }

  /// Puts the threads that have arrived into `threads`.
  func insertArrived(into threads: inout MatchThreads) {
    for (index, thread) in arrived {
      let position = positions[index]
      threads.insert(thread, at: index, isHeld: position.isHeld, isFresh: position.isFresh)
    }
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

  /// Takes the threads that stand where a move begins to where it ends.
  @inline(__always)
  private mutating func take(
    _ from: borrowing MatchFrontiers,
    _ move: MatchAutomaton.Move,
    to index: Int,
    _ time: Int64,
    _ best: inout MatchThread
  ) {
    let thread = from.first[move.from]
    guard thread.row >= 0 else { return }
    guard hasLimits else {
      arrive(thread, index, time, &best)
      return
    }
    takeOn(thread, to: index, within: move.limit, time, &best)
    for thread in from.others[move.from] {
      takeOn(thread, to: index, within: move.limit, time, &best)
    }
  }

  @inline(__always)
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
}
