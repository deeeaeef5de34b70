import BQLColumnar
import BQLFunctions
import BQLSyntax

// Calls with OVER.
extension Binder {
  /// Binds a call of a window function, or of an aggregate with OVER, to a column of a window.
  mutating func bindWindowCall(
    _ call: Call,
    over window: Window,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    let name = call.name.name.lowercased()
    guard let windows = context.windows else { return misplacedWindow(name, at: range, context) }
    let inner = context.insideWindow
    let partition = bindAll(window.partitionBy, inner)
    let order = bindWindowOrder(window.orderBy, inner)
    let bound: BoundWindowCall?
    if let aggregate = FunctionRegistry.aggregate(name) {
      bound = bindWindowAggregate(call, aggregate, at: range, inner)
    } else if let function = FunctionRegistry.window(name) {
      bound = bindWindowFunction(call, function, at: range, inner)
    } else if FunctionRegistry.scalar(name) != nil {
      return fail(
        .wrongArguments,
        "\(name) is no window function and no aggregate: OVER does not apply",
        at: range
      )
    } else {
      return unknownFunction(call, inner)
    }
    guard let partition, let order, var bound,
      let frame = bindFrame(window, order)
    else { return nil }
    bound.frame = frame
    let number = windows.number(
      of: bound,
      named: text(of: range),
      partition: partition,
      order: order
    )
    return BoundExpression(.column(Windows.place(ofCall: number)), bound.type, range: range)
  }

  /// Reports a window call, or a window function without OVER, where none may stand.
  mutating func misplacedWindow<T>(
    _ name: String,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> T? {
    let hint =
      switch context.clause {
      case "WHERE", "HAVING":
        "filter on it with QUALIFY: QUALIFY row_number() OVER (…) = 1"
      case ExpressionContext.windowClause:
        "compute the inner one in a subquery: FROM (SELECT …, rank() OVER (…) AS r)"
      default: "window functions stand in SELECT, QUALIFY and ORDER BY"
      }
    return fail(
      .misplacedAggregate,
      "\(name) with OVER is a window function and cannot stand in \(context.clause)",
      at: range,
      hints: [hint]
    )
  }

  private mutating func bindWindowOrder(
    _ items: [OrderItem],
    _ context: ExpressionContext
  ) -> [WindowOrder]? {
    let bound = items.map { item in
      bind(item.expression, context).map {
        WindowOrder(
          expression: $0,
          isDescending: item.isDescending,
          nullsFirst: item.nullsFirst ?? item.isDescending
        )
      }
    }
    let found = bound.compactMap { $0 }
    return found.count == bound.count ? found : nil
  }

  private mutating func bindWindowAggregate(
    _ call: Call,
    _ function: AggregateFunction,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundWindowCall? {
    guard let aggregate = bindAggregateCall(call, function, at: range, context) else { return nil }
    return BoundWindowCall(
      function: .aggregate(aggregate),
      arguments: [],
      frame: .whole,
      type: aggregate.overload.result,
      range: range
    )
  }

  private mutating func bindWindowFunction(
    _ call: Call,
    _ function: WindowFunction,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundWindowCall? {
    let refused =
      call.isStar ? "*" : call.isDistinct ? "DISTINCT" : call.filter != nil ? "FILTER" : nil
    if let refused {
      return fail(
        .wrongArguments,
        "\(function.name) is no aggregate: \(refused) does not apply",
        at: range
      )
    }
    if call.ignoresNulls, !function.mayIgnoreNulls {
      return fail(.wrongArguments, "\(function.name) does not take IGNORE NULLS", at: range)
    }
    guard var arguments = bindAll(call.arguments, context) else { return nil }
    // The value and the default of lag and lead take the wider of their types.
    if arguments.count == 3 {
      guard let unified = unify([arguments[0], arguments[2]], at: range) else { return nil }
      arguments[0] = unified[0]
      arguments[2] = unified[1]
    }
    var best: (cost: Int, overload: WindowFunction.Overload)?
    for overload in function.overloads where overload.parameters.count == arguments.count {
      guard let cost = cost(arguments, overload.parameters) else { continue }
      if best == nil || cost < best?.cost ?? 0 { best = (cost, overload) }
    }
    guard let overload = best?.overload else {
      return wrongWindowArguments(function, arguments, at: range)
    }
    var coerced: [BoundExpression] = []
    for (argument, type) in zip(arguments, overload.parameters) {
      guard let converted = coerce(argument, to: type) else {
        return wrongWindowArguments(function, arguments, at: range)
      }
      coerced.append(converted)
    }
    guard checkCount(function, coerced) else { return nil }
    let kind: BoundWindowCall.Function =
      function.mayIgnoreNulls
      ? .row(function.kind, ignoresNulls: call.ignoresNulls) : .ranking(function.kind)
    return BoundWindowCall(
      function: kind,
      arguments: coerced,
      frame: .whole,
      type: overload.result,
      range: range
    )
  }

  /// Refuses a constant number of tiles, or of a row of the frame, below 1.
  private mutating func checkCount(
    _ function: WindowFunction,
    _ arguments: [BoundExpression]
  ) -> Bool {
    let place = function.kind == .tile ? 0 : function.kind == .nthValue ? 1 : nil
    guard let place, case .int(let count) = arguments[place].folded.literal, count < 1 else {
      return true
    }
    return fail(
      .wrongArguments,
      "\(function.name) needs a number from 1 on: \(count)",
      at: arguments[place].range
    ) ?? false
  }

  private mutating func wrongWindowArguments<T>(
    _ function: WindowFunction,
    _ arguments: [BoundExpression],
    at range: SourceRange
  ) -> T? {
    let types = arguments.map(\.type.rawValue).joined(separator: ", ")
    return fail(
      .wrongArguments,
      "\(function.name) takes other arguments than (\(types))",
      at: range,
      hints: ["it takes " + function.forms.map { function.name + $0 }.joined(separator: ", ")]
    )
  }

  /// Whether an expression holds a window call outside subqueries.
  static func hasWindow(_ expression: Expression) -> Bool {
    if case .call(let call) = expression.kind, call.over != nil { return true }
    return expression.parts.contains(where: hasWindow)
  }
}

extension ExpressionContext {
  /// The clause's name inside OVER (…) and the arguments before it.
  static let windowClause = "a window function"

  /// What may stand in the arguments, the PARTITION BY and the ORDER BY of a window call.
  var insideWindow: ExpressionContext {
    var inner = self
    inner.windows = nil
    inner.clause = Self.windowClause
    inner.outputs = outputs?.filter { !Windows.isRead(by: $0.expression) }
    return inner
  }
}
