/// Ranks the operators as PostgreSQL does: what binds tighter has the greater number.
enum Power {
  static let any = 0
  static let or = 10
  static let and = 20
  static let not = 30
  static let test = 40
  static let comparison = 50
  static let match = 60
  static let concatenation = 70
  static let sum = 80
  static let product = 90
  static let sign = 100
  static let cast = 110
  static let primary = 120

  static func of(_ symbol: BinaryOperator) -> Int {
    switch symbol {
    case .or: or
    case .and: and
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: comparison
    case .concatenate: concatenation
    case .add, .subtract: sum
    case .multiply, .divide, .modulo: product
    }
  }
}

extension Parser {
  /// Takes expressions separated by commas.
  mutating func parseExpressions() throws(SyntaxError) -> [Expression] {
    try list { (parser: inout Parser) throws(SyntaxError) in try parser.parseExpression() }
  }

  /// Takes an expression whose operators bind at least as tight as `minimum`.
  mutating func parseExpression(_ minimum: Int = Power.any) throws(SyntaxError) -> Expression {
    try descend()
    defer { ascend() }
    let outer = height
    height = 0
    defer { height = max(outer, height + 1) }
    var left = try parsePrefix()
    while let power = infixPower(), power >= minimum {
      height += 1
      guard height < Parser.heightLimit else {
        throw tooDeep(hints: ["x IN (…) takes the place of many comparisons joined by OR"])
      }
      left = try parseInfix(left, power)
    }
    return left
  }

  private mutating func parsePrefix() throws(SyntaxError) -> Expression {
    let start = current
    let operation: (UnaryOperator, Int)
    switch start.kind {
    case .symbol(.minus): operation = (.minus, Power.sign)
    case .symbol(.plus): operation = (.plus, Power.sign)
    case .word where start.keyword == .not: operation = (.not, Power.not)
    default: return try parsePrimary()
    }
    advance()
    let operand = try parseExpression(operation.1)
    return Expression(.unary(operation.0, operand), range: range(from: start))
  }

  /// Returns the power of the operator here; nil where the expression ends.
  private func infixPower() -> Int? {
    switch current.kind {
    case .symbol(.doubleColon): return Power.cast
    case .symbol(.tilde), .symbol(.notTilde): return Power.match
    case .symbol, .word:
      if let symbol = binaryOperator() { return Power.of(symbol) }
    default: return nil
    }
    switch current.keyword {
    case .is: return Power.test
    case .between, .in, .like, .ilike: return Power.match
    case .not:
      let next = peek().keyword
      let isMatch = [.between, .in, .like, .ilike].contains(next)
      return isMatch ? Power.match : nil
    default: return nil
    }
  }

  private func binaryOperator() -> BinaryOperator? {
    switch current.kind {
    case .symbol(.bangEqual): return .notEqual
    case .symbol(.doubleEqual): return .equal
    case .symbol(let symbol): return BinaryOperator(rawValue: symbol.rawValue)
    case .word where at(.and): return .and
    case .word where at(.or): return .or
    default: return nil
    }
  }

  private mutating func parseInfix(
    _ left: Expression,
    _ power: Int
  ) throws(SyntaxError) -> Expression {
    if let symbol = binaryOperator() {
      if at(.doubleEqual) {
        complain("expected '=', found '=='", at: current.range, hints: ["equality is ="])
      }
      advance()
      let right = try parseExpression(power + 1)
      if power == Power.comparison, infixPower() == Power.comparison {
        throw unexpected(
          "AND, OR or the end of the condition",
          hints: ["comparisons do not chain: a < b AND b < c"]
        )
      }
      return Expression(.binary(symbol, left, right), range: left.range.union(right.range))
    }
    if accept(.doubleColon) != nil {
      let type = try parseTypeName()
      return Expression(.cast(left, typeName: type), range: left.range.union(type.range))
    }
    let kind = at(.is) ? try parseTest(left) : try parseMatch(left)
    return Expression(kind, range: range(from: left.range))
  }

  /// Takes a type's name.
  mutating func parseTypeName() throws(SyntaxError) -> Identifier {
    let types = "bool, int, float, text, timestamp, date, interval"
    guard current.isName else {
      throw unexpected("a type", hints: ["the types are \(types)"])
    }
    let name = try parseName("a type")
    if at(.leftParenthesis) {
      throw unexpected("the end of the type", hints: ["the types are \(types)"])
    }
    return name
  }

  /// Takes `IS [NOT] NULL | TRUE | FALSE | DISTINCT FROM y`.
  private mutating func parseTest(_ left: Expression) throws(SyntaxError) -> Expression.Kind {
    try expect(.is)
    let negated = accept(.not) != nil
    if accept(.null) != nil { return .isNull(left, negated: negated) }
    if accept(.true) != nil { return .isTruth(left, value: true, negated: negated) }
    if accept(.false) != nil { return .isTruth(left, value: false, negated: negated) }
    if accept(.distinct, .from) != nil {
      return .isDistinct(left, try parseExpression(Power.comparison), negated: negated)
    }
    throw unexpected(
      "NULL, TRUE, FALSE or DISTINCT FROM",
      candidates: [.null, .true, .false, .distinct],
      hints: ["equality is written ="]
    )
  }

  /// Takes `[NOT] BETWEEN | IN | LIKE | ILIKE`, `~`, `!~`, `~*` and `!~*`.
  private mutating func parseMatch(_ left: Expression) throws(SyntaxError) -> Expression.Kind {
    if at(.tilde) || at(.notTilde) {
      let isNegated = at(.notTilde)
      advance()
      let ignoresCase = accept(.star) != nil
      let pattern = try parseExpression(Power.match + 1)
      return .match(
        left,
        .regex,
        pattern: ignoresCase ? ignoringCase(pattern) : pattern,
        negated: isNegated
      )
    }
    let negated = accept(.not) != nil
    if accept(.between) != nil {
      let low = try parseExpression(Power.match + 1)
      try expect(.and)
      let high = try parseExpression(Power.match + 1)
      return .between(left, low: low, high: high, negated: negated)
    }
    if accept(.in) != nil { return try parseMembership(left, negated: negated) }
    let operation = try parseWord(of: MatchOperator.self).value
    let pattern = try parseEscape(try parseExpression(Power.match + 1))
    return .match(left, operation, pattern: pattern, negated: negated)
  }

  private mutating func parseMembership(
    _ left: Expression,
    negated: Bool
  ) throws(SyntaxError) -> Expression.Kind {
    guard at(.leftParenthesis) else {
      throw unexpected("'('", hints: ["the values stand in parentheses: IN ('a', 'b')"])
    }
    let open = current
    advance()
    if startsSubquery {
      let query = try parseQuery()
      try close(.rightParenthesis, opened: open)
      return .inQuery(left, query, negated: negated)
    }
    let values = try parseExpressions()
    if values.count == 1, case .scalarQuery(let query) = values[0].kind, continuesSelect {
      let whole = try parseSelectRest(query)
      try close(.rightParenthesis, opened: open)
      return .inQuery(left, whole, negated: negated)
    }
    try close(.rightParenthesis, opened: open)
    return .inList(left, values, negated: negated)
  }
}
