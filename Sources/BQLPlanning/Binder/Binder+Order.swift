import BQLColumnar
import BQLSyntax

extension Binder {
  /// Binds GROUP BY: columns and expressions, ordinals, output names, or ALL.
  mutating func bindGroupBy(
    _ select: SelectStatement,
    _ items: [WrittenItem],
    _ context: ExpressionContext
  ) -> [NamedExpression]? {
    var context = context
    context.clause = "GROUP BY"
    switch select.groupBy {
    case nil: return []
    case .all:
      let plain = items.filter {
        !Self.hasAggregate($0.expression) && !Self.hasWindow($0.expression)
      }
      return bindNamed(plain, context)
    case .expressions(let expressions):
      var written: [WrittenItem] = []
      for expression in expressions {
        if case .literal(.int(let ordinal)) = expression.kind {
          guard ordinal >= 1, ordinal <= items.count else {
            return fail(
              .badLiteral,
              "GROUP BY \(ordinal) is no column of SELECT, which has \(items.count)",
              at: expression.range
            )
          }
          written.append(items[Int(ordinal) - 1])
        } else if let alias = outputItem(expression, items),
          attempt({ $0.bind(expression, context) }) == nil
        {
          // PostgreSQL: an input column goes before an output name.
          written.append(alias)
        } else {
          let name = name(of: expression, in: context.scope)
          written.append(WrittenItem(name: name, expression: expression))
        }
      }
      return bindNamed(written, context)
    }
  }

  private mutating func bindNamed(
    _ items: [WrittenItem],
    _ context: ExpressionContext
  ) -> [NamedExpression]? {
    let bound = items.map { item in
      bind(item.expression, context).map { NamedExpression(item.name, $0) }
    }
    let found = bound.compactMap { $0 }
    return found.count == items.count ? found : nil
  }

  /// Finds the SELECT item that a bare name means.
  private func outputItem(_ expression: Expression, _ items: [WrittenItem]) -> WrittenItem? {
    guard case .column(nil, let name) = expression.kind else { return nil }
    return items.first { $0.name.lowercased() == name.name.lowercased() }
  }

  /// Binds ORDER BY: output names first, ordinals, then expressions, which may add hidden columns.
  mutating func bindOrderBy(
    _ select: SelectStatement,
    items: [NamedExpression],
    written: [WrittenItem],
    _ context: ExpressionContext
  ) -> (keys: [SortPlan.Key], hidden: [NamedExpression])? {
    var keys: [SortPlan.Key] = []
    var hidden: [NamedExpression] = []
    for order in select.orderBy {
      let expression = order.expression
      var column: Int?
      if case .literal(.int(let ordinal)) = expression.kind {
        guard ordinal >= 1, ordinal <= items.count else {
          return fail(
            .badLiteral,
            "ORDER BY \(ordinal) is no column of SELECT, which has \(items.count)",
            at: expression.range
          )
        }
        column = Int(ordinal) - 1
      } else if case .column(nil, let name) = expression.kind {
        column = items.firstIndex { $0.name.lowercased() == name.name.lowercased() }
      }
      if column == nil {
        guard let bound = bind(expression, context) else { return nil }
        if let index = items.firstIndex(where: { $0.expression == bound }) {
          column = index
        } else {
          guard !select.isDistinct else {
            return fail(
              .misplacedAggregate,
              "with DISTINCT, ORDER BY names columns of the result",
              at: expression.range,
              hints: ["add the expression to SELECT"]
            )
          }
          hidden.append(NamedExpression(text(of: expression.range), bound))
          column = items.count + hidden.count - 1
        }
      }
      keys.append(
        SortPlan.Key(
          column: column ?? 0,
          isDescending: order.isDescending,
          nullsFirst: order.nullsFirst ?? order.isDescending
        )
      )
    }
    return (keys, hidden)
  }
}
