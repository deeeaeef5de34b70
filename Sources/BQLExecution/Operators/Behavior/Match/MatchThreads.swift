/// Holds one way to have matched a pattern up to a position.
struct MatchThread: Sendable {
  /// The time of its first row, as stored.
  var start: Int64
  /// The time of its last row that names an event; 0 where no limit asks for it.
  var last: Int64
  /// Its first row among the sequences of the morsel; −1 for no thread.
  var row: Int32

  static let none = MatchThread(start: 0, last: 0, row: -1)

  /// Whether whatever `other` goes on to match, this one does too, and is no longer then.
  @inline(__always)
  func covers(_ other: MatchThread) -> Bool { start >= other.start && last >= other.last }
}

/// Holds the threads at each position that no other one covers: nearly always one at most.
struct MatchFrontiers: Sendable {
  private(set) var first: [MatchThread]
  /// Further threads, which only a pattern with limits can have.
  private(set) var others: [[MatchThread]]

  init(positionCount: Int, hasLimits: Bool) {
    first = [MatchThread](repeating: .none, count: positionCount)
    others = hasLimits ? [[MatchThread]](repeating: [], count: positionCount) : []
  }

  mutating func removeAll() {
    for index in first.indices { first[index].row = -1 }
    for index in others.indices where !others[index].isEmpty {
      others[index].removeAll(keepingCapacity: true)
    }
  }

  @inline(__always)
  mutating func insert(_ thread: MatchThread, at index: Int) {
    let known = first[index]
    if known.row < 0 {
      first[index] = thread
    } else if !known.covers(thread) {
      if others.isEmpty || (others[index].isEmpty && thread.covers(known)) {
        first[index] = thread
      } else {
        insertSlowly(thread, at: index)
      }
    }
  }

  private mutating func insertSlowly(_ thread: MatchThread, at index: Int) {
    if others[index].contains(where: { $0.covers(thread) }) { return }
    others[index].removeAll { thread.covers($0) }
    if thread.covers(first[index]) {
      first[index] = thread
    } else {
      others[index].append(thread)
    }
  }

  /// Adds the threads of `other`.
  mutating func insert(_ other: MatchFrontiers) {
    for index in first.indices where other.first[index].row >= 0 {
      insert(other.first[index], at: index)
      if !others.isEmpty {
        for thread in other.others[index] { insert(thread, at: index) }
      }
    }
  }
}

/// Holds where a unit's matches stand: which positions are reached, and since when.
struct MatchThreads: Sendable {
  /// Threads whose last row is the one just read.
  private(set) var fresh: MatchFrontiers
  /// Threads that may go on at any later row.
  private(set) var held: MatchFrontiers
  private(set) var isEmpty = true
  private(set) var hasFresh = false

  init(_ automaton: MatchAutomaton) {
    fresh = MatchFrontiers(
      positionCount: automaton.positions.count,
      hasLimits: automaton.hasLimits
    )
    held = fresh
  }

  mutating func removeAll() {
    guard !isEmpty else { return }
    removeFresh()
    held.removeAll()
    isEmpty = true
  }

  @inline(__always)
  mutating func removeFresh() {
    guard hasFresh else { return }
    fresh.removeAll()
    hasFresh = false
  }

  @inline(__always)
  mutating func insert(_ thread: MatchThread, at index: Int, isHeld: Bool, isFresh: Bool) {
    isEmpty = false
    if isHeld { held.insert(thread, at: index) }
    if isFresh {
      fresh.insert(thread, at: index)
      hasFresh = true
    }
  }

  /// Adds the threads of `other` that may skip a row.
  mutating func insertHeld(_ other: MatchThreads) {
    guard !other.isEmpty else { return }
    isEmpty = false
    held.insert(other.held)
  }
}
