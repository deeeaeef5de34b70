import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Resolves a name: a column, else a role, else (in BY) a part of TIME.
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
      guard context.grouping == nil else {
        return fail(
          .notGrouped,
          "column '\(name.name)' is neither grouped nor aggregated",
          at: range,
          hints: ["add it to GROUP BY, or take one value: first(\(name.name))"]
        )
      }
      return BoundExpression(.column(index), scope.columns[index].type, range: range)
    }
    if qualifier == nil, scope.allowsTimeParts, let time = scope.roles?[.time],
      Self.timeParts.contains(name.name.lowercased())
    {
      let column = BoundExpression(.column(time), scope.columns[time].type, range: range)
      return bindTimePart(name.name.lowercased(), of: column, at: range)
    }
    var hints = suggestions(for: name.name, among: scope.names, kind: "columns")
    if name.isQuoted, name.name.contains(" ") || scope.names.isEmpty {
      hints.append("text stands in single quotes: '\(name.name)'")
    }
    return fail(.unknownColumn, "unknown column '\(name.name)'", at: range, hints: hints)
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
