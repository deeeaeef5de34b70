import BQLColumnar

extension ArrowArray {
  /// Returns the rows of `rows`, which start at a multiple of 64: their bits
  /// then start a byte.
  func slice(_ rows: Range<Int>, _ type: ArrowType) throws(ArrowError) -> ArrowArray {
    precondition(rows.lowerBound % 64 == 0 && rows.upperBound <= count, "bits start a byte")
    if rows == 0..<count { return self }
    var sliced = self
    sliced.count = rows.count
    let firstByte = rows.lowerBound / 8
    let bitBytes = (rows.count + 7) / 8
    if let validity { sliced.validity = try Self.part(validity, firstByte, bitBytes) }
    switch type.layout {
    case .none: sliced.nullCount = rows.count
    case .bits: sliced.buffers[0] = try Self.part(buffers[0], firstByte, bitBytes)
    case .fixed(let width):
      let (start, count) = (rows.lowerBound * width, rows.count * width)
      sliced.buffers[0] = try Self.part(buffers[0], start, count)
    case .offsets(let width):
      let (start, count) = (rows.lowerBound * width, (rows.count + 1) * width)
      sliced.buffers[0] = try Self.part(buffers[0], start, count)
    case .views:
      sliced.buffers[0] = try Self.part(buffers[0], rows.lowerBound * 16, rows.count * 16)
    }
    return sliced
  }

  private static func part(
    _ bytes: ArrowBytes,
    _ start: Int,
    _ count: Int
  ) throws(ArrowError) -> ArrowBytes {
    guard let slice = bytes.slice.slice(from: start, count: count) else {
      throw .damaged(reason: "a buffer is shorter than its rows need")
    }
    return .slice(slice)
  }
}
