/// Finds where a regular expression fits in a text, and what its groups take, in time linear in the
/// text.
///
/// Of several fits the one that begins first is found; of those that begin there the one that a
/// backtracking matcher would find first: alternatives from left to right, repetitions as long as
/// they can be, lazy ones as short. All paths are followed at once, in this order.
///
/// Source: R. Pike's virtual machine for the editor sam, as told in R. Cox, "Regular Expression
/// Matching: the Virtual Machine Approach", 2009.
struct RegexFinder {
  private let program: RegexProgram
  private let slotCount: Int

  /// Holds the paths that wait for a character, the best first, and the marks each has set.
  private struct Paths {
    var states: [Int] = []
    /// `slotCount` numbers a path; −1 is not set.
    var marks: [Int] = []
    var generation: [Int]

    init(states count: Int) { generation = [Int](repeating: -1, count: count) }
  }

  /// - Throws: ``FunctionError/badArgument(_:)`` where the pattern is none, or too large.
  init(_ pattern: String) throws(FunctionError) {
    program = try RegexProgram(pattern)
    slotCount = 2 * (program.groupCount + 1)
  }

  /// The number of groups; group 0, the whole, is not counted.
  var groupCount: Int { program.groupCount }

  /// Finds the first fit at `start` or behind it.
  ///
  /// - Returns: For each group, the whole first, where it begins and ends; −1 where it took part in
  ///   nothing. nil where the expression does not fit.
  /// - Complexity: O(|text| · |program| · groups).
  func find(_ text: [Unicode.Scalar], from start: Int) -> [Int]? {
    var current = Paths(states: program.instructions.count)
    var next = Paths(states: program.instructions.count)
    var best: [Int]?
    var position = start
    while true {
      // A new path begins here, behind all others, until a fit is found.
      if best == nil, position == 0 || !program.isAnchored {
        var marks = [Int](repeating: -1, count: slotCount)
        marks[0] = position
        best = follow(0, position, text, marks, &current) ?? best
      }
      if current.states.isEmpty, best != nil || program.isAnchored { break }
      guard position < text.count else { break }
      next.states.removeAll(keepingCapacity: true)
      next.marks.removeAll(keepingCapacity: true)
      for (place, state) in current.states.enumerated() {
        guard case .take(let set) = program.instructions[state],
          program.accepts(set, text[position])
        else { continue }
        let marks = Array(current.marks[place * slotCount..<(place + 1) * slotCount])
        if let found = follow(state + 1, position + 1, text, marks, &next) {
          // Paths behind this one are worse.
          best = found
          break
        }
      }
      swap(&current, &next)
      position += 1
    }
    return best
  }

  /// Adds every state that is reached from `first` without taking a character, in order; returns the
  /// marks of a fit, which leaves out what would come behind it.
  private func follow(
    _ first: Int,
    _ position: Int,
    _ text: [Unicode.Scalar],
    _ marks: [Int],
    _ paths: inout Paths
  ) -> [Int]? {
    var pending: [(state: Int, marks: [Int])] = [(first, marks)]
    while var (state, marks) = pending.popLast() {
      guard paths.generation[state] != position else { continue }
      paths.generation[state] = position
      switch program.instructions[state] {
      case .take:
        paths.states.append(state)
        paths.marks.append(contentsOf: marks)
      case .jump(let target): pending.append((target, marks))
      case .split(let preferred, let other):
        pending.append((other, marks))
        pending.append((preferred, marks))
      case .start: if position == 0 { pending.append((state + 1, marks)) }
      case .end: if position == text.count { pending.append((state + 1, marks)) }
      case .wordBoundary(let negated):
        let before = position > 0 && RegexSet.Class.word.contains(text[position - 1])
        let after = position < text.count && RegexSet.Class.word.contains(text[position])
        if (before != after) != negated { pending.append((state + 1, marks)) }
      case .mark(let slot):
        marks[slot] = position
        state += 1
        pending.append((state, marks))
      case .match:
        marks[1] = position
        return marks
      }
    }
    return nil
  }
}

extension RegexFinder {
  /// Replaces the first fit, or all, by `replacement`, in which `\1` stands for what group 1 took
  /// and `\&` for the whole.
  func replacing(
    in text: Utf8,
    by replacement: Utf8,
    all: Bool
  ) throws(FunctionError) -> Utf8 {
    let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    let pieces = Self.pieces(of: replacement)
    var output = String.UnicodeScalarView()
    var copied = 0
    var position = 0
    var size = 0
    while position <= scalars.count, let found = find(scalars, from: position) {
      output.append(contentsOf: scalars[copied..<found[0]])
      for piece in pieces {
        switch piece {
        case .text(let text):
          output.append(contentsOf: text.unicodeScalars)
          size += text.utf8.count
        case .group(let number) where 2 * number + 1 < found.count && found[2 * number] >= 0:
          output.append(contentsOf: scalars[found[2 * number]..<found[2 * number + 1]])
          size += found[2 * number + 1] - found[2 * number]
        case .group: break
        }
      }
      if size > Bytes.limit { throw Bytes.tooLong }
      copied = found[1]
      // An empty fit is followed by the next character, so that it is not found again.
      position = found[1] > found[0] ? found[1] : found[1] + 1
      if !all { break }
    }
    if copied < scalars.count { output.append(contentsOf: scalars[copied...]) }
    return Array(String(output).utf8)[...]
  }

  /// Counts the fits, none overlapping another.
  func count(in text: Utf8) -> Int64 {
    let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    var count: Int64 = 0
    var position = 0
    while position <= scalars.count, let found = find(scalars, from: position) {
      count += 1
      position = found[1] > found[0] ? found[1] : found[1] + 1
    }
    return count
  }

  /// Returns what a group took in the first fit; empty where there is none.
  func extract(_ group: Int, of text: Utf8) -> Utf8? {
    let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
    guard let found = find(scalars, from: 0), found[2 * group] >= 0 else { return nil }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[found[2 * group]..<found[2 * group + 1]])
    return Array(String(view).utf8)[...]
  }

  private enum Piece {
    case text(String)
    case group(Int)
  }

  private static func pieces(of replacement: Utf8) -> [Piece] {
    var pieces: [Piece] = []
    var plain = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in String(decoding: replacement, as: UTF8.self).unicodeScalars {
      guard isEscaped else {
        if scalar == "\\" { isEscaped = true } else { plain.append(scalar) }
        continue
      }
      isEscaped = false
      let digit = scalar.value >= 48 && scalar.value <= 57 ? Int(scalar.value) - 48 : nil
      if digit != nil || scalar == "&" {
        if !plain.isEmpty { pieces.append(.text(String(plain))) }
        plain = String.UnicodeScalarView()
        pieces.append(.group(digit ?? 0))
      } else {
        if scalar != "\\" { plain.append("\\") }
        plain.append(scalar)
      }
    }
    if isEscaped { plain.append("\\") }
    if !plain.isEmpty { pieces.append(.text(String(plain))) }
    return pieces
  }
}
