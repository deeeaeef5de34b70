package import BQLColumnar
package import BQLSyntax

/// Brings rows of two plans together where a condition holds.
///
/// Rows come in the order of the left plan's, those of one left row in the order of the right
/// plan's; see ``buildsLeft``. NULL is equal to nothing, so a row whose key is NULL has no partner.
package struct JoinPlan: Sendable {
  /// Says what becomes of the rows that have partners, and of those that have none.
  package enum Kind: String, Hashable, Sendable {
    /// Each pair.
    case inner
    /// Each pair, and left rows without a partner beside NULLs.
    case left
    /// Left rows that have a partner, once.
    case semi
    /// Left rows that have none.
    case anti
    /// Each left row once, with whether it has a partner as a last column; see ``membership``.
    case mark
    /// As `left`, and an error where a left row has several partners: a query that stands for a
    /// value of each row.
    case single
  }

  package var left: LogicalPlan
  package var right: LogicalPlan
  package var kind: Kind
  /// Over the columns of the left plan, then those of the right; nil where every pair counts.
  package var condition: BoundExpression?
  /// For the mark of IN, over the same columns: of the pairs for which the condition holds it must be
  /// true for one; the mark is NULL where it is true for none and unknown for some.
  package var membership: BoundExpression?
  /// Whether the left rows are the ones looked up, because they are fewer; set by the optimizer.
  ///
  /// Pairs then come in the order of the right rows.
  package var buildsLeft = false
  /// Where it stands, for errors that only running finds.
  package var range: SourceRange

  package init(
    _ left: LogicalPlan,
    _ kind: Kind,
    _ right: LogicalPlan,
    on condition: BoundExpression?,
    range: SourceRange
  ) {
    self.left = left
    self.right = right
    self.kind = kind
    self.condition = condition
    self.range = range
  }

  package var schema: Schema {
    switch kind {
    case .inner, .left, .single: Schema(left.schema.fields + right.schema.fields)
    case .semi, .anti: left.schema
    case .mark: Schema(left.schema.fields + [Field("exists", .bool)])
    }
  }

  /// The columns that the condition compares by `=` or IS NOT DISTINCT FROM, and what is left of it.
  package var split: (keys: [JoinKey], rest: [BoundExpression]) {
    let width = left.schema.count
    var keys: [JoinKey] = []
    var rest: [BoundExpression] = []
    for part in condition?.conjuncts ?? [] {
      if let key = JoinKey(part, leftWidth: width) { keys.append(key) } else { rest.append(part) }
    }
    return (keys, rest)
  }
}

/// Holds two expressions that are equal in the rows of a pair.
package struct JoinKey: Sendable {
  /// Over the left plan's columns.
  package let left: BoundExpression
  /// Over the right plan's columns.
  package let right: BoundExpression
  /// Whether NULL is equal to NULL.
  package let matchesNull: Bool

  /// Finds a key in a condition over the columns of both plans; nil where it is none.
  init?(_ condition: BoundExpression, leftWidth: Int) {
    let sides: [BoundExpression]
    switch condition.kind {
    case .call(let call, let arguments) where call.name == "=" && arguments.count == 2:
      (sides, matchesNull) = (arguments, false)
    case .isNotDistinct(let first, let second):
      (sides, matchesNull) = ([first, second], true)
    default: return nil
    }
    let isLeft = sides.map { side in side.columns.allSatisfy { $0 < leftWidth } }
    let isRight = sides.map { side in side.columns.allSatisfy { $0 >= leftWidth } }
    guard !sides.contains(where: { $0.columns.isEmpty || $0.holdsQuery }) else { return nil }
    let first: Int
    if isLeft[0], isRight[1] {
      first = 0
    } else if isLeft[1], isRight[0] {
      first = 1
    } else {
      return nil
    }
    left = sides[first]
    right = sides[1 - first].shifted(by: -leftWidth)
  }
}

extension BoundExpression {
  /// Returns the expression with every column read from `distance` places further on.
  package func shifted(by distance: Int) -> BoundExpression {
    if case .column(let index) = kind {
      return BoundExpression(.column(index + distance), type, range: range)
    }
    return mapChildren { $0.shifted(by: distance) }
  }

  /// Returns the AND of conditions; nil where there are none.
  package static func conjunction(_ parts: [BoundExpression]) -> BoundExpression? {
    guard var range = parts.first?.range else { return nil }
    if parts.count == 1 { return parts[0] }
    for part in parts { range = range.union(part.range) }
    return BoundExpression(.and(parts.flatMap(\.conjuncts)), .bool, range: range)
  }
}
