package import BQLColumnar

/// Names where the buffers of a column stand in a file; nothing of them is read yet.
package struct ArrowStoredColumn: Sendable {
  package let count: Int
  package let nullCount: Int
  /// nil where all rows have a value.
  package let validity: ArrowStoredBuffer?
  /// What follows validity; see ``ArrowArray/buffers``.
  package let buffers: [ArrowStoredBuffer]

  /// Reads the column: in place, but for what is compressed or stands at an odd address.
  package func array(_ decompress: ArrowDecompress?) throws(ArrowError) -> ArrowArray {
    var read: [ArrowBytes] = []
    for buffer in buffers { read.append(.slice(try buffer.bytes(decompress))) }
    return ArrowArray(
      count: count,
      nullCount: nullCount,
      validity: try validity.map { (bits) throws(ArrowError) in
        .slice(try bits.bytes(decompress))
      },
      buffers: read
    )
  }
}

/// Names where a buffer stands in a file, perhaps compressed.
package struct ArrowStoredBuffer: Sendable {
  /// The bytes as they stand there, of a compressed batch with their length before them.
  package let slice: MemorySlice
  /// The bytes that the buffer has once it is not compressed.
  package let byteCount: Int
  /// How it is compressed; nil where its bytes stand as they are.
  package let codec: ArrowCodec?
  /// Where its own bytes begin in the slice.
  private let start: Int

  /// Reads the length before a buffer of a batch compressed with `codec`: -1 where this one is not.
  init(_ slice: MemorySlice, _ codec: ArrowCodec?) throws(ArrowError) {
    self.slice = slice
    guard let codec else {
      self.codec = nil
      byteCount = slice.byteCount
      start = 0
      return
    }
    guard let head = slice.slice(from: 0, count: Self.prefixByteCount) else {
      throw .damaged(reason: "a compressed buffer has no length")
    }
    let rest = slice.byteCount - Self.prefixByteCount
    let length = head.withBytes { bytes in
      var number: UInt64 = 0
      for index in 0..<8 { number |= UInt64(bytes[index]) << UInt64(index * 8) }
      return Int64(bitPattern: number)
    }
    start = Self.prefixByteCount
    if length == -1 {
      self.codec = nil
      byteCount = rest
      return
    }
    guard length >= 0, length / Int64(ArrowLimits.expansion) <= Int64(rest) else {
      throw .damaged(reason: "a compressed buffer has an impossible length")
    }
    self.codec = codec
    byteCount = Int(length)
  }

  /// Bytes of the length before a buffer of a compressed batch.
  static let prefixByteCount = 8

  /// Reads the buffer: in place, unless it is compressed or stands at an odd address.
  package func bytes(_ decompress: ArrowDecompress?) throws(ArrowError) -> MemorySlice {
    guard let rest = slice.slice(from: start, count: slice.byteCount - start) else {
      throw .damaged(reason: "a buffer lies outside of its batch")
    }
    guard let codec else {
      // Numbers are read where they lie only if they are aligned.
      return rest.isAligned(to: 8) || byteCount == 0 ? rest : rest.copied()
    }
    if byteCount == 0 { return MemorySlice(MemoryRegion(byteCount: 0)) }
    guard let decompress else {
      throw .unsupported(
        column: nil,
        what: "compressed buffers",
        hint: "write the file without compression"
      )
    }
    guard let region = MemoryRegion(ifAvailable: byteCount) else { throw .system(code: 12) }
    guard try decompress(codec, rest, region) else {
      throw .damaged(reason: "a compressed buffer does not add up")
    }
    return MemorySlice(region)
  }
}
