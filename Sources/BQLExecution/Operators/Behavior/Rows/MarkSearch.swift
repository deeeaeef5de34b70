/// Finds marked rows, eight at a time: most rows of a log have no mark.
enum MarkSearch {
  /// Returns the first position of `start..<end` whose mark has a bit of `bits`; `end` where none
  /// has.
  @inline(__always)
  static func first(_ bits: UInt8, _ marks: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    let pattern = UInt64(bits) &* 0x0101_0101_0101_0101
    let bytes = unsafe marks.bytes
    var position = start
    while position + 8 <= end {
      // Any eight bytes are a UInt64; the load checks the span's bounds.
      let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
      let found = word.littleEndian & pattern
      if found != 0 { return position + (found.trailingZeroBitCount >> 3) }
      position += 8
    }
    while position < end {
      if marks[position] & bits != 0 { return position }
      position += 1
    }
    return end
  }
}
