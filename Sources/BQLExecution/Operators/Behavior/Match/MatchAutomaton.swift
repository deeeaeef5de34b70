package import BQLPlanning

/// Holds a pattern as the automaton of its positions: one state an item, once repetitions are
/// written out, and no moves without a row.
///
/// Two items that both name events may have any rows between them; next to an item that names what
/// a row is not, rows follow each other directly, and also where such an item, as in `a -> [^x]* -> b`,
/// takes none.
///
/// Source: V. M. Glushkov, *Russian Mathematical Surveys* 16(5), 1961,
/// doi:10.1070/RM1961v016n05ABEH004112.
package struct MatchAutomaton: Sendable {
  /// Holds what one position takes.
  struct Position: Sendable {
    var symbol: Int
    /// Takes the rows that are not the symbol.
    var isExcept: Bool
    /// What may come before it, with any rows between or with none.
    var loose: [Move] = []
    var strict: [Move] = []
    var isFirst = false
    var isLast = false
    /// Whether positions follow that need the very next row, or any later one.
    var hasStrictSuccessor = false
    var hasLooseSuccessor = false
  }

  /// Holds a way from one position to the next.
  struct Move: Sendable {
    var from: Int
    /// The longest time since the row of the named event before, in microseconds; `Int64.max` is no
    /// limit.
    var limit: Int64
  }

  /// Up to so many symbols, each mask's positions are written down beforehand.
  private static let tableSymbolCount = 10

  let positions: [Position]
  /// The positions that take a row of mask *m* are `accepted[offsets[m]..<offsets[m + 1]]`.
  private let accepted: [Int32]
  private let offsets: [Int32]
  /// Whether some item says what a row is not, so that every row of a unit matters.
  let isStrict: Bool
  let hasLimits: Bool

  /// Builds the automaton of a pattern over so many symbols.
  package init(_ pattern: MatchPlan.Pattern, symbolCount: Int) {
    var builder = Builder()
    let whole = builder.fragment(pattern)
    for entry in whole.first { builder.positions[entry.position].isFirst = true }
    for entry in whole.last { builder.positions[entry.position].isLast = true }
    positions = builder.positions
    isStrict = positions.contains(where: \.isExcept)
    hasLimits = positions.contains { position in
      (position.loose + position.strict).contains { $0.limit < .max }
    }
    var accepted: [Int32] = []
    var offsets: [Int32] = [0]
    if symbolCount <= Self.tableSymbolCount {
      for mask in 0..<(UInt32(1) << UInt32(symbolCount)) {
        accepted += Self.accepting(mask, positions)
        offsets.append(Int32(truncatingIfNeeded: accepted.count))
      }
    }
    self.accepted = accepted
    self.offsets = offsets
  }

  /// The number of masks that there are; nil where they are too many to be listed.
  var maskCount: Int? { offsets.count > 1 ? offsets.count - 1 : nil }

  /// Returns the positions that take a row of this mask.
  func accepting(_ mask: UInt32) -> [Int32] {
    guard Int(mask) + 1 < offsets.count else { return Self.accepting(mask, positions) }
    return Array(accepted[Int(offsets[Int(mask)])..<Int(offsets[Int(mask) + 1])])
  }

  private static func accepting(_ mask: UInt32, _ positions: [Position]) -> [Int32] {
    positions.indices.filter { index in
      (mask >> UInt32(positions[index].symbol) & 1 != 0) != positions[index].isExcept
    }.map { Int32(truncatingIfNeeded: $0) }
  }

  /// Puts parts of a pattern together.
  private struct Builder {
    /// Says whether a part may take no row, and what may then stand in its place.
    enum Skip: Int {
      case never
      /// Nothing: the rows around it follow each other directly.
      case directly
      /// Any rows.
      case loosely
    }

    /// Holds a position at which a part may begin or end.
    struct Entry {
      var position: Int
      /// Whether a skipped item outside of it keeps rows away.
      var isDirect = false
      /// How soon it must follow what stands before the part, in microseconds.
      var limit = Int64.max
    }

    /// Holds where a part may begin and end.
    struct Fragment {
      var first: [Entry] = []
      var last: [Entry] = []
      var skip = Skip.loosely
    }

    var positions: [Position] = []

    mutating func fragment(_ pattern: MatchPlan.Pattern) -> Fragment {
      switch pattern {
      case .symbol(let symbol): return position(symbol, isExcept: false)
      case .except(let symbol): return position(symbol, isExcept: true)
      case .sequence(let parts):
        return parts.reduce(into: Fragment()) { whole, part in
          whole = joined(whole, fragment(part))
        }
      case .alternatives(let parts):
        var whole = Fragment(skip: .never)
        for part in parts {
          let own = fragment(part)
          whole.first += own.first
          whole.last += own.last
          if own.skip.rawValue > whole.skip.rawValue { whole.skip = own.skip }
        }
        return whole
      case .limited(let part, let microseconds):
        var own = fragment(part)
        for index in own.first.indices {
          own.first[index].limit = min(own.first[index].limit, microseconds)
        }
        return own
      case .repeated(let part, let least, let most): return repeated(part, least, most)
      }
    }

    private mutating func repeated(
      _ part: MatchPlan.Pattern,
      _ least: Int,
      _ most: Int?
    ) -> Fragment {
      guard let most else {
        // The last copy goes round.
        var whole = Fragment()
        for _ in 0..<max(least - 1, 0) { whole = joined(whole, fragment(part)) }
        var loop = fragment(part)
        connect(loop.last, loop.first)
        if least == 0 { loop = optional(loop) }
        return joined(whole, loop)
      }
      // Copies beyond the least are optional, each only behind the one before it.
      var tail = Fragment()
      let optionalCount = max(most - least, 0)
      for number in 0..<optionalCount {
        let copy = joined(fragment(part), tail)
        tail = optional(copy)
        // Behind another repetition, one that is left out keeps no rows away.
        if least > 0 || number < optionalCount - 1 { tail.skip = .loosely }
      }
      var whole = Fragment()
      for _ in 0..<least { whole = joined(whole, fragment(part)) }
      return joined(whole, tail)
    }

    private func optional(_ part: Fragment) -> Fragment {
      var part = part
      if part.skip == .never {
        let isExcept = part.first.contains { positions[$0.position].isExcept }
        part.skip = isExcept ? .directly : .loosely
      }
      return part
    }

    private mutating func position(_ symbol: Int, isExcept: Bool) -> Fragment {
      positions.append(Position(symbol: symbol, isExcept: isExcept))
      let entry = Entry(position: positions.count - 1)
      return Fragment(first: [entry], last: [entry], skip: .never)
    }

    private mutating func joined(_ left: Fragment, _ right: Fragment) -> Fragment {
      connect(left.last, right.first)
      var whole = Fragment(first: left.first, last: right.last)
      if left.skip != .never {
        whole.first += right.first.map { entry in
          var entry = entry
          if left.skip == .directly { entry.isDirect = true }
          return entry
        }
      }
      if right.skip != .never {
        whole.last += left.last.map {
          Entry(position: $0.position, isDirect: $0.isDirect || right.skip == .directly)
        }
      }
      whole.skip = left.skip.rawValue < right.skip.rawValue ? left.skip : right.skip
      return whole
    }

    private mutating func connect(_ before: [Entry], _ after: [Entry]) {
      for from in before {
        for to in after {
          let isDirect =
            from.isDirect || to.isDirect || positions[from.position].isExcept
            || positions[to.position].isExcept
          if isDirect {
            add(Move(from: from.position, limit: to.limit), to: &positions[to.position].strict)
            positions[from.position].hasStrictSuccessor = true
          } else {
            add(Move(from: from.position, limit: to.limit), to: &positions[to.position].loose)
            positions[from.position].hasLooseSuccessor = true
          }
        }
      }
    }

    /// Of two ways between the same positions the one with the longer limit says all.
    private func add(_ move: Move, to moves: inout [Move]) {
      if let known = moves.firstIndex(where: { $0.from == move.from }) {
        moves[known].limit = max(moves[known].limit, move.limit)
      } else {
        moves.append(move)
      }
    }
  }
}
