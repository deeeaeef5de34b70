import BQLColumnar
import BQLFunctions
import BQLSyntax

extension Binder {
  /// The overload of `not`, which the binder itself puts in.
  static let not: BoundCall = {
    guard let function = FunctionRegistry.scalar("not"), let overload = function.overloads.first
    else {
      return BoundCall(name: "not", parameters: [.bool]) { columns, _ in columns[0] }
    }
    return BoundCall(name: "not", parameters: [.bool], kernel: overload.kernel)
  }()

  /// Binds a call of a function, an aggregate or a window function.
  mutating func bindCall(
    _ call: Call,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    let name = call.name.name.lowercased()
    if let window = call.over { return bindWindowCall(call, over: window, at: range, context) }
    if let aggregate = FunctionRegistry.aggregate(name) {
      return bindAggregate(call, aggregate, at: range, context)
    }
    if name == "try_cast", !call.isStar, !call.isDistinct, call.filter == nil {
      return bindAll(call.arguments, context).flatMap { bindTryCast($0, at: range) }
    }
    guard FunctionRegistry.scalar(name) != nil else {
      guard FunctionRegistry.window(name) != nil else { return unknownFunction(call, context) }
      guard context.windows != nil else { return misplacedWindow(name, at: range, context) }
      return fail(
        .wrongArguments,
        "\(name) is a window function: OVER (…) is missing",
        at: range,
        hints: ["\(name)(…) OVER (PARTITION BY … ORDER BY …)"]
      )
    }
    if call.isStar || call.isDistinct || call.filter != nil || call.ignoresNulls {
      let what =
        call.isStar
        ? "*" : call.isDistinct ? "DISTINCT" : call.filter != nil ? "FILTER" : "IGNORE NULLS"
      return fail(
        .wrongArguments,
        "\(name) is no aggregate: \(what) does not apply",
        at: range
      )
    }
    guard let arguments = bindAll(call.arguments, context) else { return nil }
    return self.call(name, shown: name, arguments, at: range)
  }

  /// Reports a name that no function has.
  mutating func unknownFunction<T>(_ call: Call, _ context: ExpressionContext) -> T? {
    for argument in call.arguments { _ = bind(argument, context) }
    let name = call.name.name.lowercased()
    return fail(
      .unknownFunction,
      "unknown function '\(call.name.name)'",
      at: call.name.range,
      hints: suggestions(for: name, among: FunctionRegistry.callableNames, kind: "functions")
        .filter { $0.hasPrefix("did you") } + ["SHOW FUNCTIONS lists them all"]
    )
  }

  /// Picks the overload of a scalar function that needs the fewest casts.
  mutating func call(
    _ name: String,
    shown: String,
    _ arguments: [BoundExpression],
    at range: SourceRange
  ) -> BoundExpression? {
    guard let function = FunctionRegistry.scalar(name) else {
      return fail(.internalError, "no function is registered as '\(name)'", at: range)
    }
    var best: (cost: Int, overload: ScalarFunction.Overload)?
    for overload in function.overloads {
      let parameters = Self.parameters(of: overload, count: arguments.count)
      guard let parameters, let cost = cost(arguments, parameters) else { continue }
      if best == nil || cost < best?.cost ?? 0 { best = (cost, overload) }
    }
    guard let best, let parameters = Self.parameters(of: best.overload, count: arguments.count)
    else { return mismatch(function, shown: shown, arguments, at: range) }
    var coerced: [BoundExpression] = []
    for (argument, type) in zip(arguments, parameters) {
      guard let converted = coerce(argument, to: type) else {
        return mismatch(function, shown: shown, arguments, at: range)
      }
      coerced.append(converted)
    }
    if let time = statementTime(function) {
      return BoundExpression(.literal(time), best.overload.result, range: range)
    }
    let call = BoundCall(
      name: name,
      parameters: parameters,
      kernel: best.overload.kernel(in: settings.timeZone)
    )
    return BoundExpression(.call(call, coerced), best.overload.result, range: range)
  }

  /// The value of `now()` or `today()`: the same wherever it stands in a statement.
  private func statementTime(_ function: ScalarFunction) -> Value? {
    switch function.name {
    case "now": .timestamp(now)
    case "today": .date(TimeLimits.split(settings.timeZone.local(now)).day)
    default: nil
    }
  }

  private static func parameters(
    of overload: ScalarFunction.Overload,
    count: Int
  ) -> [DataType]? {
    let fixed = overload.parameters
    if fixed.count == count { return fixed }
    guard overload.isVariadic, let last = fixed.last, count > fixed.count else { return nil }
    return fixed + [DataType](repeating: last, count: count - fixed.count)
  }

  /// The casts that a call needs, summed; nil where one of them may not happen unasked.
  func cost(_ arguments: [BoundExpression], _ parameters: [DataType]) -> Int? {
    var total = 0
    for (argument, type) in zip(arguments, parameters) {
      switch argument.literal {
      case .null: continue
      case .text(let text):
        if type == .text { continue }
        guard parse(text, as: type) != nil else { return nil }
        total += 3
      default:
        guard let cost = Cast.implicitCost(from: argument.type, to: type) else { return nil }
        total += cost
      }
    }
    return total
  }

  private mutating func mismatch<T>(
    _ function: ScalarFunction,
    shown: String,
    _ arguments: [BoundExpression],
    at range: SourceRange
  ) -> T? {
    // A text literal against a typed side is the commonest slip: name the type it should read as.
    if arguments.count == 2, let index = arguments.firstIndex(where: \.isAdaptable),
      case .text(let text) = arguments[index].literal
    {
      let other = arguments[1 - index].type
      if other != .text, parse(text, as: other) == nil,
        function.overloads.contains(where: { $0.parameters == [other, other] })
      {
        return badLiteral(text, other, at: arguments[index].range)
      }
    }
    let types = arguments.map(\.type.rawValue).joined(separator: ", ")
    let isOperator = !(function.name.first?.isLetter ?? true)
    let known = function.overloads.prefix(12).map { overload in
      "\(shown)(\(overload.parameters.map(\.rawValue).joined(separator: ", "))"
        + "\(overload.isVariadic ? ", …" : ""))"
    }
    let message =
      isOperator
      ? "'\(shown)' does not work on \(types)"
      : "\(shown) takes other arguments than (\(types))"
    return fail(
      arguments.count == function.overloads.first?.parameters.count
        ? .typeMismatch : .wrongArguments,
      message,
      at: range,
      hints: isOperator
        ? ["convert one side: x::float, x::text"] : ["it takes " + known.joined(separator: ", ")]
    )
  }
}
