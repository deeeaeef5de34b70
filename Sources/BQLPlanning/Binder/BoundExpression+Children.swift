package import BQLColumnar

extension BoundExpression {
  /// Whether a query stands in it, whose value is known only when the statement runs.
  var holdsQuery: Bool {
    switch kind {
    case .scalarQuery, .inQuery, .exists: true
    case .column, .literal, .call, .cast, .and, .or, .isNull, .isTruth, .isNotDistinct, .inList,
      .isMember, .conditional, .outer:
      children.contains(where: \.holdsQuery)
    }
  }

  /// Whether it reads the row around the subquery that it stands in.
  var readsOuter: Bool {
    if case .outer = kind { true } else { children.contains(where: \.readsOuter) }
  }

  /// Rebuilds the expression with each direct part replaced.
  package func mapChildren(
    _ transform: (BoundExpression) -> BoundExpression
  ) -> BoundExpression {
    var copy = self
    switch kind {
    case .column, .literal, .scalarQuery, .exists, .outer: break
    case .call(let call, let arguments): copy.kind = .call(call, arguments.map(transform))
    case .cast(let operand): copy.kind = .cast(transform(operand))
    case .and(let parts): copy.kind = .and(parts.map(transform))
    case .or(let parts): copy.kind = .or(parts.map(transform))
    case .isNull(let operand): copy.kind = .isNull(transform(operand))
    case .isTruth(let operand, let value): copy.kind = .isTruth(transform(operand), value)
    case .isNotDistinct(let a, let b): copy.kind = .isNotDistinct(transform(a), transform(b))
    case .inList(let operand, let list):
      copy.kind = .inList(transform(operand), list.map(transform))
    case .inQuery(let operand, let query): copy.kind = .inQuery(transform(operand), query)
    case .isMember(let operand, let list): copy.kind = .isMember(transform(operand), list)
    case .conditional(let branches, let otherwise):
      copy.kind = .conditional(
        branches.map {
          BoundBranch(condition: transform($0.condition), result: transform($0.result))
        },
        otherwise: transform(otherwise)
      )
    }
    return copy
  }

  /// The direct parts, in order.
  package var children: [BoundExpression] {
    switch kind {
    case .column, .literal, .scalarQuery, .exists, .outer: []
    case .call(_, let arguments): arguments
    case .cast(let operand), .isNull(let operand), .isTruth(let operand, _): [operand]
    case .inQuery(let operand, _), .isMember(let operand, _): [operand]
    case .and(let parts), .or(let parts): parts
    case .isNotDistinct(let a, let b): [a, b]
    case .inList(let operand, let list): [operand] + list
    case .conditional(let branches, let otherwise):
      branches.flatMap { [$0.condition, $0.result] } + [otherwise]
    }
  }

  /// The positions of the input's columns that the expression reads, ascending.
  package var columns: [Int] {
    var found: Set<Int> = []
    collectColumns(into: &found)
    return found.sorted()
  }

  private func collectColumns(into found: inout Set<Int>) {
    if case .column(let index) = kind { found.insert(index) }
    for child in children { child.collectColumns(into: &found) }
  }

  /// Returns the expression with column *i* read from position `map[i]`.
  package func remapped(_ map: [Int: Int]) -> BoundExpression {
    if case .column(let index) = kind {
      return BoundExpression(.column(map[index] ?? index), type, range: range)
    }
    return mapChildren { $0.remapped(map) }
  }

  /// Returns the expression with column *i* replaced by `expressions[i]`.
  package func substituting(_ expressions: [BoundExpression]) -> BoundExpression {
    if case .column(let index) = kind { return expressions[index] }
    return mapChildren { $0.substituting(expressions) }
  }

  /// Says whether the expression has more than `limit` parts, without counting further.
  ///
  /// Forms that name a part twice (BETWEEN, `CASE x WHEN`, a filter moved below a projection) double
  /// it each time they nest, so they ask first.
  package func isLarger(than limit: Int) -> Bool {
    var left = limit
    return !count(within: &left)
  }

  private func count(within left: inout Int) -> Bool {
    left -= 1
    guard left >= 0 else { return false }
    for child in children {
      guard child.count(within: &left) else { return false }
    }
    return true
  }

  /// The parts that a form which repeats an operand may have.
  package static let repetitionLimit = 4_096

  /// The value of a literal, nil for anything else.
  package var literal: Value? {
    if case .literal(let value) = kind { value } else { nil }
  }
}
