/// Matches a regular expression in time linear in the text, by following all its paths at once.
///
/// A class, since it keeps its working memory from text to text; it serves one thread.
///
/// Source: K. Thompson, "Regular Expression Search Algorithm", *CACM* 11(6), 1968,
/// doi:10.1145/363347.363387.
final class RegexMatcher {
  private let program: RegexProgram
  private var memory: Memory

  private struct Memory {
    var current: StateSet
    var next: StateSet
    var pending: [Int] = []
    var scalars: [Unicode.Scalar] = []

    init(states: Int) {
      current = StateSet(count: states)
      next = StateSet(count: states)
    }
  }

  /// - Throws: ``FunctionError/badArgument(_:)`` where the pattern is none, or too large.
  init(_ pattern: String) throws(FunctionError) {
    program = try RegexProgram(pattern)
    memory = Memory(states: program.instructions.count)
  }

  /// Says whether the pattern fits anywhere in `text`.
  ///
  /// - Complexity: O(|text| · |program|).
  func matches(_ text: Utf8) -> Bool {
    // Taken out of the object for the loop: a local is reached without a check for exclusive
    // access.
    var memory = Memory(states: 0)
    swap(&memory, &self.memory)
    defer { swap(&memory, &self.memory) }
    memory.scalars.removeAll(keepingCapacity: true)
    if text.allSatisfy({ $0 < 0x80 }) {
      for byte in text { memory.scalars.append(Unicode.Scalar(byte)) }
    } else {
      memory.scalars.append(contentsOf: String(decoding: text, as: UTF8.self).unicodeScalars)
    }
    return Self.run(program, &memory)
  }

  private static func run(_ program: RegexProgram, _ memory: inout Memory) -> Bool {
    let count = memory.scalars.count
    let isAnchored = program.isAnchored
    memory.current.removeAll()
    for position in 0...count {
      if position == 0 || !isAnchored {
        if follow(program, 0, position, memory.scalars, &memory.pending, &memory.current) {
          return true
        }
      } else if memory.current.takers.isEmpty {
        return false
      }
      guard position < count else { break }
      let scalar = memory.scalars[position]
      memory.next.removeAll()
      for state in memory.current.takers {
        guard case .take(let set) = program.instructions[state], program.accepts(set, scalar)
        else { continue }
        let found = follow(
          program,
          state + 1,
          position + 1,
          memory.scalars,
          &memory.pending,
          &memory.next
        )
        if found { return true }
      }
      swap(&memory.current, &memory.next)
    }
    return false
  }

  /// Adds every state that is reached from `first` without taking a character; true at a match.
  private static func follow(
    _ program: RegexProgram,
    _ first: Int,
    _ position: Int,
    _ scalars: [Unicode.Scalar],
    _ pending: inout [Int],
    _ states: inout StateSet
  ) -> Bool {
    pending.removeAll(keepingCapacity: true)
    pending.append(first)
    while let state = pending.popLast() {
      guard states.insert(state) else { continue }
      switch program.instructions[state] {
      case .take: states.takers.append(state)
      case .jump(let target): pending.append(target)
      case .split(let first, let second):
        pending.append(second)
        pending.append(first)
      case .start: if position == 0 { pending.append(state + 1) }
      case .end: if position == scalars.count { pending.append(state + 1) }
      case .wordBoundary(let negated):
        let before = position > 0 && RegexSet.Class.word.contains(scalars[position - 1])
        let after = position < scalars.count && RegexSet.Class.word.contains(scalars[position])
        if (before != after) != negated { pending.append(state + 1) }
      case .mark: pending.append(state + 1)
      case .match: return true
      }
    }
    return false
  }
}

/// Holds the states that one position has reached, each once.
private struct StateSet {
  /// The states that wait for a character, in the order reached.
  var takers: [Int] = []
  private var generation: UInt32 = 1
  private var marks: [UInt32]

  init(count: Int) {
    marks = [UInt32](repeating: 0, count: count)
  }

  /// Returns false for a state that is there already.
  mutating func insert(_ state: Int) -> Bool {
    if marks[state] == generation { return false }
    marks[state] = generation
    return true
  }

  mutating func removeAll() {
    takers.removeAll(keepingCapacity: true)
    generation &+= 1
  }
}
