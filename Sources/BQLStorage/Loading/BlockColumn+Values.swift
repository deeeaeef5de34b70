import BQLColumnar

extension BlockColumn {
  /// Calls `body` with each place of `rows` and the number that is stored there.
  @inline(__always)
  func forEachNumber(_ rows: Range<Int>, _ body: (Int, UInt64) -> Void) {
    switch numbers {
    case .bytes1(let buffer): Self.forEach(buffer, rows, body)
    case .bytes2(let buffer): Self.forEach(buffer, rows, body)
    case .bytes4(let buffer): Self.forEach(buffer, rows, body)
    case .bytes8(let buffer): Self.forEach(buffer, rows, body)
    }
  }

  @inline(__always)
  private static func forEach<Raw: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ buffer: Buffer<Raw>,
    _ rows: Range<Int>,
    _ body: (Int, UInt64) -> Void
  ) {
    buffer.withSpan { span in
      for row in rows { body(row, UInt64(truncatingIfNeeded: span[row])) }
    }
  }

  /// Calls `body` with each place of `rows` and its value; for columns of numbers and codes.
  @inline(__always)
  func forEachInt(_ rows: Range<Int>, _ body: (Int, Int64) -> Void) {
    if let table {
      table.withSpan { table in
        forEachNumber(rows) { body($0, table[Int(truncatingIfNeeded: $1)]) }
      }
    } else {
      let base = base
      forEachNumber(rows) { body($0, base &+ Int64(bitPattern: $1)) }
    }
  }
}
