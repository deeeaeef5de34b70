import BQLColumnar
import BQLFunctions
import BQLSyntax

extension Binder {
  /// Types a literal: a number with at most two decimals is a decimal, any other with a point or an
  /// exponent a float.
  mutating func bindLiteral(_ literal: Literal, at range: SourceRange) -> BoundExpression? {
    switch literal {
    case .null: return BoundExpression(.literal(.null), .text, range: range)
    case .bool(let value): return BoundExpression(.literal(.bool(value)), .bool, range: range)
    case .int(let value): return BoundExpression(.literal(.int(value)), .int, range: range)
    case .text(let value): return BoundExpression(.literal(.text(value)), .text, range: range)
    case .number(let text):
      let decimals = text.split(separator: ".").dropFirst().first?.count
      if let decimals, decimals <= 2, !text.lowercased().contains("e"),
        let value = parse(text, as: .decimal)
      {
        return BoundExpression(.literal(value), .decimal, range: range)
      }
      guard let value = parse(text, as: .float) else {
        return fail(.badLiteral, "not a number: '\(text)'", at: range)
      }
      return BoundExpression(.literal(value), .float, range: range)
    case .duration(let duration):
      guard duration.months == 0 else {
        return fail(
          .typeMismatch,
          "months and years have no fixed length",
          at: range,
          hints: ["they are added to a time: event_time + 1 MONTH, or say 30d"]
        )
      }
      return BoundExpression(
        .literal(.interval(duration.microseconds)),
        .interval,
        range: range
      )
    case .date(let text): return bindTimeLiteral(text, .date, at: range)
    case .timestamp(let text): return bindTimeLiteral(text, .timestamp, at: range)
    }
  }

  private mutating func bindTimeLiteral(
    _ text: String,
    _ type: DataType,
    at range: SourceRange
  ) -> BoundExpression? {
    guard let value = parse(text, as: type) else { return badLiteral(text, type, at: range) }
    return BoundExpression(.literal(value), type, range: range)
  }

  /// Reports that a text is no value of a type, with an example of one.
  mutating func badLiteral<T>(_ text: String, _ type: DataType, at range: SourceRange) -> T? {
    let example: String? =
      switch type {
      case .date: "'2019-10-01'"
      case .timestamp: "'2019-10-01 00:00:00'"
      case .interval: "7d, 30m, 1h"
      case .bool: "true, false"
      case .int, .float, .decimal, .text: nil
      }
    return fail(
      .badLiteral,
      "not \(type.withArticle): '\(text)'",
      at: range,
      hints: example.map { ["\(type.withArticle) reads \($0)"] } ?? []
    )
  }

  /// Reads a text as a value of `type`, by the rules of a cast.
  func parse(_ text: String, as type: DataType) -> Value? {
    let column = Column(repeating: .text(text), type: .text, count: 1)
    guard let cast = try? Cast.convert(column, to: type, in: settings.timeZone) else { return nil }
    return cast[0].isNull ? nil : cast[0]
  }

  /// Converts to a type where that may happen unasked; nil, without a diagnostic, where not.
  ///
  /// Literals adapt, numbers widen, a date is its midnight.
  mutating func coerce(_ bound: BoundExpression, to type: DataType) -> BoundExpression? {
    if bound.type == type { return bound }
    switch bound.literal {
    case .null: return BoundExpression(.literal(.null), type, range: bound.range)
    case .text(let text):
      return parse(text, as: type).map {
        BoundExpression(.literal($0), type, range: bound.range)
      }
    case let value?:
      guard Cast.implicitCost(from: bound.type, to: type) != nil,
        let cast = try? Cast.convert(
          Column(repeating: value, type: bound.type, count: 1),
          to: type,
          in: settings.timeZone
        )
      else { return nil }
      return BoundExpression(.literal(cast[0]), type, range: bound.range)
    case nil:
      guard Cast.implicitCost(from: bound.type, to: type) != nil else { return nil }
      return cast(bound, to: type, at: bound.range)
    }
  }

  /// Brings expressions to one type: the widest of theirs, to which literals adapt.
  mutating func unify(_ parts: [BoundExpression], at range: SourceRange) -> [BoundExpression]? {
    var common: DataType?
    for part in parts where !part.isAdaptable {
      guard let type = common else {
        common = part.type
        continue
      }
      if Cast.implicitCost(from: part.type, to: type) != nil { continue }
      guard Cast.implicitCost(from: type, to: part.type) != nil else {
        return fail(
          .typeMismatch,
          "values of one expression have different types: "
            + "\(type.rawValue) and \(part.type.rawValue)",
          at: part.range,
          hints: ["convert one of them: x::text"]
        )
      }
      common = part.type
    }
    let type = common ?? .text
    let unified = parts.map { part -> BoundExpression? in
      if let coerced = coerce(part, to: type) { return coerced }
      if case .text(let text) = part.literal { return badLiteral(text, type, at: part.range) }
      return fail(
        .typeMismatch,
        "expected \(type.rawValue), found \(part.type.rawValue)",
        at: part.range
      )
    }
    let found = unified.compactMap { $0 }
    return found.count == parts.count ? found : nil
  }
}

extension BoundExpression {
  /// Whether the expression is a literal whose type follows its surroundings: NULL or a text.
  var isAdaptable: Bool {
    switch literal {
    case .null, .text: true
    default: false
    }
  }
}
