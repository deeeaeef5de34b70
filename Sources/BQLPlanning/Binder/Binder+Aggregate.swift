import BQLColumnar
import BQLFunctions
import BQLSyntax

extension Binder {
  /// Finds a whole expression among the GROUP BY keys, so that its parts need no grouping.
  mutating func groupKey(
    _ expression: Expression,
    _ grouping: Grouping,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    guard !grouping.keys.isEmpty else { return nil }
    switch expression.kind {
    // A query is equal to itself alone; looking for it would bind it, and those inside it, twice.
    case .literal, .parameter, .scalarQuery, .exists: return nil
    case .call(let call) where call.over != nil: return nil
    default: break
    }
    var plain = context
    plain.grouping = nil
    plain.correlated = nil
    plain.windows = nil
    plain.outputs = nil
    guard let bound = attempt({ $0.bind(expression, plain) }),
      let index = grouping.keys.firstIndex(of: bound)
    else { return nil }
    return BoundExpression(.column(index), bound.type, range: expression.range)
  }

  /// Binds an aggregate call to a column of the grouping's output.
  mutating func bindAggregate(
    _ call: Call,
    _ function: AggregateFunction,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    guard let grouping = context.grouping else {
      return fail(
        .misplacedAggregate,
        "\(function.name) is an aggregate and cannot stand in "
          + "\(context.clause)",
        at: range,
        hints: context.clause == "WHERE" ? ["conditions on aggregates stand in HAVING"] : []
      )
    }
    var plain = context
    plain.grouping = nil
    plain.correlated = grouping.correlated
    plain.windows = nil
    plain.outputs = nil
    plain.clause = "an aggregate's argument"
    guard let aggregate = bindAggregateCall(call, function, at: range, plain) else { return nil }
    let position = grouping.position(of: aggregate, named: text(of: range))
    return BoundExpression(
      .column(grouping.keys.count + position),
      aggregate.overload.result,
      range: range
    )
  }

  /// Binds the call of an aggregate, its arguments in the context given.
  mutating func bindAggregateCall(
    _ call: Call,
    _ function: AggregateFunction,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundAggregate? {
    if call.ignoresNulls {
      return fail(
        .wrongArguments,
        "\(function.name) does not take IGNORE NULLS",
        at: range,
        hints: ["aggregates leave NULLs out"]
      )
    }
    var filter: BoundExpression?
    if let written = call.filter {
      guard let bound = bindCondition(written, context) else { return nil }
      filter = bound
    }
    guard let arguments = bindAll(call.arguments, context) else { return nil }
    if call.isStar, function.name != "count" {
      return fail(.wrongArguments, "only count takes *", at: range)
    }
    guard let overload = resolve(function, call, arguments, at: range),
      let (columns, constants) = split(arguments, of: function, overload)
    else { return nil }
    do throws(FunctionError) {
      _ = try overload.makeAccumulator(constants)
    } catch {
      return fail(.wrongArguments, error.sentence, at: range)
    }
    return BoundAggregate(
      name: function.name,
      overload: overload,
      isDistinct: call.isDistinct,
      arguments: columns,
      constants: constants,
      filter: filter,
      range: range
    )
  }

  /// Picks the overload of an aggregate that needs the fewest casts.
  private mutating func resolve(
    _ function: AggregateFunction,
    _ call: Call,
    _ arguments: [BoundExpression],
    at range: SourceRange
  ) -> AggregateFunction.Overload? {
    let overloads = call.isDistinct ? function.distinctOverloads : function.overloads
    var best: (cost: Int, overload: AggregateFunction.Overload)?
    for overload in overloads where overload.parameters.count == arguments.count {
      guard let cost = cost(arguments, overload.parameters) else { continue }
      if best == nil || cost < best?.cost ?? 0 { best = (cost, overload) }
    }
    if let best { return best.overload }
    let types = arguments.map(\.type.rawValue).joined(separator: ", ")
    let known = overloads.prefix(12).map {
      "\(function.name)(\($0.parameters.map(\.rawValue).joined(separator: ", ")))"
    }
    return fail(
      .wrongArguments,
      "\(function.name)\(call.isDistinct ? " DISTINCT" : "") takes other arguments than "
        + "(\(call.isStar ? "*" : types))",
      at: range,
      hints: known.isEmpty ? [] : ["it takes " + known.joined(separator: ", ")]
    )
  }

  /// Parts the arguments that are computed for each row from those that are fixed for the call,
  /// such as the p of `quantile`.
  private mutating func split(
    _ arguments: [BoundExpression],
    of function: AggregateFunction,
    _ overload: AggregateFunction.Overload
  ) -> (columns: [BoundExpression], constants: [Value])? {
    var columns: [BoundExpression] = []
    var constants: [Value] = []
    for (index, type) in overload.parameters.enumerated() {
      guard let converted = coerce(arguments[index], to: type) else { return nil }
      if index < overload.columnCount {
        columns.append(converted)
      } else if let value = converted.folded.literal {
        constants.append(value)
      } else {
        return fail(
          .wrongArguments,
          "argument \(index + 1) of \(function.name) must not depend on the row",
          at: arguments[index].range
        )
      }
    }
    return (columns, constants)
  }

  /// Whether a call is an aggregate's, not a function's or a window function's.
  static func isAggregate(_ call: Call) -> Bool {
    call.over == nil && FunctionRegistry.aggregate(call.name.name.lowercased()) != nil
  }

  /// Whether an expression holds an aggregate call outside subqueries.
  static func hasAggregate(_ expression: Expression) -> Bool {
    if case .call(let call) = expression.kind, isAggregate(call) { return true }
    return expression.parts.contains(where: hasAggregate)
  }
}

extension Expression {
  /// The direct parts of an expression, those of OVER and FILTER among them; not those of queries.
  var parts: [Expression] {
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
    case .call(let call):
      call.arguments + [call.filter].compactMap { $0 } + (call.over?.partitionBy ?? [])
        + (call.over?.orderBy.map(\.expression) ?? [])
    case .conditional(let operand, let branches, let otherwise):
      [operand, otherwise].compactMap { $0 } + branches.flatMap { [$0.condition, $0.result] }
    }
  }
}

extension DataType {
  /// The type's name in a sentence: "a date", "an int".
  var withArticle: String {
    switch self {
    case .int, .interval: "an \(rawValue)"
    case .bool, .float, .decimal, .text, .timestamp, .date: "a \(rawValue)"
    }
  }
}

extension FunctionError {
  /// What went wrong, in one sentence.
  package var sentence: String {
    switch self {
    case .divisionByZero: "division by zero"
    case .overflow(let what): "the result does not fit: \(what)"
    case .badCast(let text, let type): "not \(type.withArticle): '\(text)'"
    case .badArgument(let sentence): sentence
    }
  }
}
