package import BQLColumnar
package import BQLFunctions
package import BQLSyntax

/// Holds an expression whose names and types are resolved against the columns of its input.
///
/// Equality ignores places, so that `GROUP BY lower(brand)` finds `lower(brand)` in SELECT.
package struct BoundExpression: Sendable {
  /// Says what an expression computes.
  package indirect enum Kind: Hashable, Sendable {
    /// A column of the input by position.
    case column(Int)
    case literal(Value)
    case call(BoundCall, [BoundExpression])
    case cast(BoundExpression)
    case and([BoundExpression])
    case or([BoundExpression])
    case isNull(BoundExpression)
    /// Tests for a truth value; NULL is neither.
    case isTruth(BoundExpression, Bool)
    /// `=` that takes two NULLs for equal.
    case isNotDistinct(BoundExpression, BoundExpression)
    case inList(BoundExpression, [BoundExpression])
    /// IN with what a query gave.
    case isMember(BoundExpression, MemberList)
    case conditional([BoundBranch], otherwise: BoundExpression)
    /// The only row of the only column of a query; run once, before the statement.
    case scalarQuery(BoundSubquery)
    case inQuery(BoundExpression, BoundSubquery)
    case exists(BoundSubquery)
    /// A value of the row around a subquery, over that row's columns; gone once the subquery has
    /// become a join.
    case outer(BoundExpression)
  }

  package var kind: Kind
  package var type: DataType
  /// Where it stands, for errors that only running finds.
  package var range: SourceRange

  package init(_ kind: Kind, _ type: DataType, range: SourceRange) {
    self.kind = kind
    self.type = type
    self.range = range
  }
}

extension BoundExpression: Hashable {
  package static func == (a: BoundExpression, b: BoundExpression) -> Bool {
    a.type == b.type && a.kind == b.kind
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
  }
}

/// Names the overload that a call runs.
package struct BoundCall: Hashable, Sendable {
  package let name: String
  package let parameters: [DataType]
  package let kernel: ScalarFunction.Kernel

  /// Whether the function is known to fail for no arguments: comparisons and NOT.
  package var isTotal: Bool { Self.totalNames.contains(name) }

  private static let totalNames: Set = ["=", "<>", "!=", "<", "<=", ">", ">=", "not"]

  package init(name: String, parameters: [DataType], kernel: @escaping ScalarFunction.Kernel) {
    self.name = name
    self.parameters = parameters
    self.kernel = kernel
  }

  package static func == (a: BoundCall, b: BoundCall) -> Bool {
    a.name == b.name && a.parameters == b.parameters
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(parameters)
  }
}

/// Holds one `WHEN condition THEN result`.
package struct BoundBranch: Hashable, Sendable {
  package var condition: BoundExpression
  package var result: BoundExpression

  package init(condition: BoundExpression, result: BoundExpression) {
    self.condition = condition
    self.result = result
  }
}

/// Holds a subquery that does not depend on the outer row; equal only to itself.
package final class BoundSubquery: Hashable, Sendable {
  package let plan: LogicalPlan

  package init(_ plan: LogicalPlan) {
    self.plan = plan
  }

  package static func == (a: BoundSubquery, b: BoundSubquery) -> Bool { a === b }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(self))
  }
}

/// Holds the values that a query of IN gave; equal only to itself.
package final class MemberList: Hashable, Sendable {
  package let values: Column

  package init(_ values: Column) {
    self.values = values
  }

  package static func == (a: MemberList, b: MemberList) -> Bool { a === b }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(self))
  }
}

/// Holds one aggregate call: `sum(price) FILTER (WHERE event_type = 'purchase')`.
package struct BoundAggregate: Sendable {
  package var name: String
  package var overload: AggregateFunction.Overload
  package var isDistinct: Bool
  package var arguments: [BoundExpression]
  /// Values of the parameters past the first, which must be literals.
  package var constants: [Value]
  package var filter: BoundExpression?
  package var range: SourceRange

  package init(
    name: String,
    overload: AggregateFunction.Overload,
    isDistinct: Bool,
    arguments: [BoundExpression],
    constants: [Value],
    filter: BoundExpression?,
    range: SourceRange
  ) {
    self.name = name
    self.overload = overload
    self.isDistinct = isDistinct
    self.arguments = arguments
    self.constants = constants
    self.filter = filter
    self.range = range
  }

  /// Whether two calls give the same column, so that one accumulator serves both.
  package func isSame(as other: BoundAggregate) -> Bool {
    name == other.name && isDistinct == other.isDistinct && arguments == other.arguments
      && constants == other.constants && filter == other.filter
  }
}
