/// Holds a name as written.
package struct Identifier: Hashable, Sendable {
  package var name: String
  /// Whether it stood in double quotes; quoted or not, names match without regard to case.
  package var isQuoted: Bool
  package var range: SourceRange

  package init(_ name: String, isQuoted: Bool = false, range: SourceRange) {
    self.name = name
    self.isQuoted = isQuoted
    self.range = range
  }
}

/// Holds an expression with its place in the source.
package struct Expression: Hashable, Sendable {
  package var kind: Kind
  package var range: SourceRange

  package init(_ kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  /// Says what an expression is.
  package indirect enum Kind: Hashable, Sendable {
    case literal(Literal)
    /// `brand`, `e.brand`.
    case column(qualifier: Identifier?, name: Identifier)
    /// `:name`.
    case parameter(Identifier)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case call(Call)
    /// `CASE [operand] WHEN … THEN … [ELSE …] END`.
    case conditional(operand: Expression?, branches: [CaseBranch], otherwise: Expression?)
    /// `CAST(x AS t)` and `x::t`; the type's name is checked by the binder.
    case cast(Expression, typeName: Identifier)
    case isNull(Expression, negated: Bool)
    /// `x IS [NOT] TRUE | FALSE`.
    case isTruth(Expression, value: Bool, negated: Bool)
    /// `x IS [NOT] DISTINCT FROM y`.
    case isDistinct(Expression, Expression, negated: Bool)
    case between(Expression, low: Expression, high: Expression, negated: Bool)
    case inList(Expression, [Expression], negated: Bool)
    case inQuery(Expression, Query, negated: Bool)
    /// `LIKE`, `ILIKE` and `~`.
    case match(Expression, MatchOperator, pattern: Expression, negated: Bool)
    case scalarQuery(Query)
    case exists(Query)
  }
}

/// Holds a literal; NULL rules and casts are the binder's.
package enum Literal: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  /// A number with a point or an exponent, as written without `_`, so that `0.1` stays exact.
  case number(String)
  case text(String)
  /// `30s`, `7d`, `7 DAYS`, `3 MONTHS`.
  case duration(Duration)
  /// `DATE '2019-10-01'`, checked by the binder.
  case date(String)
  /// `TIMESTAMP '2019-10-01 00:00:00'`, checked by the binder.
  case timestamp(String)
}

/// Holds a span of time as written: calendar months apart from an exact number of microseconds.
package struct Duration: Hashable, Sendable {
  package var months: Int
  package var microseconds: Int64
  /// Whether whole days were written in hours or less: `24h` is not `1d` where clocks change.
  package var isClock: Bool

  package init(months: Int = 0, microseconds: Int64 = 0, isClock: Bool = false) {
    self.months = months
    self.microseconds = microseconds
    self.isClock = isClock
  }

  /// The whole days that it was written as; nil where it is no whole number of days, or hours.
  package var days: Int64? {
    let day = DurationUnit.day.microseconds
    return isClock || microseconds % day != 0 ? nil : microseconds / day
  }
}

/// Names an operator before its operand.
package enum UnaryOperator: String, Hashable, Sendable, CaseIterable {
  case plus = "+"
  case minus = "-"
  case not = "NOT"
}

/// Names an operator between two operands.
package enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
  case or = "OR"
  case and = "AND"
  case equal = "="
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case concatenate = "||"
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
}

/// Names a way to compare a text with a pattern.
package enum MatchOperator: String, Hashable, Sendable, CaseIterable {
  case like = "LIKE"
  case ilike = "ILIKE"
  case regex = "~"
}

/// Holds one `WHEN condition THEN result`.
package struct CaseBranch: Hashable, Sendable {
  package var condition: Expression
  package var result: Expression

  package init(condition: Expression, result: Expression) {
    self.condition = condition
    self.result = result
  }
}

/// Holds a function call, aggregate or window function.
package struct Call: Hashable, Sendable {
  package var name: Identifier
  package var arguments: [Expression]
  /// `count(*)`.
  package var isStar: Bool
  /// `count(DISTINCT x)`.
  package var isDistinct: Bool
  /// `last_value(x) IGNORE NULLS`.
  package var ignoresNulls: Bool
  package var filter: Expression?
  package var over: Window?

  package init(
    name: Identifier,
    arguments: [Expression],
    isStar: Bool = false,
    isDistinct: Bool = false,
    ignoresNulls: Bool = false,
    filter: Expression? = nil,
    over: Window? = nil
  ) {
    self.name = name
    self.arguments = arguments
    self.isStar = isStar
    self.isDistinct = isDistinct
    self.ignoresNulls = ignoresNulls
    self.filter = filter
    self.over = over
  }
}
