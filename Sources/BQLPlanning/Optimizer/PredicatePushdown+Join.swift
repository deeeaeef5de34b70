import BQLColumnar

// Filters over joins, and what their own conditions say of one side.
extension Optimizer {
  /// Moves conditions on the rows of a join to the side whose columns they read, or into the join.
  ///
  /// Left rows may be filtered below every kind of join. Of a pair's condition what reads the right
  /// side alone may choose among the right rows; what reads the left side alone may only where a row
  /// without partners is dropped.
  static func push(_ predicates: [BoundExpression], into join: JoinPlan) -> LogicalPlan {
    var join = join
    let width = join.left.schema.count
    func isLeft(_ part: BoundExpression) -> Bool {
      let columns = part.columns
      return !columns.isEmpty && columns.allSatisfy { $0 < width }
    }
    if join.kind == .left, predicates.contains(where: { $0.rejectsNull(from: width) }) {
      // No row that has NULLs for a partner would pass.
      join.kind = .inner
    }
    var toLeft = predicates.filter(isLeft)
    var above = predicates.filter { !isLeft($0) }
    var condition = join.condition?.conjuncts ?? []
    if join.kind == .inner {
      condition += above.filter { !$0.columns.isEmpty }
      above.removeAll { !$0.columns.isEmpty }
    }
    if join.kind == .inner || join.kind == .semi {
      toLeft += condition.filter(isLeft)
      condition.removeAll(where: isLeft)
    }
    let toRight = condition.filter { part in
      let columns = part.columns
      return !columns.isEmpty && columns.allSatisfy { $0 >= width }
    }
    condition.removeAll { part in toRight.contains(part) }
    join.condition = .conjunction(condition)
    join.left = push(filtered(join.left, toLeft))
    join.right = push(filtered(join.right, toRight.map { $0.shifted(by: -width) }))
    return filtered(.join(join), above)
  }

  private static func filtered(
    _ plan: LogicalPlan,
    _ predicates: [BoundExpression]
  ) -> LogicalPlan {
    BoundExpression.conjunction(predicates).map { .filter(plan, $0) } ?? plan
  }
}

extension BoundExpression {
  /// Whether the condition compares a column from `first` on with something, so that it is not true
  /// where that is NULL.
  fileprivate func rejectsNull(from first: Int) -> Bool {
    guard case .call(let call, let sides) = kind,
      ["=", "<>", "<", "<=", ">", ">="].contains(call.name)
    else { return false }
    return sides.contains { side in
      if case .column(let index) = side.kind { index >= first } else { false }
    }
  }
}
