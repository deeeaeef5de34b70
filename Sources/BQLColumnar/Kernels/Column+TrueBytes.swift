extension Column {
  /// Adds one byte a row to `bytes`: 1 where this `bool` column is true, 0 where it is false or
  /// NULL.
  ///
  /// A byte mask costs the same whatever share of the rows is true, unlike a list of rows.
  package func appendTrueBytes(to bytes: inout [UInt8]) {
    guard case .bools = values else { preconditionFailure("a condition is a bool") }
    // A bool is a byte of 0 or 1.
    unsafe trueMask.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }
}
