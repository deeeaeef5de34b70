package import BQLColumnar

/// Holds one column of one partition in the narrowest fixed width that fits, in Arrow's layout.
///
/// A scan decodes it, a chunk at a time, to the one representation that a ``Column`` has; kernels
/// that read a whole column in order (FUNNEL, group-by) read the narrow buffers themselves.
package struct StoredColumn: Sendable {
  /// The stored numbers; the logical value of an integer is `raw * scale`.
  package enum Storage: Sendable {
    case int8(Buffer<Int8>)
    case int16(Buffer<Int16>)
    case int32(Buffer<Int32>)
    case int64(Buffer<Int64>)
    case float(Buffer<Double>)
    case bool(Buffer<UInt8>)
    case codes8(Buffer<UInt8>, CodeDictionary)
    case codes16(Buffer<UInt16>, CodeDictionary)
    case codes32(Buffer<Int32>, CodeDictionary)
    /// One value a user, repeated over the user's rows; `values` has one row a user.
    indirect case perUser(values: StoredColumn, offsets: Buffer<Int32>)
  }

  package let type: DataType
  package let storage: Storage
  /// What one stored unit stands for: 1, or 1 000 000 where a timestamp is kept in seconds.
  package let scale: Int64
  /// The rows that hold a value; nil when all do.
  package let validity: Bitmap?
  package let count: Int

  package init(
    type: DataType,
    storage: Storage,
    scale: Int64 = 1,
    validity: Bitmap? = nil,
    count: Int
  ) {
    self.type = type
    self.storage = storage
    self.scale = scale
    self.validity = validity
    self.count = count
  }

  /// The dictionary of a column of codes, or of a user's value that is one; nil for numbers.
  package var codeDictionary: CodeDictionary? {
    switch storage {
    case .codes8(_, let dictionary), .codes16(_, let dictionary), .codes32(_, let dictionary):
      dictionary
    case .perUser(let values, _): values.codeDictionary
    case .int8, .int16, .int32, .int64, .float, .bool: nil
    }
  }
}
