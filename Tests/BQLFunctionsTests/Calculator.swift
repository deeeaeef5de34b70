import BQLColumnar
import BQLFunctions

/// Works out the small expressions of the functions' examples: literals, calls, operators, casts,
/// and one aggregate over `(VALUES …)`.
///
/// A number with at most two decimals is a decimal, any other with a point a float.
struct Calculator {
  enum Failure: Error, CustomStringConvertible {
    case syntax(String)
    case noOverload(String, [DataType?])

    var description: String {
      switch self {
      case .syntax(let message): message
      case .noOverload(let name, let types): "no \(name) of \(types)"
      }
    }
  }

  private let characters: [Character]
  private var index = 0

  /// Returns the result as the CSV format prints it.
  static func text(_ expression: String) throws -> String {
    ValueText.text(try value(expression), intervals: .seconds)
  }

  static func value(_ expression: String) throws -> Value {
    var calculator = Calculator(characters: Array(expression))
    if let aggregate = try calculator.aggregate() { return aggregate }
    let value = try calculator.expression(0)
    calculator.skipSpace()
    guard calculator.index == calculator.characters.count else {
      throw Failure.syntax("unread text in \(expression)")
    }
    return value
  }

  private init(characters: [Character]) { self.characters = characters }

  private mutating func skipSpace() {
    while index < characters.count, characters[index] == " " { index += 1 }
  }

  private mutating func take(_ text: String) -> Bool {
    skipSpace()
    guard characters[index...].starts(with: Array(text)) else { return false }
    index += text.count
    return true
  }

  private mutating func word() -> String {
    skipSpace()
    let start = index
    while index < characters.count,
      characters[index].isLetter || characters[index].isNumber || characters[index] == "_"
    { index += 1 }
    return String(characters[start..<index])
  }

  private static let operators: [(sign: String, level: Int)] = [
    ("<=", 1), (">=", 1), ("<>", 1), ("=", 1), ("<", 1), (">", 1), ("||", 2), ("+", 3), ("-", 3),
    ("*", 4), ("/", 4), ("%", 4),
  ]

  private mutating func expression(_ level: Int) throws -> Value {
    var left = try unary()
    scan: while true {
      for candidate in Self.operators where candidate.level > level {
        if take(candidate.sign) {
          left = try Self.call(candidate.sign, [left, try expression(candidate.level)])
          continue scan
        }
      }
      return left
    }
  }

  private mutating func unary() throws -> Value {
    if take("-") { return try Self.call("negate", [try unary()]) }
    var value = try primary()
    while take("::") {
      let name = word()
      guard let type = Cast.type(named: name) else { throw Failure.syntax("type \(name)") }
      value = try Self.cast(value, to: type)
    }
    return value
  }

  private mutating func primary() throws -> Value {
    skipSpace()
    guard index < characters.count else { throw Failure.syntax("a value is missing") }
    if characters[index] == "'" { return .text(try string()) }
    if characters[index].isNumber { return try number() }
    if take("(") {
      let value = try expression(0)
      guard take(")") else { throw Failure.syntax("')' is missing") }
      return value
    }
    let name = word()
    switch name.lowercased() {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "date" where !peeks("("): return try Self.cast(.text(try string()), to: .date)
    case "timestamp" where !peeks("("): return try Self.cast(.text(try string()), to: .timestamp)
    default:
      guard take("(") else { throw Failure.syntax("unknown word '\(name)'") }
      return try Self.call(name, try arguments())
    }
  }

  private mutating func peeks(_ text: String) -> Bool {
    let start = index
    defer { index = start }
    return take(text)
  }

  private mutating func arguments() throws -> [Value] {
    var values: [Value] = []
    if take(")") { return values }
    repeat { values.append(try expression(0)) } while take(",")
    guard take(")") else { throw Failure.syntax("')' is missing") }
    return values
  }

  private mutating func string() throws -> String {
    skipSpace()
    guard take("'") else { throw Failure.syntax("a text is missing") }
    var text = ""
    while index < characters.count {
      let character = characters[index]
      index += 1
      if character == "'" {
        guard index < characters.count, characters[index] == "'" else { return text }
        index += 1
      }
      text.append(character)
    }
    throw Failure.syntax("unterminated text")
  }

  private mutating func number() throws -> Value {
    let start = index
    while index < characters.count, characters[index].isNumber || characters[index] == "." {
      index += 1
    }
    let text = String(characters[start..<index])
    let unit = word()
    if !unit.isEmpty {
      guard let span = ValueText.parse(text + unit, as: .interval) else {
        throw Failure.syntax("duration \(text)\(unit)")
      }
      return span
    }
    let decimals = text.firstIndex(of: ".").map { text[$0...].count - 1 } ?? 0
    let type: DataType = decimals == 0 ? .int : decimals <= 2 ? .decimal : .float
    guard let value = ValueText.parse(text, as: type) else { throw Failure.syntax(text) }
    return value
  }
}

extension Calculator {
  static func cast(_ value: Value, to type: DataType) throws -> Value {
    guard let source = value.type else { return .null }
    return try Cast.convert(Column([value], type: source), to: type)[0]
  }

  static func call(_ name: String, _ arguments: [Value]) throws -> Value {
    guard let function = FunctionRegistry.scalar(name.lowercased()) else {
      throw Failure.syntax("unknown function \(name)")
    }
    let types = arguments.map(\.type)
    let candidates = function.overloads.compactMap { overload in
      cost(overload.parameters, isVariadic: overload.isVariadic, types).map { ($0, overload) }
    }
    guard let best = candidates.min(by: { $0.0 < $1.0 })?.1 else {
      throw Failure.noOverload(name, types)
    }
    let columns = try arguments.enumerated().map { position, argument in
      let type = best.parameters[min(position, best.parameters.count - 1)]
      return try column([argument], type)
    }
    return try best.kernel(columns, 1)[0]
  }

  static func cost(_ parameters: [DataType], isVariadic: Bool, _ types: [DataType?]) -> Int? {
    guard isVariadic ? types.count >= parameters.count : types.count == parameters.count else {
      return nil
    }
    var total = 0
    for (position, type) in types.enumerated() {
      guard let type else { continue }
      let parameter = parameters[min(position, parameters.count - 1)]
      guard let cost = Cast.implicitCost(from: type, to: parameter) else { return nil }
      total += cost
    }
    return total
  }

  /// Makes a column of cells that are cast to `type`.
  private static func column(_ cells: [Value], _ type: DataType) throws -> Column {
    Column(try cells.map { $0.type == type ? $0 : try cast($0, to: type) }, type: type)
  }

  /// Reads `f([DISTINCT] a, b) FROM (VALUES (…), …)`, whose columns are `column1`, `column2`.
  private mutating func aggregate() throws -> Value? {
    let start = index
    let name = word()
    guard let function = FunctionRegistry.aggregate(name.lowercased()), take("(") else {
      index = start
      return nil
    }
    let isDistinct = take("DISTINCT ")
    var columnIndices: [Int] = []
    var constants: [Value] = []
    if !take("*") {
      repeat {
        if take("column") {
          columnIndices.append((Int(word()) ?? 0) - 1)
        } else {
          constants.append(try expression(0))
        }
      } while take(",")
    }
    guard take(")"), take("FROM"), take("("), take("VALUES") else {
      throw Failure.syntax("an aggregate's example ends with FROM (VALUES …)")
    }
    var rows: [[Value]] = []
    repeat {
      guard take("(") else { throw Failure.syntax("a row is missing") }
      rows.append(try arguments())
    } while take(",")

    let cells = columnIndices.map { index in rows.map { $0[index] } }
    let types = cells.map { $0.compactMap(\.type).max { $0 == .int && $1 != .int } ?? .int }
    let overloads = isDistinct ? function.distinctOverloads : function.overloads
    let candidates = overloads.compactMap { overload in
      Self.cost(overload.parameters, isVariadic: false, types + constants.map(\.type))
        .map { ($0, overload) }
    }
    guard let best = candidates.min(by: { $0.0 < $1.0 })?.1 else {
      throw Failure.noOverload(name, types)
    }
    var accumulator = try best.makeAccumulator(constants)
    accumulator.grow(to: 1)
    let columns = try zip(cells, best.parameters).map { try Self.column($0, $1) }
    let groups = [Int32](repeating: 0, count: rows.count)
    try accumulator.update(groups: groups, arguments: columns)
    return try accumulator.finish()[0]
  }
}
