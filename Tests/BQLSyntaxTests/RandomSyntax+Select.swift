import BQLSyntax
import BQLTestSupport

extension RandomSyntax {
  mutating func select(_ depth: Int) -> SelectStatement {
    var select = SelectStatement()
    select.with = some(0...1) { CommonTable(name: $0.name(), query: $0.query(depth)) }
    select.isDistinct = chance(20)
    select.items = some(1...3) { random in
      if random.chance(20) {
        return SelectItem(.star(qualifier: random.maybe { $0.name() }), range: random.nowhere)
      }
      return SelectItem(
        .expression(random.expression(depth)),
        alias: random.maybe { $0.name() },
        range: random.nowhere
      )
    }
    select.from = maybe(70) { $0.tables(depth) }
    select.condition = maybe { $0.expression(depth) }
    select.groupBy = maybe { random in
      random.chance(30)
        ? .all(random.nowhere) : .expressions(random.some(1...2) { $0.expression(depth) })
    }
    select.having = maybe(20) { $0.expression(depth) }
    select.qualify = maybe(20) { $0.expression(depth) }
    if depth > 0 {
      select.setOperations = some(0...3) { random in
        SetOperation(
          kind: random.pick(SetOperation.Kind.allCases),
          isAll: random.chance(50),
          query: Query(.select(random.select(depth - 1)), range: random.nowhere),
          range: random.nowhere
        )
      }
    }
    select.orderBy = some(0...2) { $0.orderItem(depth) }
    select.limit = maybe(30) { $0.expression(0) }
    select.offset = maybe(30) { $0.expression(0) }
    return select
  }

  mutating func orderItem(_ depth: Int) -> OrderItem {
    OrderItem(
      expression: expression(depth),
      isDescending: chance(50),
      nullsFirst: maybe { $0.chance(50) }
    )
  }

  /// Builds one table or a chain of joins.
  mutating func tables(_ depth: Int) -> TableReference {
    var left = table(depth)
    while chance(30) {
      let kind = pick(JoinKind.allCases)
      let condition: JoinCondition =
        kind == .cross
        ? .none
        : chance(50) ? .on(expression(depth)) : .using(some(1...2) { $0.name() })
      let right = depth > 0 && chance(20) ? tables(depth - 1) : table(depth)
      left = TableReference(.join(left, kind, right, condition), range: nowhere)
    }
    return left
  }

  mutating func table(_ depth: Int) -> TableReference {
    let kind: TableReference.Kind =
      switch Int.random(in: 0..<(depth > 0 ? 6 : 3), using: &random) {
      case 0: .file(text())
      case 1: .values(some(1...2) { random in random.some(1...2) { $0.expression(0) } })
      case 4, 5: .query(query(depth - 1))
      default: .table(name())
      }
    return TableReference(kind, alias: maybe { $0.name() }, range: nowhere)
  }
}
