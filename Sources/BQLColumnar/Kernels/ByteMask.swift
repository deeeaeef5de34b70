/// Computes with conditions that are one byte a row, 1 where they are true, eight rows at a time.
package enum ByteMask {
  /// One in each byte of a word.
  static let ones: UInt64 = 0x0101_0101_0101_0101

  /// Returns the positions that are true, ascending.
  package static func rows(_ mask: [Bool]) -> [Int32] {
    // Room for the writes of a word past its last row that is kept.
    unsafe [Int32](unsafeUninitializedCapacity: mask.count + 8) { rows, written in
      guard let rows = rows.baseAddress else { return }
      written = unsafe mask.withUnsafeBytes { bytes in unsafe Self.rows(bytes, into: rows) }
    }
  }

  /// Writes the positions of the bytes that are 1 and returns their number.
  ///
  /// Eight rows of which none or all are true, as most are where a filter keeps few or nearly all
  /// rows, are told at one look. Within others every position is written and the mask moves the
  /// place: no branch that random data would mislead.
  @unsafe
  private static func rows(
    _ bytes: UnsafeRawBufferPointer,
    into rows: UnsafeMutablePointer<Int32>
  ) -> Int {
    var kept = 0
    var row = 0
    while row + 8 <= bytes.count {
      let word = unsafe UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: row, as: UInt64.self)
      )
      if word == ones {
        for step in 0..<8 { unsafe rows[kept &+ step] = Int32(truncatingIfNeeded: row &+ step) }
        kept &+= 8
      } else if word != 0 {
        for step in 0..<8 {
          unsafe rows[kept] = Int32(truncatingIfNeeded: row &+ step)
          kept &+= Int(truncatingIfNeeded: word &>> UInt64(step &* 8) & 1)
        }
      }
      row &+= 8
    }
    while row < bytes.count {
      unsafe rows[kept] = Int32(truncatingIfNeeded: row)
      kept &+= unsafe Int(bytes[row])
      row &+= 1
    }
    return kept
  }

  /// The number of rows that are true.
  package static func count(_ mask: [Bool]) -> Int {
    let rows = mask.span
    var count = 0
    for row in rows.indices { count &+= unsafe rows[unchecked: row] ? 1 : 0 }
    return count
  }

  /// Returns the rows that are true in both.
  package static func and(_ first: [Bool], _ second: [Bool]) -> [Bool] {
    combine(first, second) { $0 & $1 }
  }

  /// Returns the rows that are true in one or both.
  package static func or(_ first: [Bool], _ second: [Bool]) -> [Bool] {
    combine(first, second) { $0 | $1 }
  }

  /// Returns the rows that are true and present.
  package static func and(_ mask: [Bool], _ validity: Bitmap) -> [Bool] {
    combine(mask, validity.bytes) { $0 & $1 }
  }

  @inline(__always)
  private static func combine(
    _ first: [Bool],
    _ second: [Bool],
    _ body: (UInt8, UInt8) -> UInt8
  ) -> [Bool] {
    precondition(first.count == second.count, "masks of one chunk have one length")
    return unsafe [Bool](count: first.count) { result in
      // A bool is a byte of 0 or 1, and so is what `body` makes of two.
      let result = unsafe UnsafeMutableRawPointer(result).assumingMemoryBound(to: UInt8.self)
      unsafe first.withUnsafeBytes { first in
        unsafe second.withUnsafeBytes { second in
          let count = first.count
          for row in 0..<count { unsafe result[row] = body(first[row], second[row]) }
        }
      }
    }
  }
}

extension Bitmap {
  /// One bool a bit.
  package var bytes: [Bool] {
    let words = words.span
    let whole = (count + 7) & ~7
    // Eight rows are written at a time; those past the last are cut off.
    return unsafe [Bool](unsafeUninitializedCapacity: whole) { memory, written in
      let bytes = UnsafeMutableRawPointer(memory.baseAddress)
      var row = 0
      while row < count {
        let bits = words[row >> 6] &>> UInt64(row & 63) & 0xFF
        // Byte *i* keeps bit *i* alone, then becomes 1 where that is set.
        let spread = (bits &* ByteMask.ones) & 0x8040_2010_0804_0201
        let isSet = ((spread &+ 0x7F7F_7F7F_7F7F_7F7F) &>> 7) & ByteMask.ones
        unsafe bytes?.storeBytes(of: isSet.littleEndian, toByteOffset: row, as: UInt64.self)
        row &+= 8
      }
      written = count
    }
  }

  /// Makes a bitmap of one bool a bit.
  package init(bytes: [Bool]) {
    var words = [UInt64](repeating: 0, count: (bytes.count + 63) >> 6)
    unsafe bytes.withUnsafeBytes { bytes in
      var row = 0
      while row + 8 <= bytes.count {
        let word = unsafe UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: row, as: UInt64.self)
        )
        // The product brings the lowest bit of byte *i* to bit 56 + *i*.
        words[row >> 6] |= ((word &* 0x0102_0408_1020_4080) &>> 56) &<< UInt64(row & 63)
        row &+= 8
      }
      while row < bytes.count {
        words[row >> 6] |= unsafe UInt64(bytes[row]) &<< UInt64(row & 63)
        row &+= 1
      }
    }
    self.init(words: words, count: bytes.count)
  }
}

extension Column {
  /// Whether a `bool` column is true, row by row; NULL counts as false, as in WHERE.
  package var trueMask: [Bool] {
    guard case .bools(let bools) = values else { return [Bool](repeating: false, count: count) }
    guard let validity else { return bools }
    return ByteMask.and(bools, validity)
  }

  /// The rows where a `bool` column is true; NULL counts as false, as in WHERE.
  package var trueRows: [Int32] {
    guard case .bools = values else { return [] }
    return ByteMask.rows(trueMask)
  }
}
