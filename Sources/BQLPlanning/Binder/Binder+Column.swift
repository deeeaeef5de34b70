import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Resolves a name: a column, else a role, else (in BY) a part of TIME, else an attribute of the
  /// row's user.
  mutating func bindColumn(
    qualifier: Identifier?,
    name: Identifier,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    let scope = context.scope
    let matches = scope.matches(qualifier: qualifier?.name, name: name.name)
    if matches.count > 1 {
      let tables = matches.compactMap { scope.columns[$0].qualifier }
      return fail(
        .ambiguousName,
        "'\(name.name)' names several columns",
        at: range,
        hints: tables.isEmpty
          ? [] : ["say which: " + tables.map { "\($0).\(name.name)" }.joined(separator: ", ")]
      )
    }
    if let index = matches.first ?? scope.roleColumn(qualifier: qualifier?.name, name.name) {
      guard context.grouping == nil else { return notGrouped(name, at: range) }
      return BoundExpression(.column(index), scope.columns[index].type, range: range)
    }
    if qualifier == nil, scope.allowsTimeParts, let time = scope.roles?[.time],
      Self.timeParts.contains(name.name.lowercased())
    {
      let column = BoundExpression(.column(time), scope.columns[time].type, range: range)
      return bindTimePart(name.name.lowercased(), of: column, at: range)
    }
    if qualifier == nil, !name.isQuoted, Self.timeNames.contains(name.name.lowercased()),
      scope.attributes == nil || catalog.attribute(named: name.name) == nil
    {
      return call(name.name.lowercased(), shown: name.name, [], at: range)
    }
    switch bindJoinedAttribute(qualifier: qualifier, name: name, at: range, scope) {
    case .none: break
    case .failed: return nil
    case .found(let position, let type):
      guard context.grouping == nil else { return notGrouped(name, at: range) }
      return BoundExpression(.column(position), type, range: range)
    }
    if let outer = bindOuter(qualifier: qualifier, name: name, at: range) { return outer }
    return unknownColumn(qualifier: qualifier, name: name, at: range, scope)
  }

  /// Says that a name means nothing here, and what would.
  private mutating func unknownColumn(
    qualifier: Identifier?,
    name: Identifier,
    at range: SourceRange,
    _ scope: Scope
  ) -> BoundExpression? {
    if let qualifier, !scope.leaves.isEmpty,
      !scope.qualifiers.contains(where: { $0.lowercased() == qualifier.name.lowercased() })
    {
      return fail(
        .unknownTable,
        "no table is called '\(qualifier.name)' here",
        at: qualifier.range,
        hints: suggestions(for: qualifier.name, among: scope.qualifiers, kind: "tables")
      )
    }
    if let qualifier, scope.leaves.count > 1 {
      let own = scope.columns.filter {
        $0.qualifier?.lowercased() == qualifier.name.lowercased()
      }
      let others = scope.columns.filter { $0.name.lowercased() == name.name.lowercased() }
        .compactMap(\.qualifier).map { "\($0).\(name.name)" }
      return fail(
        .unknownColumn,
        "unknown column '\(name.name)' of '\(qualifier.name)'",
        at: range,
        hints: others.isEmpty
          ? suggestions(for: name.name, among: own.map(\.name), kind: "columns")
          : ["there is \(others.joined(separator: ", "))"]
      )
    }
    if let unknown = attributeHints(qualifier: qualifier, name.name, scope) {
      return fail(.unknownColumn, unknown.message, at: range, hints: unknown.hints)
    }
    let attributes = scope.attributes.map { catalog.attributeReferences(for: $0.log).map(\.name) }
    let names = scope.names + (qualifier == nil ? attributes ?? [] : [])
    var hints = suggestions(for: name.name, among: names, kind: "columns")
    if name.isQuoted, name.name.contains(" ") || scope.names.isEmpty {
      hints.append("text stands in single quotes: '\(name.name)'")
    }
    return fail(.unknownColumn, "unknown column '\(name.name)'", at: range, hints: hints)
  }

  /// Resolves an attribute of the users of one table, be it one of a join.
  private mutating func bindJoinedAttribute(
    qualifier: Identifier?,
    name: Identifier,
    at range: SourceRange,
    _ scope: Scope
  ) -> AttributeResolution {
    guard !scope.leaves.isEmpty else {
      return bindAttribute(qualifier: qualifier, name: name, at: range, scope)
    }
    // A table's name means that table; a bare name that FROM users has is its column.
    var leaves = scope.leaves
    if let qualifier {
      let named = leaves.filter { $0.isCalled(qualifier.name) }
      if !named.isEmpty { leaves = named }
    } else if let users = leaves.first(where: { $0.scope.attributes?.isUsersTable ?? false }) {
      leaves =
        [users] + leaves.filter { !($0.scope.attributes?.log === users.scope.attributes?.log) }
    }
    var found: (leaf: JoinedTable, position: Int, type: DataType)?
    for leaf in leaves {
      switch bindAttribute(qualifier: qualifier, name: name, at: range, leaf.scope) {
      case .none: continue
      case .failed: return .failed
      case .found(let position, let type):
        if let first = found {
          let tables = [first.leaf, leaf].compactMap { $0.scope.columns.first?.qualifier }
          let _: Never? = fail(
            .ambiguousName,
            "'\(name.name)' is an attribute of the users of several tables: "
              + tables.joined(separator: ", "),
            at: range,
            hints: ["join a query that names it: FROM (SELECT …, \(name.name) FROM …) AS t"]
          )
          return .failed
        }
        found = (leaf, position, type)
      }
    }
    guard let found, let attributes = found.leaf.scope.attributes else { return .none }
    let slot = found.position - attributes.base.schema.count
    return .found(ProvisionalColumn.attribute(slot, ofTable: found.leaf.number), found.type)
  }

  /// Finds the output column that a bare name means, where such may be named and no column that may
  /// stand here has the name.
  mutating func output(
    _ qualifier: Identifier?,
    _ name: Identifier,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    let wanted = name.name.lowercased()
    guard qualifier == nil,
      let output = context.outputs?.first(where: { $0.name.lowercased() == wanted }),
      attempt({ $0.bindColumn(qualifier: nil, name: name, at: range, context) }) == nil
    else { return nil }
    return BoundExpression(output.expression.kind, output.expression.type, range: range)
  }

  private mutating func notGrouped(_ name: Identifier, at range: SourceRange) -> BoundExpression? {
    fail(
      .notGrouped,
      "column '\(name.name)' is neither grouped nor aggregated",
      at: range,
      hints: ["add it to GROUP BY, or take one value: first(\(name.name))"]
    )
  }

  /// The functions that SQL writes without parentheses.
  private static let timeNames: Set<String> = ["current_date", "current_timestamp"]

  static let timeParts: Set<String> = ["hour", "weekday", "day", "week", "month"]

  /// `hour` and `weekday` number the part; `day`, `week` and `month` are the period's first day.
  mutating func bindTimePart(
    _ part: String,
    of time: BoundExpression,
    at range: SourceRange
  ) -> BoundExpression? {
    if part == "hour" || part == "weekday" {
      return call(part, shown: part, [time], at: range)
    }
    let unit = BoundExpression(.literal(.text(part)), .text, range: range)
    guard let start = call("date_trunc", shown: "date_trunc", [unit, time], at: range) else {
      return nil
    }
    return start.type == .date ? start : cast(start, to: .date, at: range)
  }
}
