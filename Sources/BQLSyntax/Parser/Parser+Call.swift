extension Parser {
  /// Takes `(arguments) [IGNORE NULLS] [FILTER (WHERE …)] [OVER (…)]`, behind the function's name.
  mutating func parseCall(_ name: Identifier) throws(SyntaxError) -> Expression {
    let open = try expect(.leftParenthesis)
    var call = Call(name: name, arguments: [])
    if accept(.star) != nil {
      call.isStar = true
    } else if let arguments = try parseFormArguments(name.name) {
      call.arguments = arguments
    } else if !at(.rightParenthesis) {
      call.isDistinct = accept(.distinct) != nil
      call.arguments = try parseExpressions()
      parseNullTreatment(&call)
    }
    try close(.rightParenthesis, opened: open)
    try parseWithinGroup(&call)
    parseNullTreatment(&call)
    if at(.filter), peek().kind == .symbol(.leftParenthesis) {
      advance()
      call.filter = try parseFilter()
    }
    if accept(.over) != nil {
      call.over = try parseWindow()
    }
    return Expression(.call(call), range: range(from: name.range))
  }

  /// Takes `IGNORE NULLS` or `RESPECT NULLS`, which stands inside or behind the parentheses.
  private mutating func parseNullTreatment(_ call: inout Call) {
    if accept(.ignore, .nulls) != nil {
      call.ignoresNulls = true
    } else {
      _ = accept(.respect, .nulls)
    }
  }

  private mutating func parseFilter() throws(SyntaxError) -> Expression {
    let open = try expect(.leftParenthesis)
    try expect(.where)
    let condition = try parseExpression()
    try close(.rightParenthesis, opened: open)
    return condition
  }

  /// Takes `(PARTITION BY … ORDER BY … ROWS …)`.
  private mutating func parseWindow() throws(SyntaxError) -> Window {
    let open = try expect(.leftParenthesis)
    var partition: [Expression] = []
    if at(.partition), peek().keyword == .by {
      advance()
      advance()
      partition = try parseExpressions()
    }
    var order: [OrderItem] = []
    if accept(.order) != nil {
      try expect(.by)
      order = try parseOrderItems()
    }
    let frame = at(.rows) || at(.range) || at(.groups) ? try parseFrame() : nil
    if current.isWord {
      throw unexpected(
        "')'",
        candidates: [.partition, .order, .rows, .range, .groups],
        hints: ["a window is (PARTITION BY … ORDER BY … ROWS …), in this order"]
      )
    }
    try close(.rightParenthesis, opened: open)
    return Window(
      partitionBy: partition,
      orderBy: order,
      frame: frame,
      range: range(from: open)
    )
  }

  /// Takes `ROWS|RANGE|GROUPS BETWEEN a AND b`, or one bound that reaches to the current row.
  private mutating func parseFrame() throws(SyntaxError) -> Window.Frame {
    let first = current
    let unit = try parseWord(of: Window.Frame.Unit.self).value
    let isPair = accept(.between) != nil
    let start = try parseBound()
    var end = Window.Frame.Bound.currentRow
    if isPair {
      try expect(.and)
      end = try parseBound()
    }
    return Window.Frame(unit: unit, start: start, end: end, range: range(from: first))
  }

  private mutating func parseBound() throws(SyntaxError) -> Window.Frame.Bound {
    if accept(.unbounded, .preceding) != nil { return .unboundedPreceding }
    if accept(.unbounded, .following) != nil { return .unboundedFollowing }
    if accept(.current, .row) != nil { return .currentRow }
    let distance = try parseExpression(Power.concatenation)
    if accept(.preceding) != nil { return .preceding(distance) }
    if accept(.following) != nil { return .following(distance) }
    throw unexpected("PRECEDING or FOLLOWING", candidates: [.preceding, .following])
  }
}
