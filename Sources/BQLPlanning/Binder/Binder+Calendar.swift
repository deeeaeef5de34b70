import BQLColumnar
import BQLFunctions
import BQLSyntax

/// Holds a span as written whose months, or whose days in a zone with changing clocks, have no fixed
/// length.
private struct CalendarSpan {
  var months: BoundExpression?
  var days: BoundExpression?
  /// Of fixed length.
  var time: BoundExpression?
}

extension Binder {
  /// Binds `time ± span` where the span is written and counts units of the calendar; nil inside
  /// where it does not, as for any other operands.
  ///
  /// Months come first, then days, both on the wall clock, then what has a fixed length, as in
  /// PostgreSQL.
  mutating func bindCalendarSum(
    _ op: BinaryOperator,
    _ left: Expression,
    _ right: Expression,
    at range: SourceRange,
    _ context: ExpressionContext
  ) -> Bound<BoundExpression>? {
    guard op == .add || op == .subtract else { return Bound(value: nil) }
    let isLeft = op == .add && isCalendarSpan(left) && !isSpan(right)
    guard isLeft || isCalendarSpan(right) && !isSpan(left) else { return Bound(value: nil) }
    let bound = bind(isLeft ? right : left, context)
    let span = bindSpan(isLeft ? left : right, context)
    guard var time = bound, let span else { return nil }
    if time.type != .date {
      guard let instant = coerce(time, to: .timestamp) else {
        return fail(
          .typeMismatch,
          "a span of the calendar is added to a time, found \(time.type.rawValue)",
          at: time.range,
          hints: ["TIMESTAMP '2019-10-31 10:00:00' + 1 MONTH, DATE '2019-10-31' + 1 MONTH"]
        )
      }
      time = instant
    }
    let isDate = time.type == .date
    for (name, amount) in [("add_months", span.months), ("add_days", span.days)] {
      guard var amount else { continue }
      if op == .subtract {
        guard let negated = call("negate", shown: "-", [amount], at: range) else { return nil }
        amount = negated.folded
      }
      guard let moved = call(name, shown: name, [time, amount], at: range) else { return nil }
      time = moved
    }
    // A date and a span make a timestamp, whatever the span.
    let zero = BoundExpression(.literal(.interval(0)), .interval, range: range)
    if let rest = span.time ?? (isDate ? zero : nil) {
      guard let sum = call(op.rawValue, shown: op.rawValue, [time, rest], at: range) else {
        return nil
      }
      time = sum
    }
    time.range = range
    return Bound(value: time)
  }

  /// Whether an expression is made of written spans alone.
  private func isSpan(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .literal(.duration): true
    case .unary(.minus, let operand), .unary(.plus, let operand): isSpan(operand)
    case .binary(.add, let left, let right), .binary(.subtract, let left, let right):
      isSpan(left) && isSpan(right)
    case .binary(.multiply, let left, let right): isSpan(left) != isSpan(right)
    default: false
    }
  }

  /// Whether an expression is made of written spans, one of which counts units of the calendar.
  private func isCalendarSpan(_ expression: Expression) -> Bool {
    guard isSpan(expression) else { return false }
    switch expression.kind {
    case .literal(.duration(let duration)):
      return duration.months != 0
        || !settings.timeZone.isUTC && duration.microseconds != 0 && duration.days != nil
    case .unary(_, let operand): return isCalendarSpan(operand)
    case .binary(_, let left, let right): return isCalendarSpan(left) || isCalendarSpan(right)
    default: return false
    }
  }

  private mutating func bindSpan(
    _ expression: Expression,
    _ context: ExpressionContext
  ) -> CalendarSpan? {
    let range = expression.range
    switch expression.kind {
    case .literal(.duration(let duration)):
      var span = CalendarSpan()
      let int = { (value: Int64) in BoundExpression(.literal(.int(value)), .int, range: range) }
      if duration.months != 0 { span.months = int(Int64(duration.months)) }
      guard duration.microseconds != 0 else { return span }
      if let days = duration.days {
        span.days = int(days)
      } else {
        span.time = BoundExpression(
          .literal(.interval(duration.microseconds)),
          .interval,
          range: range
        )
      }
      return span
    case .unary(let op, let operand):
      guard let span = bindSpan(operand, context) else { return nil }
      if op == .plus { return span }
      return map(span) { binder, part in binder.call("negate", shown: "-", [part], at: range) }
    case .binary(.multiply, let left, let right):
      let isLeft = isSpan(left)
      guard let span = bindSpan(isLeft ? left : right, context),
        let factor = bind(isLeft ? right : left, context)
      else { return nil }
      return map(span) { binder, part in
        let product = binder.call("*", shown: "*", [part, factor], at: range)
        guard let product, part.type == .int, product.type != .int else { return product }
        return binder.fail(
          .typeMismatch,
          "months and days of the calendar are multiplied by whole numbers, found "
            + factor.type.rawValue,
          at: factor.range
        )
      }
    case .binary(let op, let left, let right):
      guard let first = bindSpan(left, context), var second = bindSpan(right, context) else {
        return nil
      }
      if op == .subtract {
        let negated = map(second) { binder, part in
          binder.call("negate", shown: "-", [part], at: range)
        }
        guard let negated else { return nil }
        second = negated
      }
      return sum(first, second, at: range)
    default: return nil
    }
  }

  /// Applies `transform` to the parts that a span has.
  private mutating func map(
    _ span: CalendarSpan,
    _ transform: (inout Binder, BoundExpression) -> BoundExpression?
  ) -> CalendarSpan? {
    var result = CalendarSpan()
    for path in [\CalendarSpan.months, \.days, \.time] {
      guard let part = span[keyPath: path] else { continue }
      guard let mapped = transform(&self, part) else { return nil }
      result[keyPath: path] = mapped.folded
    }
    return result
  }

  private mutating func sum(
    _ first: CalendarSpan,
    _ second: CalendarSpan,
    at range: SourceRange
  ) -> CalendarSpan? {
    var result = first
    for path in [\CalendarSpan.months, \.days, \.time] {
      guard let part = second[keyPath: path] else { continue }
      guard let known = first[keyPath: path] else {
        result[keyPath: path] = part
        continue
      }
      guard let sum = call("+", shown: "+", [known, part], at: range) else { return nil }
      result[keyPath: path] = sum.folded
    }
    return result
  }
}
