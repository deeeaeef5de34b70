import BQLColumnar
import BQLFunctions
import BQLSyntax

extension Binder {
  /// Binds a SELECT, with the queries of its WITH and those that it is combined with.
  mutating func bindSelect(_ select: SelectStatement, at range: SourceRange) -> BoundQuery? {
    binding(select.with) { binder in
      guard select.setOperations.isEmpty else {
        return binder.bindCompound(select, at: range).map { .compound($0) }
      }
      return binder.bindCore(select, at: range).map { .select($0) }
    }
  }

  /// Binds a SELECT by itself.
  mutating func bindCore(_ select: SelectStatement, at range: SourceRange) -> BoundSelect? {
    let noTable = BoundTable(plan: .values(.singleRow), scope: Scope(columns: []))
    guard let table = select.from.map({ bindTable($0) }) ?? noTable else { return nil }
    let items = expandStars(select.items, table.scope, hasFrom: select.from != nil)
    guard let items else { return nil }
    let rowQueries = CorrelatedQueries()
    var context = ExpressionContext(scope: table.scope, clause: "SELECT", grouping: nil)
    context.correlated = rowQueries

    var condition: BoundExpression?
    if let written = select.condition {
      context.clause = "WHERE"
      guard let bound = bindCondition(written, context) else { return nil }
      condition = bound
    }
    guard let keys = bindGroupBy(select, items, context) else { return nil }
    let isGrouped = isGrouped(select, items)
    let grouping =
      isGrouped ? Grouping(keys: keys.map(\.expression), correlated: rowQueries) : nil
    let groupQueries = CorrelatedQueries()
    if isGrouped { context.correlated = groupQueries }
    context.grouping = grouping
    context.clause = "SELECT"
    let windows = Windows()
    context.windows = windows
    let boundItems = items.map { item in
      bindItem(item, context).map { NamedExpression(item.name, $0) }
    }
    let named = boundItems.compactMap { $0 }
    guard named.count == items.count else { return nil }

    var having: BoundExpression?
    if let written = select.having {
      context.clause = "HAVING"
      context.windows = nil
      guard let bound = bindCondition(written, context) else { return nil }
      having = bound
      context.windows = windows
    }
    guard let qualify = bindQualify(select, items: named, context) else { return nil }
    context.clause = "ORDER BY"
    guard
      let order = bindOrderBy(select, items: named, written: items, context)
    else { return nil }
    guard let limit = bindLimit(select) else { return nil }
    var bound = BoundSelect(
      input: table.plan,
      condition: condition,
      grouping: grouping.map { .init(keys: keys, aggregates: $0.aggregates) },
      having: having,
      windows: windows.groups,
      qualify: qualify.condition,
      items: named,
      hiddenItems: order.hidden,
      isDistinct: select.isDistinct,
      sortKeys: order.keys,
      limit: limit.count == nil && limit.offset == 0 ? nil : limit
    )
    bound.place(
      rowQueries.joined(to: attachingJoined(to: table.plan)),
      groupQueries,
      windows
    )
    return bound
  }

  /// Whether a SELECT asks of groups: it says so, or calls an aggregate where that means groups.
  private func isGrouped(_ select: SelectStatement, _ items: [WrittenItem]) -> Bool {
    let written =
      items.map(\.expression) + select.orderBy.map(\.expression)
      + [select.qualify].compactMap { $0 }
    return select.groupBy != nil || select.having != nil
      || written.contains(where: Self.hasAggregate)
  }

  /// Binds QUALIFY, which may name output columns; it needs a window function, there or in SELECT.
  private mutating func bindQualify(
    _ select: SelectStatement,
    items: [NamedExpression],
    _ context: ExpressionContext
  ) -> (condition: BoundExpression?, Void)? {
    guard let written = select.qualify else { return (nil, ()) }
    var context = context
    context.clause = "QUALIFY"
    context.outputs = items
    guard let condition = bindCondition(written, context) else { return nil }
    guard context.windows.map({ $0.count > 0 }) ?? false else {
      return fail(
        .badClause,
        "QUALIFY filters on window functions, and there is none",
        at: written.range,
        hints: ["WHERE filters rows, HAVING groups"]
      )
    }
    return (condition, ())
  }

  /// Replaces `*` by the columns it stands for, and names every item.
  private mutating func expandStars(
    _ items: [SelectItem],
    _ scope: Scope,
    hasFrom: Bool
  ) -> [WrittenItem]? {
    var result: [WrittenItem] = []
    for item in items {
      switch item.kind {
      case .expression(let expression):
        let name = item.alias?.name ?? name(of: expression, in: scope)
        result.append(WrittenItem(name: name, expression: expression))
      case .star(let qualifier):
        guard hasFrom else {
          return fail(.missingClause, "* needs a table to read: add FROM", at: item.range)
        }
        let columns = scope.columns.indices.filter {
          qualifier == nil
            ? !scope.columns[$0].isMerged
            : scope.columns[$0].qualifier?.lowercased() == qualifier?.name.lowercased()
        }
        guard !columns.isEmpty else {
          return fail(
            .unknownTable,
            "no table is called '\(qualifier?.name ?? "*")' here",
            at: item.range
          )
        }
        let owners =
          scope.leaves.isEmpty
          ? [scope]
          : scope.leaves.map(\.scope).filter {
            qualifier == nil
              || $0.columns.first?.qualifier?.lowercased() == qualifier?.name.lowercased()
          }
        defer { for owner in owners { result += attributeItems(owner, at: item.range) } }
        for index in columns {
          let column = scope.columns[index]
          let name = Identifier(column.name, isQuoted: true, range: item.range)
          let owner = column.qualifier.map { Identifier($0, isQuoted: true, range: item.range) }
          let expression = Expression(.column(qualifier: owner, name: name), range: item.range)
          result.append(
            WrittenItem(name: column.name, expression: expression, starColumn: index)
          )
        }
      }
    }
    return result
  }

  /// Binds an item of SELECT; what `*` stands for by place, not by name.
  private mutating func bindItem(
    _ item: WrittenItem,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    guard let column = item.starColumn, context.grouping == nil else {
      return bind(item.expression, context)
    }
    let type = context.scope.columns[column].type
    return BoundExpression(.column(column), type, range: item.expression.range)
  }

  /// A column keeps its name; any other expression is named by its text.
  func name(of expression: Expression, in scope: Scope) -> String {
    guard case .column(let qualifier, let name) = expression.kind else {
      return text(of: expression.range)
    }
    let matches = scope.matches(qualifier: qualifier?.name, name: name.name)
    if let match = matches.first { return scope.columns[match].name }
    guard let log = scope.attributes?.log else { return name.name }
    let attribute = catalog.attributeReferences(for: log).first {
      $0.name.lowercased() == name.name.lowercased()
    }
    return scope.roleColumn(qualifier: qualifier?.name, name.name) == nil
      ? attribute?.name ?? name.name : name.name
  }

  /// LIMIT and OFFSET: whole numbers, not negative.
  mutating func bindLimit(_ select: SelectStatement) -> LimitPlan? {
    var plan = LimitPlan(count: nil, offset: 0)
    for (clause, expression) in [("LIMIT", select.limit), ("OFFSET", select.offset)] {
      guard let expression else { continue }
      let context = ExpressionContext(scope: Scope(columns: []), clause: clause, grouping: nil)
      guard let bound = bind(expression, context) else { return nil }
      guard case .int(let count) = bound.folded.literal, count >= 0 else {
        return fail(
          .badLiteral,
          "\(clause) needs a whole number that is not negative",
          at: expression.range
        )
      }
      if clause == "LIMIT" { plan.count = Int(count) } else { plan.offset = Int(count) }
    }
    return plan
  }
}

/// Holds a SELECT item as written, with the name that its column gets.
struct WrittenItem {
  var name: String
  var expression: Expression
  /// For a column that `*` stands for: its place in the input, where a name may be another's too.
  var starColumn: Int?
}
