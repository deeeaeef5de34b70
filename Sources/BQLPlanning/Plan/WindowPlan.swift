package import BQLColumnar
package import BQLFunctions
package import BQLSyntax

/// Adds a column a call to its input, each computed from the rows of the row's partition; rows stay
/// in their order.
package struct WindowPlan: Sendable {
  package var input: LogicalPlan
  package var window: BoundWindow

  package init(input: LogicalPlan, window: BoundWindow) {
    self.input = input
    self.window = window
  }
}

/// Holds the calls over one PARTITION BY and ORDER BY.
package struct BoundWindow: Sendable {
  package var partition: [BoundExpression]
  package var order: [WindowOrder]
  package var calls: [(name: String, call: BoundWindowCall)]

  package init(
    partition: [BoundExpression],
    order: [WindowOrder],
    calls: [(name: String, call: BoundWindowCall)]
  ) {
    self.partition = partition
    self.order = order
    self.calls = calls
  }

  /// Rebuilds the window with each of its expressions replaced.
  package func mapExpressions(
    _ transform: (BoundExpression) -> BoundExpression
  ) -> BoundWindow {
    var copy = self
    copy.partition = partition.map(transform)
    for index in order.indices {
      copy.order[index].expression = transform(order[index].expression)
    }
    for index in calls.indices {
      copy.calls[index].call = calls[index].call.mapExpressions(transform)
    }
    return copy
  }
}

/// Orders the rows of a partition by one expression.
package struct WindowOrder: Hashable, Sendable {
  package var expression: BoundExpression
  package var isDescending: Bool
  package var nullsFirst: Bool

  package init(expression: BoundExpression, isDescending: Bool, nullsFirst: Bool) {
    self.expression = expression
    self.isDescending = isDescending
    self.nullsFirst = nullsFirst
  }
}

/// Holds one call of a window function, or of an aggregate over a frame.
package struct BoundWindowCall: Sendable {
  /// Says what is computed.
  package enum Function: Sendable {
    case ranking(WindowFunction.Kind)
    /// A value of another row; NULLs of its first argument may be passed over.
    case row(WindowFunction.Kind, ignoresNulls: Bool)
    case aggregate(BoundAggregate)
  }

  package var function: Function
  /// Of a window function; an aggregate has its own.
  package var arguments: [BoundExpression]
  package var frame: WindowFrame
  package var type: DataType
  package var range: SourceRange

  package init(
    function: Function,
    arguments: [BoundExpression],
    frame: WindowFrame,
    type: DataType,
    range: SourceRange
  ) {
    self.function = function
    self.arguments = arguments
    self.frame = frame
    self.type = type
    self.range = range
  }

  /// Whether two calls over one window give the same column.
  package func isSame(as other: BoundWindowCall) -> Bool {
    guard arguments == other.arguments, type == other.type else { return false }
    switch (function, other.function) {
    case (.ranking(let kind), .ranking(let otherKind)): return kind == otherKind
    case (.row(let kind, let ignores), .row(let otherKind, let otherIgnores)):
      return kind == otherKind && ignores == otherIgnores && frame == other.frame
    case (.aggregate(let aggregate), .aggregate(let otherAggregate)):
      return aggregate.isSame(as: otherAggregate) && frame == other.frame
    case (.ranking, _), (.row, _), (.aggregate, _): return false
    }
  }

  /// Every expression that the call computes for a row.
  package var expressions: [BoundExpression] {
    guard case .aggregate(let aggregate) = function else { return arguments }
    return aggregate.arguments + [aggregate.filter].compactMap { $0 }
  }

  /// Rebuilds the call with each of its expressions replaced.
  package func mapExpressions(
    _ transform: (BoundExpression) -> BoundExpression
  ) -> BoundWindowCall {
    var copy = self
    copy.arguments = arguments.map(transform)
    if case .aggregate(var aggregate) = function {
      aggregate.arguments = aggregate.arguments.map(transform)
      aggregate.filter = aggregate.filter.map(transform)
      copy.function = .aggregate(aggregate)
    }
    return copy
  }
}

/// Says which rows of its partition a row's frame holds.
package struct WindowFrame: Hashable, Sendable {
  /// Says how far a bound lies from the current row.
  package enum Distance: Hashable, Sendable {
    /// Rows, groups of equal rows, or the unit in which the ORDER BY key is stored; not negative.
    case whole(Int64)
    /// Of a float key; not negative, no NaN.
    case float(Double)
    /// Calendar months, of a date or an instant; not negative.
    case months(Int)
  }

  /// Says where a frame begins or ends.
  package enum Bound: Hashable, Sendable {
    case unboundedPreceding
    case preceding(Distance)
    case currentRow
    case following(Distance)
    case unboundedFollowing
  }

  package var unit: Window.Frame.Unit
  package var start: Bound
  package var end: Bound

  package init(unit: Window.Frame.Unit, start: Bound, end: Bound) {
    self.unit = unit
    self.start = start
    self.end = end
  }

  /// The rows up to the current one and those equal to it.
  package static let running = WindowFrame(
    unit: .range,
    start: .unboundedPreceding,
    end: .currentRow
  )
  package static let whole = WindowFrame(
    unit: .rows,
    start: .unboundedPreceding,
    end: .unboundedFollowing
  )
}
