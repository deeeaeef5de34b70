extension Formatter {
  /// Prints an expression, for plans, messages and column headings too.
  package static func print(_ expression: Expression) -> String {
    print(expression, Power.any)
  }

  /// Prints an expression, in parentheses if its operator binds less tightly than `minimum`.
  static func print(_ expression: Expression, _ minimum: Int) -> String {
    let text = body(expression.kind)
    return power(expression.kind) < minimum ? "(" + text + ")" : text
  }

  private static func power(_ kind: Expression.Kind) -> Int {
    switch kind {
    case .unary(.not, _): Power.not
    case .unary: Power.sign
    case .binary(let symbol, _, _): Power.of(symbol)
    case .isNull, .isTruth, .isDistinct: Power.test
    case .between, .inList, .inQuery, .match: Power.match
    case .literal(.int(let value)) where value < 0: Power.sign
    case .cast: Power.cast
    case .literal, .column, .parameter, .call, .conditional, .scalarQuery, .exists: Power.primary
    }
  }

  private static func body(_ kind: Expression.Kind) -> String {
    switch kind {
    case .literal(let literal): print(literal)
    case .column(let qualifier, let name):
      (qualifier.map { column($0) + "." + print(name) }) ?? column(name)
    case .parameter(let name): ":" + name.name
    case .unary(let symbol, let operand): unary(symbol, operand)
    case .binary(let symbol, let left, let right): binary(symbol, left, right)
    case .call(let call): print(call)
    case .conditional(let operand, let branches, let otherwise):
      conditional(operand, branches, otherwise)
    case .cast(let operand, let type): print(operand, Power.cast) + "::" + print(type)
    case .isNull(let operand, let negated):
      print(operand, Power.test) + (negated ? " IS NOT NULL" : " IS NULL")
    case .isTruth(let operand, let value, let negated):
      print(operand, Power.test) + (negated ? " IS NOT " : " IS ") + (value ? "TRUE" : "FALSE")
    case .isDistinct(let left, let right, let negated):
      print(left, Power.test) + (negated ? " IS NOT" : " IS") + " DISTINCT FROM "
        + print(right, Power.comparison)
    case .between(let operand, let low, let high, let negated):
      match(operand, "BETWEEN", negated) + print(low, Power.match + 1) + " AND "
        + print(high, Power.match + 1)
    case .inList(let operand, let values, let negated):
      match(operand, "IN", negated) + "(" + list(values) + ")"
    case .inQuery(let operand, let query, let negated):
      match(operand, "IN", negated) + "(" + print(query) + ")"
    case .match(let operand, .regex, let pattern, let negated):
      print(operand, Power.match) + (negated ? " !~ " : " ~ ") + print(pattern, Power.match + 1)
    case .match(let operand, let symbol, let pattern, let negated):
      match(operand, symbol.rawValue, negated) + print(pattern, Power.match + 1)
    case .scalarQuery(let query): "(" + print(query) + ")"
    case .exists(let query): "EXISTS (" + print(query) + ")"
    }
  }

  private static func match(_ operand: Expression, _ word: String, _ negated: Bool) -> String {
    print(operand, Power.match) + (negated ? " NOT " : " ") + word + " "
  }

  /// Prints a column; a reserved word would be read as itself, so it is quoted.
  private static func column(_ name: Identifier) -> String {
    guard !name.isQuoted, let keyword = Keyword(word: name.name),
      Keyword.reserved.contains(keyword)
    else { return print(name) }
    return "\"" + name.name + "\""
  }

  private static func unary(_ symbol: UnaryOperator, _ operand: Expression) -> String {
    if symbol == .not { return "NOT " + print(operand, Power.not) }
    let text = print(operand, Power.sign)
    // Two minus signs would begin a comment.
    return symbol.rawValue + (text.hasPrefix("-") ? " " : "") + text
  }

  private static func binary(
    _ symbol: BinaryOperator,
    _ left: Expression,
    _ right: Expression
  ) -> String {
    let power = Power.of(symbol)
    // Comparisons do not chain, so one inside another stands in parentheses on either side.
    let leftPower = power == Power.comparison ? power + 1 : power
    return print(left, leftPower) + " " + symbol.rawValue + " " + print(right, power + 1)
  }

  private static func conditional(
    _ operand: Expression?,
    _ branches: [CaseBranch],
    _ otherwise: Expression?
  ) -> String {
    var text = "CASE"
    if let operand { text += " " + print(operand) }
    for branch in branches {
      text += " WHEN " + print(branch.condition) + " THEN " + print(branch.result)
    }
    if let otherwise { text += " ELSE " + print(otherwise) }
    return text + " END"
  }

  private static func print(_ call: Call) -> String {
    var text = print(call.name) + "("
    if call.isDistinct { text += "DISTINCT " }
    text += call.isStar ? "*" : list(call.arguments)
    text += ")"
    if call.ignoresNulls { text += " IGNORE NULLS" }
    if let filter = call.filter { text += " FILTER (WHERE " + print(filter) + ")" }
    if let window = call.over { text += " OVER " + print(window) }
    return text
  }

  private static func print(_ window: Window) -> String {
    var parts: [String] = []
    if !window.partitionBy.isEmpty { parts.append("PARTITION BY " + list(window.partitionBy)) }
    if !window.orderBy.isEmpty { parts.append("ORDER BY " + list(window.orderBy)) }
    if let frame = window.frame {
      parts.append("\(frame.unit.rawValue) BETWEEN \(bound(frame.start)) AND \(bound(frame.end))")
    }
    return "(" + parts.joined(separator: " ") + ")"
  }

  private static func bound(_ bound: Window.Frame.Bound) -> String {
    switch bound {
    case .unboundedPreceding: "UNBOUNDED PRECEDING"
    case .preceding(let distance): print(distance, Power.concatenation) + " PRECEDING"
    case .currentRow: "CURRENT ROW"
    case .following(let distance): print(distance, Power.concatenation) + " FOLLOWING"
    case .unboundedFollowing: "UNBOUNDED FOLLOWING"
    }
  }
}
