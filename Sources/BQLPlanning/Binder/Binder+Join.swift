import BQLColumnar
import BQLSyntax

extension Binder {
  /// Binds two tables and the condition that brings their rows together.
  mutating func bindJoin(
    _ leftTable: TableReference,
    _ kind: JoinKind,
    _ rightTable: TableReference,
    _ condition: JoinCondition,
    at range: SourceRange
  ) -> BoundTable? {
    let left = bindTable(leftTable)
    let right = bindTable(rightTable)
    guard let left, let right, areApart(left.scope, right.scope, at: rightTable) else { return nil }
    var both = joined(left, right)
    var joinCondition: BoundExpression?
    switch condition {
    case .none: break
    case .on(let written):
      let context = ExpressionContext(scope: both, clause: "ON", grouping: nil)
      guard let bound = bindCondition(written, context) else { return nil }
      joinCondition = bound
    case .using(let names):
      guard let keys = bindUsing(names, left.scope, right.scope, &both) else { return nil }
      joinCondition = .conjunction(keys)
    }
    let planKind: JoinPlan.Kind =
      switch kind {
      case .inner, .cross: .inner
      case .left: .left
      case .semi: .semi
      case .anti: .anti
      }
    if planKind == .semi || planKind == .anti {
      let width = left.scope.columns.count
      both.columns.removeLast(both.columns.count - width)
      both.leaves.removeAll { $0.start >= width }
    }
    let plan = JoinPlan(left.plan, planKind, right.plan, on: joinCondition, range: range)
    return BoundTable(plan: .join(plan), scope: both, leafCount: left.leafCount + right.leafCount)
  }

  /// Whether the tables of a join have names of their own.
  private mutating func areApart(
    _ left: Scope,
    _ right: Scope,
    at table: TableReference
  ) -> Bool {
    let known = Set(left.qualifiers.map { $0.lowercased() })
    guard let twice = right.qualifiers.first(where: { known.contains($0.lowercased()) }) else {
      return true
    }
    report(
      Diagnostic(
        .ambiguousName,
        "two tables are called '\(twice)'",
        at: table.range,
        hints: ["give one another name: \(twice) AS other"]
      )
    )
    return false
  }

  /// The columns of two tables, side by side.
  private func joined(_ left: BoundTable, _ right: BoundTable) -> Scope {
    let width = left.scope.columns.count
    var scope = Scope(columns: left.scope.columns + right.scope.columns)
    scope.leaves =
      left.joinedTables
      + right.joinedTables.map { leaf in
        var leaf = leaf
        leaf.start += width
        leaf.number += left.leafCount
        return leaf
      }
    return scope
  }

  /// Binds `USING (a, b)`: equal names on both sides, one column each.
  private mutating func bindUsing(
    _ names: [Identifier],
    _ left: Scope,
    _ right: Scope,
    _ both: inout Scope
  ) -> [BoundExpression]? {
    var keys: [BoundExpression] = []
    let width = left.columns.count
    for name in names {
      var sides: [BoundExpression] = []
      for (scope, side, start) in [(left, "left", 0), (right, "right", width)] {
        let matches = scope.matches(qualifier: nil, name: name.name)
        guard let position = matches.first else {
          return fail(
            .unknownColumn,
            "unknown column '\(name.name)' on the \(side) side of the join",
            at: name.range,
            hints: suggestions(for: name.name, among: scope.names, kind: "columns")
          )
        }
        guard matches.count == 1 else {
          return fail(
            .ambiguousName,
            "'\(name.name)' names several columns on the \(side) side of the join",
            at: name.range,
            hints: ["say which with ON"]
          )
        }
        sides.append(
          BoundExpression(
            .column(start + position),
            scope.columns[position].type,
            range: name.range
          )
        )
        if start > 0 { both.columns[start + position].isMerged = true }
      }
      guard let key = call("=", shown: "=", sides, at: name.range) else { return nil }
      keys.append(key)
    }
    return keys
  }
}
