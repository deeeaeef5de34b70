package import BQLColumnar
package import BQLStorage

/// Lends the times of a partition in the width and unit in which they are stored.
package enum RowTimes: Sendable {
  /// `scale` microseconds a unit.
  case int32(Buffer<Int32>, scale: Int64)
  case int64(Buffer<Int64>, scale: Int64)

  /// Reads a stored TIME column; nil for one that holds no integers.
  package init?(_ column: StoredColumn) {
    switch column.storage {
    case .int32(let buffer): self = .int32(buffer, scale: column.scale)
    case .int64(let buffer): self = .int64(buffer, scale: column.scale)
    case .int16(let buffer): self = .int32(Self.widened(buffer), scale: column.scale)
    case .int8(let buffer): self = .int32(Self.widened(buffer), scale: column.scale)
    case .float, .bool, .codes8, .codes16, .codes32, .perUser: return nil
    }
  }

  private static func widened(_ buffer: Buffer<some FixedWidthInteger & Sendable>)
    -> Buffer<Int32>
  {
    Buffer((0..<buffer.count).map { Int32(truncatingIfNeeded: buffer[$0]) })
  }

  package var scale: Int64 {
    switch self {
    case .int32(_, let scale), .int64(_, let scale): scale
    }
  }

  /// Returns the stored number of `row`.
  func raw(_ row: Int) -> Int64 {
    switch self {
    case .int32(let buffer, _): Int64(buffer[row])
    case .int64(let buffer, _): buffer[row]
    }
  }
}
