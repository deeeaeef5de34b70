extension Span where Element == UInt8 {
  /// Returns the first row of `rows` whose byte is not `quiet`, or their end.
  @inline(__always)
  func firstOther(than quiet: UInt8, in rows: Range<Int>) -> Int {
    let pattern = UInt64(quiet) &* 0x0101_0101_0101_0101
    var row = rows.lowerBound
    // Eight bytes may reach past the unit's end, never past the morsel's.
    while row < rows.upperBound, row + 8 <= count {
      // Unsafe only in that any eight bytes are read as a number; the bounds are checked.
      let eight = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: row, as: UInt64.self)
      let differing = UInt64(littleEndian: eight) ^ pattern
      if differing != 0 {
        return Swift.min(row + differing.trailingZeroBitCount / 8, rows.upperBound)
      }
      row += 8
    }
    while row < rows.upperBound, self[row] == quiet { row += 1 }
    return Swift.min(row, rows.upperBound)
  }
}
