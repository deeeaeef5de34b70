extension Column {
  /// Adds one byte a row to `bytes`: 1 where this `bool` column is true, 0 where it is false or
  /// NULL.
  ///
  /// A byte mask costs the same whatever share of the rows is true, unlike a list of rows.
  package func appendTrueBytes(to bytes: inout [UInt8]) {
    guard case .bools(let bools) = values else { preconditionFailure("a condition is a bool") }
    guard let validity else {
      bytes.append(contentsOf: bools.lazy.map { $0 ? 1 : 0 })
      return
    }
    bytes.append(contentsOf: bools.indices.lazy.map { bools[$0] && validity[$0] ? 1 : 0 })
  }
}
