/// Finds marked rows, eight at a time: most rows of a log have no mark.
enum MarkSearch {
  /// Returns all positions whose byte is `code`, ascending.
  static func all(equalTo code: UInt8, _ codes: Span<UInt8>) -> [Int32] {
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    let pattern = UInt64(code) &* ones
    let bytes = unsafe codes.bytes
    var found: [Int32] = []
    found.reserveCapacity(codes.count >> 4)
    var position = 0
    while position &+ 8 <= codes.count {
      // Any eight bytes are a UInt64; the load checks the span's bounds.
      let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
      let apart = word.littleEndian ^ pattern
      // A byte's high bit is set where the byte is 0; no carry reaches the next.
      var equal = ~(((apart & ~highs) &+ ~highs) | apart | ~highs)
      while equal != 0 {
        found.append(Int32(truncatingIfNeeded: position &+ equal.trailingZeroBitCount >> 3))
        equal &= equal &- 1
      }
      position &+= 8
    }
    while position < codes.count {
      if codes[position] == code { found.append(Int32(truncatingIfNeeded: position)) }
      position &+= 1
    }
    return found
  }

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
