import BQLColumnar
import BQLFunctions
import BQLSyntax

extension Binder {
  /// Finds a whole expression among the GROUP BY keys, so that its parts need no grouping.
  mutating func groupKey(
    _ expression: Expression, _ grouping: Grouping, _ context: ExpressionContext
  ) -> BoundExpression? {
    if case .literal = expression.kind { return nil }
    if case .parameter = expression.kind { return nil }
    var plain = context
    plain.grouping = nil
    guard let bound = attempt({ $0.bind(expression, plain) }),
      let index = grouping.keys.firstIndex(of: bound)
    else { return nil }
    return BoundExpression(.column(index), bound.type, range: expression.range)
  }

  /// Binds an aggregate call to a column of the grouping's output.
  mutating func bindAggregate(
    _ call: Call, _ function: AggregateFunction, at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    guard let grouping = context.grouping else {
      return fail(
        .misplacedAggregate, "\(function.name) is an aggregate and cannot stand in "
          + "\(context.clause)", at: range,
        hints: context.clause == "WHERE" ? ["conditions on aggregates stand in HAVING"] : [])
    }
    var plain = context
    plain.grouping = nil
    plain.clause = "an aggregate's argument"
    let filter = call.filter.map { bindCondition($0, plain) }
    let bound = bindAll(call.arguments, plain)
    guard let arguments = bound, filter == nil || filter! != nil else { return nil }
    if call.isStar, function.name != "count" {
      return fail(.wrongArguments, "only count takes *", at: range)
    }
    let overloads = call.isDistinct ? function.distinctOverloads : function.overloads
    var best: (cost: Int, overload: AggregateFunction.Overload)?
    for overload in overloads where overload.parameters.count == arguments.count {
      guard let cost = cost(arguments, overload.parameters) else { continue }
      if best == nil || cost < best?.cost ?? 0 { best = (cost, overload) }
    }
    guard let best else {
      let types = arguments.map(\.type.rawValue).joined(separator: ", ")
      let known = overloads.prefix(12).map {
        "\(function.name)(\($0.parameters.map(\.rawValue).joined(separator: ", ")))"
      }
      return fail(
        .wrongArguments,
        "\(function.name)\(call.isDistinct ? " DISTINCT" : "") takes other arguments than "
          + "(\(call.isStar ? "*" : types))",
        at: range, hints: known.isEmpty ? [] : ["it takes " + known.joined(separator: ", ")])
    }
    var coerced: [BoundExpression] = []
    var constants: [Value] = []
    for (index, type) in best.overload.parameters.enumerated() {
      guard let converted = coerce(arguments[index], to: type) else { return nil }
      if index == 0 {
        coerced.append(converted)
      } else if let value = converted.literal {
        constants.append(value)
      } else if best.overload.parameters.count == 2, function.name != "quantile" {
        coerced.append(converted)
      } else {
        return fail(
          .wrongArguments, "argument \(index + 1) of \(function.name) must be a literal",
          at: arguments[index].range)
      }
    }
    do throws(FunctionError) {
      _ = try best.overload.makeAccumulator(constants)
    } catch {
      return fail(.wrongArguments, error.sentence, at: range)
    }
    let aggregate = BoundAggregate(
      name: function.name, overload: best.overload, isDistinct: call.isDistinct,
      arguments: coerced, constants: constants, filter: filter ?? nil, range: range)
    let position =
      grouping.aggregates.firstIndex { $0.aggregate.isSame(as: aggregate) }
      ?? {
        grouping.aggregates.append((text(of: range), aggregate))
        return grouping.aggregates.count - 1
      }()
    return BoundExpression(
      .column(grouping.keys.count + position), best.overload.result, range: range)
  }

  /// Whether an expression holds an aggregate call outside subqueries.
  static func hasAggregate(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .literal, .column, .parameter, .scalarQuery, .exists: false
    case .unary(_, let operand), .cast(let operand, _), .isNull(let operand, _),
      .isTruth(let operand, _, _), .inQuery(let operand, _, _):
      hasAggregate(operand)
    case .binary(_, let left, let right), .isDistinct(let left, let right, _),
      .match(let left, _, let right, _):
      hasAggregate(left) || hasAggregate(right)
    case .between(let operand, let low, let high, _):
      [operand, low, high].contains(where: hasAggregate)
    case .inList(let operand, let list, _): ([operand] + list).contains(where: hasAggregate)
    case .call(let call):
      call.over == nil && FunctionRegistry.aggregate(call.name.name.lowercased()) != nil
        || call.arguments.contains(where: hasAggregate)
    case .conditional(let operand, let branches, let otherwise):
      (operand.map { [$0] } ?? []).contains(where: hasAggregate)
        || branches.contains { hasAggregate($0.condition) || hasAggregate($0.result) }
        || (otherwise.map(hasAggregate) ?? false)
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
