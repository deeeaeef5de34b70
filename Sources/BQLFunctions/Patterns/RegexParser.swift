/// Reads a regular expression.
///
/// Understood are literals, `.`, `[a-z]`, `[^…]`, `[[:alpha:]]`, `\d \w \s` and their capitals, `^
/// $ \A \Z \b \B`, groups, `|`, `* + ? {n} {n,} {n,m}` (with a further `?` as few as possible), and
/// `(?i)` at the start. Back references and looking around cannot be matched in linear time and are
/// refused.
struct RegexParser {
  private static let depthLimit = 200
  static let repetitionLimit = 1_000

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var depth = 0
  private var ignoresCase = false
  private var groupCount = 0

  /// - Throws: ``FunctionError/badArgument(_:)`` with the position, from 1, of what is wrong.
  static func parse(_ pattern: String) throws(FunctionError) -> RegexNode {
    var parser = RegexParser(pattern)
    if parser.take("(?i)") { parser.ignoresCase = true }
    let node = try parser.alternatives()
    if parser.peek == ")" { throw parser.error("')' without '('") }
    return node
  }

  private init(_ pattern: String) {
    scalars = Array(pattern.unicodeScalars)
  }

  private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[index...].starts(with: wanted) else { return false }
    index += wanted.count
    return true
  }

  private func error(_ message: String, at position: Int? = nil) -> FunctionError {
    .badArgument("regular expression, character \((position ?? index) + 1): \(message)")
  }

  private mutating func alternatives() throws(FunctionError) -> RegexNode {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.depthLimit { throw error("groups nest deeper than \(Self.depthLimit)") }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(FunctionError) -> RegexNode {
    var nodes: [RegexNode] = []
    while let next = peek, next != "|", next != ")" {
      nodes.append(try repeated())
    }
    return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
  }

  private mutating func repeated() throws(FunctionError) -> RegexNode {
    let node = try atom()
    guard let bounds = try quantifier() else { return node }
    let isLazy = take("?")
    let behind = index
    if try quantifier() != nil {
      throw error("a repetition of a repetition needs a group", at: behind)
    }
    return .repeated(node, minimum: bounds.minimum, maximum: bounds.maximum, isLazy: isLazy)
  }

  /// Steps over `*`, `+`, `?`, `{n}`, `{n,}` or `{n,m}`; a `{` that begins none is a literal.
  private mutating func quantifier() throws(FunctionError) -> (minimum: Int, maximum: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = index
    guard take("{"), let minimum = number() else {
      index = start
      return nil
    }
    var maximum: Int? = minimum
    if take(",") { maximum = number() }
    guard take("}") else {
      index = start
      return nil
    }
    if minimum > Self.repetitionLimit || (maximum ?? 0) > Self.repetitionLimit {
      throw error("a count is at most \(Self.repetitionLimit)", at: start)
    }
    if let maximum, maximum < minimum { throw error("a count's bounds ascend", at: start) }
    return (minimum, maximum)
  }

  private mutating func number() -> Int? {
    let start = index
    var value = 0
    while let next = peek, next >= "0", next <= "9" {
      value = min(value * 10 + Int(next.value - 48), 1_000_000)
      index += 1
    }
    return index > start ? value : nil
  }

  private mutating func atom() throws(FunctionError) -> RegexNode {
    let start = index
    guard let scalar = peek else { return .empty }
    index += 1
    switch scalar {
    case ".": return .set(.any)
    case "^": return .start
    case "$": return .end
    case "(": return try group(at: start)
    case "[": return .set(try bracket(at: start))
    case "\\": return try escape(at: start)
    case "*", "+", "?": throw error("nothing before '\(scalar)' to repeat", at: start)
    default: return literal(scalar)
    }
  }

  private mutating func group(at start: Int) throws(FunctionError) -> RegexNode {
    let isPlain = take("?")
    if isPlain, !take(":") {
      throw error("only '(?:' and, at the start, '(?i)' follow '(?'", at: start)
    }
    if !isPlain { groupCount += 1 }
    let number = groupCount
    let node = try alternatives()
    guard take(")") else { throw error("'(' without ')'", at: start) }
    return isPlain ? .sequence([node]) : .group(node, number: number)
  }

  private func literal(_ scalar: Unicode.Scalar) -> RegexNode {
    var set = RegexSet()
    set.insert(scalar...scalar)
    set.ignoresCase = ignoresCase
    return .set(set)
  }

  private mutating func escape(at start: Int) throws(FunctionError) -> RegexNode {
    guard let scalar = peek else { throw error("'\\' at the end", at: start) }
    index += 1
    switch scalar {
    case "A": return .start
    case "Z", "z": return .end
    case "b": return .wordBoundary(negated: false)
    case "B": return .wordBoundary(negated: true)
    default: break
    }
    if let (name, negated) = Self.namedClass(scalar) {
      var set = RegexSet()
      set.insert(name, negated: negated)
      return .set(set)
    }
    return literal(try escapedLiteral(scalar, at: start))
  }

  private func escapedLiteral(
    _ scalar: Unicode.Scalar,
    at start: Int
  ) throws(FunctionError) -> Unicode.Scalar {
    switch scalar {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "f": return "\u{C}"
    case "v": return "\u{B}"
    case "1"..."9": throw error("back references are not supported", at: start)
    default:
      if RegexSet.Class.alphanumeric.contains(scalar) {
        throw error("unknown escape '\\\(scalar)'", at: start)
      }
      return scalar
    }
  }

  private static func namedClass(_ letter: Unicode.Scalar) -> (RegexSet.Class, negated: Bool)? {
    switch letter {
    case "d": (.digit, false)
    case "D": (.digit, true)
    case "w": (.word, false)
    case "W": (.word, true)
    case "s": (.space, false)
    case "S": (.space, true)
    default: nil
    }
  }
}

extension RegexParser {
  /// Reads what follows `[`; a `]` that comes first and a `-` that comes first or last are
  /// literals.
  private mutating func bracket(at start: Int) throws(FunctionError) -> RegexSet {
    var set = RegexSet()
    set.ignoresCase = ignoresCase
    set.isNegated = take("^")
    var isFirst = true
    while let next = peek, isFirst || next != "]" {
      isFirst = false
      if take("[:") {
        set.insert(try posixClass(), negated: false)
        continue
      }
      let itemStart = index
      index += 1
      var low = next
      if next == "\\" {
        guard let letter = peek else { break }
        index += 1
        if let (name, negated) = Self.namedClass(letter) {
          set.insert(name, negated: negated)
          continue
        }
        low = try escapedLiteral(letter, at: itemStart)
      }
      let high = try rangeEnd() ?? low
      if high < low { throw error("a range's bounds ascend", at: itemStart) }
      set.insert(low...high)
    }
    guard take("]") else { throw error("'[' without ']'", at: start) }
    return set
  }

  /// Steps over the `-z` of a range.
  private mutating func rangeEnd() throws(FunctionError) -> Unicode.Scalar? {
    guard index + 1 < scalars.count, scalars[index] == "-", scalars[index + 1] != "]" else {
      return nil
    }
    index += 1
    let start = index
    let high = scalars[index]
    index += 1
    guard high == "\\" else { return high }
    guard let letter = peek else { throw error("'\\' at the end", at: start) }
    index += 1
    if Self.namedClass(letter) != nil { throw error("a class is no end of a range", at: start) }
    return try escapedLiteral(letter, at: start)
  }

  private mutating func posixClass() throws(FunctionError) -> RegexSet.Class {
    let names: [(String, RegexSet.Class)] = [
      ("alpha", .letter), ("digit", .digit), ("alnum", .alphanumeric), ("lower", .lower),
      ("upper", .upper), ("space", .space), ("punct", .punctuation), ("word", .word),
      ("xdigit", .hexDigit),
    ]
    for (name, found) in names where take(name + ":]") { return found }
    throw error("the classes are " + names.map { "[:\($0.0):]" }.joined(separator: " "))
  }
}
