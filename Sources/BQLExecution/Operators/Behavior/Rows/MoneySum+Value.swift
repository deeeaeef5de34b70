import BQLColumnar

extension MoneySum {
  /// Returns the sum as a cell of the VALUE column's type; 0 where no row held a value.
  ///
  /// NULL where the sum does not fit the type.
  func value(_ type: DataType) -> Value {
    switch type {
    case .decimal where float == 0: return Int64(exactly: hundredths).map { .decimal($0) } ?? .null
    case .decimal:
      return Int64(exactly: ((money ?? 0) * 100).rounded()).map { .decimal($0) } ?? .null
    case .int: return Int64(exactly: (money ?? 0).rounded()).map { .int($0) } ?? .null
    case .float: return .float(money ?? 0)
    case .bool, .text, .timestamp, .date, .interval: return .null
    }
  }
}
