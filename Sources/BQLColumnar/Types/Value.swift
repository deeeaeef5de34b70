/// Holds one value outside the loops over rows: a literal, a setting, a cell to print.
///
/// Texts are equal by their bytes, as everywhere in the language; two NULLs are equal.
package enum Value: Sendable {
  /// An absent value of any type.
  case null
  case bool(Bool)
  case int(Int64)
  case float(Double)
  /// Hundredths.
  case decimal(Int64)
  case text(String)
  /// Microseconds since 1970-01-01 00:00:00 UTC.
  case timestamp(Int64)
  /// Days since 1970-01-01.
  case date(Int64)
  /// Microseconds.
  case interval(Int64)

  /// The value's type, or nil for NULL, which fits every type.
  package var type: DataType? {
    switch self {
    case .null: nil
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .decimal: .decimal
    case .text: .text
    case .timestamp: .timestamp
    case .date: .date
    case .interval: .interval
    }
  }

  /// Says whether the value is NULL.
  package var isNull: Bool {
    if case .null = self { true } else { false }
  }
}

extension Value: Hashable {
  package static func == (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a == b
    case (.decimal(let a), .decimal(let b)): a == b
    // Not `String`'s equality, which takes canonically equivalent texts for one.
    case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
    case (.timestamp(let a), .timestamp(let b)): a == b
    case (.date(let a), .date(let b)): a == b
    case (.interval(let a), .interval(let b)): a == b
    case (.null, _), (.bool, _), (.int, _), (.float, _), (.decimal, _), (.text, _),
      (.timestamp, _), (.date, _), (.interval, _):
      false
    }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    switch self {
    case .null: break
    case .bool(let value): hasher.combine(value)
    case .float(let value): hasher.combine(value)
    case .int(let value), .decimal(let value), .timestamp(let value), .date(let value),
      .interval(let value):
      hasher.combine(value)
    // `String` hashes canonically equivalent texts alike: a collision, no mistake.
    case .text(let value): hasher.combine(value)
    }
  }
}
