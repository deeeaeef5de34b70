import BQLColumnar
package import BQLSyntax

/// Holds a query that depends on the row around it, as a join to that row.
package struct CorrelatedQuery: Sendable {
  package var plan: LogicalPlan
  /// `mark` for EXISTS and IN, `single` for a value.
  package var kind: JoinPlan.Kind
  /// What must hold: over the query's columns, with values of the row around it marked as outer.
  package var condition: [BoundExpression]
  /// For IN: the comparison, by the same rule.
  package var membership: BoundExpression?
  package var range: SourceRange

  /// Returns the join of `input`'s rows with the query's.
  package func joined(to input: LogicalPlan, _ map: [Int: Int]) -> LogicalPlan {
    let width = input.schema.count
    var join = JoinPlan(
      input,
      kind,
      plan,
      on: .conjunction(condition.map { $0.placed(behind: width, map) }),
      range: range
    )
    join.membership = membership?.placed(behind: width, map)
    return .join(join)
  }
}

/// Collects the correlated queries of a clause while its expressions are bound.
///
/// Sendable as binders are: one thread at a time binds a statement.
final class CorrelatedQueries: @unchecked Sendable {
  private(set) var queries: [(query: CorrelatedQuery, value: Int)] = []

  /// Adds a query and returns the provisional position of its column `value`.
  func add(_ query: CorrelatedQuery, value: Int) -> Int {
    queries.append((query, value))
    return ProvisionalColumn.correlated(queries.count - 1)
  }

  /// Joins the queries to a plan; the map says where their values are.
  func joined(to placed: PlacedPlan) -> PlacedPlan {
    var result = placed
    for (index, (query, value)) in queries.enumerated() {
      let width = result.plan.schema.count
      result.plan = query.joined(to: result.plan, result.map)
      result.map[ProvisionalColumn.correlated(index)] =
        query.kind == .mark ? width : width + value
    }
    return result
  }
}

extension BoundExpression {
  /// Returns the expression over the columns of a join: those of the query stand behind `width`
  /// columns of the row around it, whose values are outer here.
  fileprivate func placed(behind width: Int, _ map: [Int: Int]) -> BoundExpression {
    switch kind {
    case .outer(let value): value.remapped(map)
    case .column(let index): BoundExpression(.column(width + index), type, range: range)
    default: mapChildren { $0.placed(behind: width, map) }
    }
  }
}

extension LogicalPlan {
  /// Whether an expression of the plan reads the row around the query.
  var readsOuter: Bool {
    var reads = false
    _ = mapExpressions { expression in
      reads = reads || expression.readsOuter
      return expression
    }
    return reads || inputs.contains(where: \.readsOuter)
  }
}
