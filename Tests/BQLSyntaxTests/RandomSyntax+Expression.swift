import BQLSyntax

extension RandomSyntax {
  mutating func expression(_ depth: Int) -> Expression {
    Expression(depth > 0 && chance(75) ? node(depth - 1) : leaf(), range: nowhere)
  }

  private mutating func leaf() -> Expression.Kind {
    switch Int.random(in: 0..<5, using: &random) {
    case 0, 1: .literal(literal())
    case 2: .parameter(Identifier(pick(["p", "since"]), range: nowhere))
    default: .column(qualifier: maybe(30) { $0.name() }, name: name())
    }
  }

  private mutating func literal() -> Literal {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: .null
    case 1: .bool(chance(50))
    case 2: .int(pick([0, 1, .max]))
    case 3: .number(pick(["0.1", "1e6", "9223372036854775808", "1.0"]))
    case 4: .text(text())
    case 5: .duration(duration())
    case 6: .date(text())
    default: .timestamp(text())
    }
  }

  mutating func duration() -> Duration {
    chance(30)
      ? Duration(months: pick([1, 3, 12]))
      : Duration(microseconds: pick([0, 1, 500_000, 1_000_000, 5_400_000_000, 604_800_000_000]))
  }

  private mutating func node(_ depth: Int) -> Expression.Kind {
    switch Int.random(in: 0..<18, using: &random) {
    case 0, 1: .unary(pick(UnaryOperator.allCases), expression(depth))
    case 2: .call(call(depth))
    case 3:
      .conditional(
        operand: maybe { $0.expression(depth) },
        branches: some(1...2) {
          CaseBranch(condition: $0.expression(depth), result: $0.expression(depth))
        },
        otherwise: maybe { $0.expression(depth) }
      )
    case 4: .cast(expression(depth), typeName: name())
    case 5: .isNull(expression(depth), negated: chance(50))
    case 6: .isTruth(expression(depth), value: chance(50), negated: chance(50))
    case 7: .isDistinct(expression(depth), expression(depth), negated: chance(50))
    case 8:
      .between(
        expression(depth),
        low: expression(depth),
        high: expression(depth),
        negated: chance(50)
      )
    case 9: .inList(expression(depth), inList(depth), negated: chance(50))
    case 10: .inQuery(expression(depth), query(depth), negated: chance(50))
    case 11:
      .match(
        expression(depth),
        pick(MatchOperator.allCases),
        pattern: expression(depth),
        negated: chance(50)
      )
    case 12: .scalarQuery(query(depth))
    case 13: .exists(query(depth))
    default: .binary(pick(BinaryOperator.allCases), expression(depth), expression(depth))
    }
  }

  private mutating func inList(_ depth: Int) -> [Expression] {
    some(1...3) { $0.expression(depth) }
  }

  private mutating func call(_ depth: Int) -> Call {
    let isStar = chance(20)
    return Call(
      name: name(),
      arguments: isStar ? [] : some(1...3) { $0.expression(depth) },
      isStar: isStar,
      isDistinct: !isStar && chance(20),
      ignoresNulls: chance(15),
      filter: maybe(20) { $0.expression(depth) },
      over: maybe(20) { $0.window(depth) }
    )
  }

  private mutating func window(_ depth: Int) -> Window {
    let frame = maybe { random in
      Window.Frame(
        unit: random.pick(Window.Frame.Unit.allCases),
        start: random.bound(depth),
        end: random.bound(depth),
        range: random.nowhere
      )
    }
    return Window(
      partitionBy: some(0...2) { $0.expression(depth) },
      orderBy: some(0...2) { $0.orderItem(depth) },
      frame: frame,
      range: nowhere
    )
  }

  private mutating func bound(_ depth: Int) -> Window.Frame.Bound {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: .unboundedPreceding
    case 1: .preceding(expression(depth))
    case 2: .currentRow
    case 3: .following(expression(depth))
    default: .unboundedFollowing
    }
  }
}
