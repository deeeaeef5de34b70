import BQLColumnar

/// Adds up the integers of a chunk exactly.
enum ExactSum {
  /// Returns the sum of the values that are present.
  ///
  /// Halves of 32 bits are added apart, shifted to be not negative: 64 bits hold the sums of any
  /// chunk, and the loop has neither carries nor branches.
  static func sum(_ values: [Int64], _ validity: Bitmap?) -> Int128 {
    var halves = Halves()
    let values = values.span
    guard let validity else {
      halves.add(values)
      return halves.sum(of: values.count)
    }
    let words = validity.words.span
    for index in words.indices {
      let first = index << 6
      let rows = values.extracting(first..<min(first + 64, values.count))
      if words[index] == .max { halves.add(rows) } else { halves.add(rows, words[index]) }
    }
    return halves.sum(of: validity.setCount)
  }

  /// Returns a number that no value, even that of a slot without one, is farther from 0 than.
  static func magnitude(_ values: [Int64]) -> UInt64 {
    let values = values.span
    var bits: UInt64 = 0
    for row in values.indices {
      let value = unsafe values[unchecked: row]
      bits |= UInt64(bitPattern: value ^ value >> 63)
    }
    // The smallest of *b* bits, −2ᵇ, is one farther from 0 than the largest.
    return bits == 0 ? 1 : UInt64.max >> UInt64(bits.leadingZeroBitCount) &+ 1
  }

  private struct Halves {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private static let sign: UInt64 = 1 << 63

    @inline(__always)
    mutating func add(_ values: Span<Int64>) {
      var (low, high) = (low, high)
      for row in values.indices {
        let value = unsafe UInt64(bitPattern: values[unchecked: row]) ^ Self.sign
        low &+= value & 0xFFFF_FFFF
        high &+= value &>> 32
      }
      (self.low, self.high) = (low, high)
    }

    /// Adds those whose bit is set.
    @inline(__always)
    mutating func add(_ values: Span<Int64>, _ bits: UInt64) {
      var (low, high) = (low, high)
      for row in values.indices {
        let mask = 0 &- (bits &>> UInt64(row) & 1)
        let value = unsafe (UInt64(bitPattern: values[unchecked: row]) ^ Self.sign) & mask
        low &+= value & 0xFFFF_FFFF
        high &+= value &>> 32
      }
      (self.low, self.high) = (low, high)
    }

    /// The sum of what was added, `count` numbers: each was 2⁶³ too large.
    func sum(of count: Int) -> Int128 {
      Int128(high) << 32 &+ Int128(low) &- Int128(count) << 63
    }
  }
}
