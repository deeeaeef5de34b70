import BQLColumnar

/// Matches a regular expression in time linear in the text, by following all its paths at once.
///
/// Source: K. Thompson, "Regular Expression Search Algorithm", *CACM* 11(6), 1968,
/// doi:10.1145/363347.363387.
struct RegexProgram: Sendable {
  private enum Instruction: Sendable {
    /// Takes one character of set `sets[index]` and goes on to the next instruction.
    case take(Int)
    case split(Int, Int)
    case jump(Int)
    case start
    case end
    case wordBoundary(negated: Bool)
    case match
  }

  /// Larger programs would make matching slow, however short the pattern that spells them.
  private static let sizeLimit = 20_000

  private var instructions: [Instruction] = []
  private var sets: [RegexSet] = []
  /// The bits of the ASCII characters in each set, worked out once.
  private var asciiMembers: [(low: UInt64, high: UInt64)] = []

  /// - Throws: ``FunctionError/badArgument(_:)`` where the pattern is none, or too large.
  init(_ pattern: String) throws(FunctionError) {
    let node = try RegexParser.parse(pattern)
    try emit(node)
    try append(.match)
  }

  /// Says whether the pattern fits anywhere in `text`.
  ///
  /// - Complexity: O(|text| · |program|).
  func matches(_ text: Utf8) -> Bool {
    let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    var current = StateSet(count: instructions.count)
    var next = StateSet(count: instructions.count)
    for position in 0...scalars.count {
      // A match may begin at every position.
      if follow(0, scalars, position, into: &current) { return true }
      guard position < scalars.count else { break }
      let scalar = scalars[position]
      next.removeAll()
      for state in current.takers {
        guard case .take(let set) = instructions[state], accepts(set, scalar) else { continue }
        if follow(state + 1, scalars, position + 1, into: &next) { return true }
      }
      swap(&current, &next)
    }
    return false
  }

  private func accepts(_ set: Int, _ scalar: Unicode.Scalar) -> Bool {
    let value = UInt64(scalar.value)
    if value < 64 { return asciiMembers[set].low >> value & 1 != 0 }
    if value < 128 { return asciiMembers[set].high >> (value - 64) & 1 != 0 }
    return sets[set].contains(scalar)
  }

  /// Adds every state that is reached from `first` without taking a character; true at a match.
  private func follow(
    _ first: Int,
    _ scalars: [Unicode.Scalar],
    _ position: Int,
    into states: inout StateSet
  ) -> Bool {
    var pending = [first]
    while let state = pending.popLast() {
      guard states.insert(state) else { continue }
      switch instructions[state] {
      case .take: states.takers.append(state)
      case .jump(let target): pending.append(target)
      case .split(let first, let second):
        pending.append(second)
        pending.append(first)
      case .start: if position == 0 { pending.append(state + 1) }
      case .end: if position == scalars.count { pending.append(state + 1) }
      case .wordBoundary(let negated):
        let before = position > 0 && RegexSet.Class.word.contains(scalars[position - 1])
        let after =
          position < scalars.count && RegexSet.Class.word.contains(scalars[position])
        if (before != after) != negated { pending.append(state + 1) }
      case .match: return true
      }
    }
    return false
  }

  private mutating func append(_ instruction: Instruction) throws(FunctionError) {
    if instructions.count >= Self.sizeLimit {
      throw .badArgument("the regular expression is too large: its counts multiply")
    }
    instructions.append(instruction)
  }

  private mutating func emit(_ node: RegexNode) throws(FunctionError) {
    switch node {
    case .empty: break
    case .start: try append(.start)
    case .end: try append(.end)
    case .wordBoundary(let negated): try append(.wordBoundary(negated: negated))
    case .set(let set): try append(.take(index(of: set)))
    case .sequence(let nodes): for node in nodes { try emit(node) }
    case .alternatives(let nodes):
      var exits: [Int] = []
      for node in nodes.dropLast() {
        let split = instructions.count
        try append(.split(split + 1, 0))
        try emit(node)
        exits.append(instructions.count)
        try append(.jump(0))
        instructions[split] = .split(split + 1, instructions.count)
      }
      if let last = nodes.last { try emit(last) }
      for exit in exits { instructions[exit] = .jump(instructions.count) }
    case .repeated(let node, let minimum, let maximum):
      for _ in 0..<minimum {
        let start = instructions.count
        try emit(node)
        // A node without instructions stays empty however often it is repeated.
        if instructions.count == start { return }
      }
      guard let maximum else {
        let split = instructions.count
        try append(.split(split + 1, 0))
        try emit(node)
        try append(.jump(split))
        instructions[split] = .split(split + 1, instructions.count)
        return
      }
      var splits: [Int] = []
      for _ in minimum..<maximum {
        splits.append(instructions.count)
        try append(.split(instructions.count + 1, 0))
        try emit(node)
      }
      for split in splits { instructions[split] = .split(split + 1, instructions.count) }
    }
  }

  /// Returns the number of `set`, adding it when it is new.
  private mutating func index(of set: RegexSet) -> Int {
    if let known = sets.firstIndex(of: set) { return known }
    var bits: (low: UInt64, high: UInt64) = (0, 0)
    for value in UInt8(0)..<128 where set.contains(Unicode.Scalar(value)) {
      if value < 64 { bits.low |= 1 << UInt64(value) } else { bits.high |= 1 << UInt64(value - 64) }
    }
    sets.append(set)
    asciiMembers.append(bits)
    return sets.count - 1
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
