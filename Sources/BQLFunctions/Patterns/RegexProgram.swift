/// Holds a regular expression as instructions for ``RegexMatcher``.
struct RegexProgram: Sendable {
  enum Instruction: Sendable {
    /// Takes one character of set `sets[index]` and goes on to the next instruction.
    case take(Int)
    case split(Int, Int)
    case jump(Int)
    case start
    case end
    case wordBoundary(negated: Bool)
    /// Marks the position: slot 2*n* where group *n* begins, 2*n* + 1 where it ends.
    case mark(Int)
    case match
  }

  /// Larger programs would make matching slow, however short the pattern that spells them.
  private static let sizeLimit = 20_000

  private(set) var instructions: [Instruction] = []
  private(set) var groupCount = 0
  private var sets: [RegexSet] = []
  /// The bits of the ASCII characters in each set, worked out once.
  private var asciiMembers: [(low: UInt64, high: UInt64)] = []

  /// - Throws: ``FunctionError/badArgument(_:)`` where the pattern is none, or too large.
  init(_ pattern: String) throws(FunctionError) {
    let node = try RegexParser.parse(pattern)
    try emit(node)
    try append(.match)
  }

  /// Whether a match can begin at the start of the text alone.
  var isAnchored: Bool {
    if case .start = instructions[0] { true } else { false }
  }

  /// Says whether set `set` holds `scalar`.
  @inline(__always)
  func accepts(_ set: Int, _ scalar: Unicode.Scalar) -> Bool {
    let value = UInt64(scalar.value)
    if value < 64 { return asciiMembers[set].low >> value & 1 != 0 }
    if value < 128 { return asciiMembers[set].high >> (value - 64) & 1 != 0 }
    return sets[set].contains(scalar)
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
    case .group(let node, let number):
      groupCount = max(groupCount, number)
      try append(.mark(2 * number))
      try emit(node)
      try append(.mark(2 * number + 1))
    case .repeated(let node, let minimum, let maximum, let isLazy):
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
        instructions[split] = Self.split(split + 1, instructions.count, isLazy)
        return
      }
      var splits: [Int] = []
      for _ in minimum..<maximum {
        splits.append(instructions.count)
        try append(.split(instructions.count + 1, 0))
        try emit(node)
      }
      for split in splits {
        instructions[split] = Self.split(split + 1, instructions.count, isLazy)
      }
    }
  }

  /// Goes on inside a repetition first, or behind it where it is lazy.
  private static func split(_ inside: Int, _ behind: Int, _ isLazy: Bool) -> Instruction {
    isLazy ? .split(behind, inside) : .split(inside, behind)
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
