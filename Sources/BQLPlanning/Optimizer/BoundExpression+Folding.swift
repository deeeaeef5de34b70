import BQLColumnar
import BQLFunctions

extension BoundExpression {
  /// The expression with every part that depends on no column computed once.
  ///
  /// A part whose computation fails stays as it is: the error, with its place, belongs to the run,
  /// and only if a row reaches it.
  package var folded: BoundExpression {
    let mapped = mapChildren(\.folded)
    guard mapped.literal == nil else { return mapped }
    switch mapped.kind {
    case .and(let parts): return mapped.foldingJunction(parts, absorbing: false)
    case .or(let parts): return mapped.foldingJunction(parts, absorbing: true)
    case .call(let call, let arguments):
      let values = arguments.compactMap(\.literal)
      guard values.count == arguments.count else { return mapped }
      let columns = zip(values, arguments).map { value, argument in
        Column(repeating: value, type: argument.type, count: 1)
      }
      guard let result = try? call.kernel(columns, 1) else { return mapped }
      return BoundExpression(.literal(result[0]), type, range: range)
    case .cast(let operand):
      guard let value = operand.literal else { return mapped }
      let column = Column(repeating: value, type: operand.type, count: 1)
      guard let result = try? Cast.convert(column, to: type) else { return mapped }
      return BoundExpression(.literal(result[0]), type, range: range)
    case .isNull(let operand):
      guard let value = operand.literal else { return mapped }
      return BoundExpression(.literal(.bool(value.isNull)), .bool, range: range)
    case .isTruth(let operand, let truth):
      guard let value = operand.literal else { return mapped }
      return BoundExpression(.literal(.bool(value == .bool(truth))), .bool, range: range)
    case .column, .literal, .isNotDistinct, .inList, .isMember, .conditional, .scalarQuery,
      .inQuery,
      .exists, .outer:
      return mapped
    }
  }

  /// Drops the literals that do not decide an AND (`absorbing` false) or OR (true).
  private func foldingJunction(
    _ parts: [BoundExpression],
    absorbing: Bool
  ) -> BoundExpression {
    if parts.contains(where: { $0.literal == .bool(absorbing) }) {
      return BoundExpression(.literal(.bool(absorbing)), .bool, range: range)
    }
    let rest = parts.filter { $0.literal != .bool(!absorbing) }
    switch rest.count {
    case 0: return BoundExpression(.literal(.bool(!absorbing)), .bool, range: range)
    case 1: return rest[0]
    default:
      var copy = self
      copy.kind = absorbing ? .or(rest) : .and(rest)
      return copy
    }
  }
}
