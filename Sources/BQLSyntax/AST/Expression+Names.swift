extension Expression {
  /// The columns that the expression names itself, not those inside its queries.
  package var namedColumns: [(qualifier: Identifier?, name: Identifier)] {
    if case .column(let qualifier, let name) = kind { return [(qualifier, name)] }
    return operands.flatMap(\.namedColumns)
  }

  /// The expressions that the expression is made of.
  private var operands: [Expression] {
    switch kind {
    case .literal, .column, .parameter, .scalarQuery, .exists: []
    case .unary(_, let operand), .cast(let operand, _), .isNull(let operand, _),
      .isTruth(let operand, _, _), .inQuery(let operand, _, _):
      [operand]
    case .binary(_, let left, let right), .isDistinct(let left, let right, _),
      .match(let left, _, let right, _):
      [left, right]
    case .between(let operand, let low, let high, _): [operand, low, high]
    case .inList(let operand, let list, _): [operand] + list
    case .call(let call): call.arguments + [call.filter].compactMap { $0 }
    case .conditional(let operand, let branches, let otherwise):
      [operand].compactMap { $0 } + branches.flatMap { [$0.condition, $0.result] }
        + [otherwise].compactMap { $0 }
    }
  }
}
