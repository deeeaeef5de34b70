extension Formatter {
  static func print(_ select: SelectStatement) -> String {
    var text = ""
    if !select.with.isEmpty {
      let tables = select.with.map {
        print($0.name) + columns($0.columns) + " AS (" + print($0.query) + ")"
      }
      text += "WITH " + tables.joined(separator: ", ") + " "
    }
    text += setOperations(select)
    if !select.orderBy.isEmpty { text += " ORDER BY " + list(select.orderBy) }
    if let limit = select.limit { text += " LIMIT " + print(limit) }
    if let offset = select.offset { text += " OFFSET " + print(offset) }
    return text
  }

  static func list(_ items: [OrderItem]) -> String {
    items.map { item in
      var text = print(item.expression)
      if item.isDescending { text += " DESC" }
      if let nullsFirst = item.nullsFirst { text += nullsFirst ? " NULLS FIRST" : " NULLS LAST" }
      return text
    }.joined(separator: ", ")
  }

  /// Prints the operands from left to right, as they are computed.
  private static func setOperations(_ select: SelectStatement) -> String {
    var text = core(select)
    var hasUnion = false
    for operation in select.setOperations {
      // INTERSECT binds tighter: what stands before it must be held together.
      if operation.kind == .intersect, hasUnion { text = "(" + text + ")" }
      hasUnion = operation.kind != .intersect
      text += " " + operation.kind.rawValue + (operation.isAll ? " ALL " : " ")
      text += operand(operation.query)
    }
    return text
  }

  private static func operand(_ query: Query) -> String {
    if case .select(let select) = query.kind, select.with.isEmpty, select.setOperations.isEmpty,
      select.orderBy.isEmpty, select.limit == nil, select.offset == nil
    {
      return core(select)
    }
    return "(" + print(query) + ")"
  }

  private static func core(_ select: SelectStatement) -> String {
    var text = select.isDistinct ? "SELECT DISTINCT " : "SELECT "
    text += select.items.map(print).joined(separator: ", ")
    if let from = select.from { text += " FROM " + print(from) }
    if let condition = select.condition { text += " WHERE " + print(condition) }
    switch select.groupBy {
    case .none: break
    case .all: text += " GROUP BY ALL"
    case .expressions(let expressions): text += " GROUP BY " + list(expressions)
    }
    if let having = select.having { text += " HAVING " + print(having) }
    if let qualify = select.qualify { text += " QUALIFY " + print(qualify) }
    return text
  }

  private static func print(_ item: SelectItem) -> String {
    let text =
      switch item.kind {
      case .star(let qualifier): (qualifier.map { print($0) + "." } ?? "") + "*"
      case .expression(let expression): print(expression)
      }
    return text + (item.alias.map { " AS " + print($0) } ?? "")
  }

  static func print(_ table: TableReference) -> String {
    let text =
      switch table.kind {
      case .table(let name): print(name)
      case .file(let path): quote(path)
      case .query(let query): "(" + print(query) + ")"
      case .values(let rows):
        "(VALUES " + rows.map { "(" + list($0) + ")" }.joined(separator: ", ") + ")"
      case .join(let left, let kind, let right, let condition):
        print(left) + " " + kind.rawValue + " " + printAlone(right) + print(condition)
      }
    return text + (table.alias.map { " AS " + print($0) + columns(table.columns) } ?? "")
  }

  /// Prints the names of a table's columns behind its own.
  private static func columns(_ names: [Identifier]) -> String {
    names.isEmpty ? "" : " (" + list(names) + ")"
  }

  /// Prints a table where joins stand only in parentheses.
  static func printAlone(_ table: TableReference) -> String {
    if case .join = table.kind { return "(" + print(table) + ")" }
    return print(table)
  }

  private static func print(_ condition: JoinCondition) -> String {
    switch condition {
    case .on(let condition): " ON " + print(condition)
    case .using(let columns): " USING (" + list(columns) + ")"
    case .none: ""
    }
  }
}
