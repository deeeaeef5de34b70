import BQLColumnar
import BQLFunctions
import BQLSyntax

/// Says what an expression may refer to at its place in a statement.
struct ExpressionContext: Sendable {
  var scope: Scope
  /// The clause's name, for messages: "WHERE".
  var clause: String
  /// Where aggregates may stand: the grouping that they belong to.
  var grouping: Grouping?
  /// Where queries that depend on the row may stand: those found so far.
  var correlated: CorrelatedQueries?
  /// Where window functions may stand: those of the SELECT.
  var windows: Windows?
  /// Where output names may stand, too, behind columns: the items of SELECT.
  var outputs: [NamedExpression]?
}

/// Collects the aggregates of a grouped SELECT while its expressions are bound.
///
/// Sendable as binders are: one thread at a time binds a statement.
final class Grouping: @unchecked Sendable {
  let keys: [BoundExpression]
  var aggregates: [(name: String, aggregate: BoundAggregate)] = []
  /// Correlated queries of the rows that are grouped.
  let correlated: CorrelatedQueries?

  init(keys: [BoundExpression], correlated: CorrelatedQueries? = nil) {
    self.keys = keys
    self.correlated = correlated
  }

  /// Returns the place of an aggregate among the columns behind the keys; equal calls share one.
  func position(of aggregate: BoundAggregate, named name: String) -> Int {
    if let known = aggregates.firstIndex(where: { $0.aggregate.isSame(as: aggregate) }) {
      return known
    }
    aggregates.append((name, aggregate))
    return aggregates.count - 1
  }
}

extension Binder {
  /// Binds an expression; a nil result has left a diagnostic.
  mutating func bind(_ expression: Expression, _ context: ExpressionContext) -> BoundExpression? {
    if let grouping = context.grouping, let found = groupKey(expression, grouping, context) {
      return found
    }
    let range = expression.range
    switch expression.kind {
    case .literal(let literal): return bindLiteral(literal, at: range)
    case .column(let qualifier, let name):
      if let output = output(qualifier, name, at: range, context) { return output }
      return bindColumn(qualifier: qualifier, name: name, at: range, context)
    case .parameter(let name):
      guard let value = parameters[name.name.lowercased()] else {
        return fail(
          .unknownParameter,
          "no value for parameter ':\(name.name)'",
          at: range,
          hints: ["give it with -p \(name.name)=… or SET PARAM \(name.name) = …"]
        )
      }
      var bound = bind(value, context)
      bound?.range = range
      return bound
    case .unary(let op, let operand): return bindUnary(op, operand, at: range, context)
    case .binary(let op, let left, let right):
      return bindBinary(op, left, right, at: range, context)
    case .call(let call): return bindCall(call, at: range, context)
    case .conditional(let operand, let branches, let otherwise):
      return bindCase(operand, branches, otherwise, at: range, context)
    case .cast(let operand, let typeName):
      return bindCast(operand, typeName, at: range, context)
    case .isNull(let operand, let negated):
      guard let operand = bind(operand, context) else { return nil }
      return negate(negated, BoundExpression(.isNull(operand), .bool, range: range))
    case .isTruth(let operand, let value, let negated):
      guard let operand = bindCondition(operand, context) else { return nil }
      return negate(negated, BoundExpression(.isTruth(operand, value), .bool, range: range))
    case .isDistinct(let left, let right, let negated):
      let sides = bindAll([left, right], context)
      guard let sides, let both = unify(sides, at: range) else { return nil }
      let same = BoundExpression(.isNotDistinct(both[0], both[1]), .bool, range: range)
      return negate(!negated, same)
    case .between(let operand, let low, let high, let negated):
      return bindBetween(operand, low, high, negated, at: range, context)
    case .inList(let operand, let list, let negated):
      guard let parts = bindAll([operand] + list, context), let unified = unify(parts, at: range)
      else { return nil }
      let inList = BoundExpression(
        .inList(unified[0], Array(unified.dropFirst())),
        .bool,
        range: range
      )
      return negate(negated, inList)
    case .match(let operand, let op, let pattern, let negated):
      guard let sides = bindAll([operand, pattern], context) else { return nil }
      let name =
        switch op {
        case .like: "like"
        case .ilike: "ilike"
        case .regex: "regex"
        }
      guard let match = call(name, shown: op.rawValue, sides, at: range) else { return nil }
      return negate(negated, match)
    case .inQuery, .scalarQuery, .exists: return bindSubquery(expression, context)
    }
  }

  /// Binds several expressions, all of them even where one fails.
  mutating func bindAll(
    _ expressions: [Expression],
    _ context: ExpressionContext
  ) -> [BoundExpression]? {
    let bound = expressions.map { bind($0, context) }
    let found = bound.compactMap { $0 }
    return found.count == bound.count ? found : nil
  }

  /// Binds an expression that must be true or false.
  mutating func bindCondition(
    _ expression: Expression,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    guard let bound = bind(expression, context) else { return nil }
    guard let condition = coerce(bound, to: .bool) else {
      return fail(
        .typeMismatch,
        "\(context.clause) needs a condition, found \(bound.type.rawValue)",
        at: expression.range,
        hints: ["a condition compares: price > 100, brand = 'acme'"]
      )
    }
    return condition
  }

  func negate(_ negated: Bool, _ bound: BoundExpression) -> BoundExpression? {
    guard negated else { return bound }
    return BoundExpression(.call(Self.not, [bound]), .bool, range: bound.range)
  }

  private mutating func bindUnary(
    _ op: UnaryOperator,
    _ operand: Expression,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    switch op {
    case .plus: return bind(operand, context)
    case .not:
      guard let operand = bindCondition(operand, context) else { return nil }
      return negate(true, BoundExpression(operand.kind, .bool, range: range))
    case .minus:
      // `-9223372036854775808` is one literal: its digits alone do not fit an int.
      if case .literal(.number("9223372036854775808")) = operand.kind {
        return BoundExpression(.literal(.int(.min)), .int, range: range)
      }
      guard let bound = bind(operand, context) else { return nil }
      switch bound.literal {
      case .int(let value) where value != .min:
        return BoundExpression(.literal(.int(-value)), .int, range: range)
      case .decimal(let value) where value != .min:
        return BoundExpression(.literal(.decimal(-value)), .decimal, range: range)
      case .float(let value):
        return BoundExpression(.literal(.float(-value)), .float, range: range)
      default: return call("negate", shown: "-", [bound], at: range)
      }
    }
  }

  private mutating func bindBinary(
    _ op: BinaryOperator,
    _ left: Expression,
    _ right: Expression,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    switch op {
    case .and, .or:
      let first = bindCondition(left, context)
      let second = bindCondition(right, context)
      guard let first, let second else { return nil }
      let kind: BoundExpression.Kind =
        op == .and ? .and(flatten(first, op) + [second]) : .or(flatten(first, op) + [second])
      return BoundExpression(kind, .bool, range: range)
    default:
      guard let calendar = bindCalendarSum(op, left, right, at: range, context) else { return nil }
      if let sum = calendar.value { return sum }
      guard let sides = bindAll([left, right], context) else { return nil }
      return call(op.rawValue, shown: op.rawValue, sides, at: range)
    }
  }

  /// Gathers `a AND b AND c` into one node.
  private func flatten(_ bound: BoundExpression, _ op: BinaryOperator) -> [BoundExpression] {
    switch bound.kind {
    case .and(let parts) where op == .and: parts
    case .or(let parts) where op == .or: parts
    default: [bound]
    }
  }

  /// Refuses an operand too large for a form that names it several times.
  private mutating func mayRepeat(_ operand: BoundExpression) -> Bool {
    guard operand.isLarger(than: BoundExpression.repetitionLimit) else { return true }
    report(
      Diagnostic(
        .nestingTooDeep,
        "BETWEEN or CASE nests too deeply in its own operand",
        at: operand.range,
        hints: ["compute the operand in a subquery: FROM (SELECT … AS x)"]
      )
    )
    return false
  }

  private mutating func bindBetween(
    _ operand: Expression,
    _ low: Expression,
    _ high: Expression,
    _ negated: Bool,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    guard let parts = bindAll([operand, low, high], context), mayRepeat(parts[0]) else {
      return nil
    }
    guard let above = call(">=", shown: "BETWEEN", [parts[0], parts[1]], at: range),
      let below = call("<=", shown: "BETWEEN", [parts[0], parts[2]], at: range)
    else { return nil }
    return negate(negated, BoundExpression(.and([above, below]), .bool, range: range))
  }

  private mutating func bindCase(
    _ operand: Expression?,
    _ branches: [CaseBranch],
    _ otherwise: Expression?,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    var subject: BoundExpression?
    if let operand {
      guard let bound = bind(operand, context), mayRepeat(bound) else { return nil }
      subject = bound
    }
    var conditions: [BoundExpression?] = []
    for branch in branches {
      if let subject {
        let value = bind(branch.condition, context)
        conditions.append(
          value.flatMap { call("=", shown: "=", [subject, $0], at: branch.condition.range) }
        )
      } else {
        conditions.append(bindCondition(branch.condition, context))
      }
    }
    var results = branches.map { bind($0.result, context) }
    if let otherwise { results.append(bind(otherwise, context)) }
    let bound = results.compactMap { $0 }
    let tests = conditions.compactMap { $0 }
    guard bound.count == results.count, tests.count == branches.count,
      let unified = unify(bound, at: range)
    else { return nil }
    let type = unified.first?.type ?? .text
    let last =
      otherwise == nil
      ? BoundExpression(.literal(.null), type, range: range) : unified[unified.count - 1]
    let boundBranches = tests.indices.map {
      BoundBranch(condition: tests[$0], result: unified[$0])
    }
    return BoundExpression(.conditional(boundBranches, otherwise: last), type, range: range)
  }

  private mutating func bindCast(
    _ operand: Expression,
    _ typeName: Identifier,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> BoundExpression? {
    let bound = bind(operand, context)
    guard let type = Cast.type(named: typeName.name) else {
      let names = DataType.allCases.map(\.rawValue)
      return fail(
        .typeMismatch,
        "unknown type '\(typeName.name)'",
        at: typeName.range,
        hints: suggestions(for: typeName.name, among: names, kind: "types")
      )
    }
    guard let bound else { return nil }
    if bound.type == type { return bound }
    if bound.literal == .null {
      return BoundExpression(.literal(.null), type, range: range)
    }
    guard Cast.isPossible(from: bound.type, to: type) else {
      return fail(
        .typeMismatch,
        "no cast from \(bound.type.rawValue) to \(type.rawValue)",
        at: range
      )
    }
    return cast(bound, to: type, at: range)
  }

  /// Makes a cast that exists; where the time zone matters it is a call that knows the zone.
  func cast(
    _ bound: BoundExpression,
    to type: DataType,
    at range: SourceRange
  ) -> BoundExpression {
    let zone = settings.timeZone
    guard !zone.isUTC, Cast.dependsOnZone(from: bound.type, to: type) else {
      return BoundExpression(.cast(bound), type, range: range)
    }
    let kernel: ScalarFunction.Kernel = { columns, _ throws(FunctionError) in
      try Cast.convert(columns[0], to: type, in: zone)
    }
    let call = BoundCall(name: type.rawValue, parameters: [bound.type], kernel: kernel)
    return BoundExpression(.call(call, [bound]), type, range: range)
  }

  /// Binds `TRY_CAST(x AS type)`, whose type's name is the second argument.
  mutating func bindTryCast(
    _ arguments: [BoundExpression],
    at range: SourceRange
  ) -> BoundExpression? {
    guard arguments.count == 2, case .text(let name) = arguments[1].literal else {
      return fail(
        .wrongArguments,
        "try_cast takes a value and a type",
        at: range,
        hints: ["try_cast(x AS int)"]
      )
    }
    let operand = arguments[0]
    guard let type = Cast.type(named: name) else {
      return fail(
        .typeMismatch,
        "unknown type '\(name)'",
        at: arguments[1].range,
        hints: suggestions(for: name, among: DataType.allCases.map(\.rawValue), kind: "types")
      )
    }
    guard Cast.isPossible(from: operand.type, to: type) else {
      return fail(
        .typeMismatch,
        "no cast from \(operand.type.rawValue) to \(type.rawValue)",
        at: range
      )
    }
    let zone = settings.timeZone
    let kernel: ScalarFunction.Kernel = { columns, _ throws(FunctionError) in
      try Cast.tryConvert(columns[0], to: type, in: zone)
    }
    let call = BoundCall(name: "try_\(type.rawValue)", parameters: [operand.type], kernel: kernel)
    return BoundExpression(.call(call, [operand]), type, range: range)
  }
}
