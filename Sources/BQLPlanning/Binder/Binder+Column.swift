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
    switch bindAttribute(qualifier: qualifier, name: name, at: range, scope) {
    case .none: break
    case .failed: return nil
    case .found(let position, let type):
      guard context.grouping == nil else { return notGrouped(name, at: range) }
      return BoundExpression(.column(position), type, range: range)
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
    return start.type == .date ? start : BoundExpression(.cast(start), .date, range: range)
  }
}
