/// Holds one value outside the loops over rows: a literal, a setting, a cell to print.
package enum Value: Hashable, Sendable {
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
