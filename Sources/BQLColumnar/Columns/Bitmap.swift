/// Stores one bit a row in Arrow's layout: bit *i* is bit *i* & 63 of word *i* >> 6.
///
/// As a validity bitmap a set bit means "a value is present". Bits past `count` are zero.
package struct Bitmap: Hashable, Sendable {
  package private(set) var words: [UInt64]
  package private(set) var count: Int

  /// Makes `count` bits that are all `bit`.
  package init(repeating bit: Bool, count: Int) {
    self.count = count
    words = [UInt64](repeating: bit ? .max : 0, count: (count + 63) >> 6)
    clearPadding()
  }

  /// Makes a bitmap from words in Arrow's order; padding bits are cleared.
  package init(words: [UInt64], count: Int) {
    precondition(words.count == (count + 63) >> 6, "a bitmap holds 64 bits a word")
    self.words = words
    self.count = count
    clearPadding()
  }

  /// Whether the bit at `index`, 0 ..< `count`, is set.
  package subscript(index: Int) -> Bool {
    @inlinable get { words[index >> 6] & (1 &<< UInt64(index & 63)) != 0 }
    set {
      let bit: UInt64 = 1 &<< UInt64(index & 63)
      if newValue { words[index >> 6] |= bit } else { words[index >> 6] &= ~bit }
    }
  }

  package mutating func append(_ bit: Bool) {
    if count & 63 == 0 { words.append(0) }
    count += 1
    if bit { self[count - 1] = true }
  }

  /// The number of set bits.
  package var setCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  package var allSet: Bool { setCount == count }

  /// Returns the rows set in both.
  package func intersection(_ other: Bitmap) -> Bitmap {
    precondition(count == other.count, "bitmaps of one chunk have one length")
    var result = self
    for index in words.indices { result.words[index] &= other.words[index] }
    return result
  }

  /// The bitmap whose set bits are the clear ones of this.
  package var inverted: Bitmap { Bitmap(words: words.map { ~$0 }, count: count) }

  /// Returns the bits at `rows`, in their order.
  package func gather(_ rows: [Int32]) -> Bitmap {
    let words = words.span
    let rows = rows.span
    let gathered = unsafe [UInt64](count: (rows.count + 63) >> 6) { result in
      // One word is written for each of the result's, from 64 rows or from those that are left.
      for index in 0..<(rows.count + 63) >> 6 {
        let first = index << 6
        var word: UInt64 = 0
        for place in 0..<min(64, rows.count - first) {
          let row = unsafe Int(rows[unchecked: first &+ place])
          word |= (words[row >> 6] &>> UInt64(row & 63) & 1) &<< UInt64(place)
        }
        unsafe result[index] = word
      }
    }
    return Bitmap(words: gathered, count: rows.count)
  }

  /// Returns the bits of `range`, renumbered from 0.
  package func slice(_ range: Range<Int>) -> Bitmap {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "bits of the bitmap")
    let first = range.lowerBound >> 6
    let shift = UInt64(range.lowerBound & 63)
    let sliced = (0..<(range.count + 63) >> 6).map { index in
      let word = words[first + index] >> shift
      guard shift > 0, first + index + 1 < words.count else { return word }
      return word | words[first + index + 1] << (64 - shift)
    }
    return Bitmap(words: sliced, count: range.count)
  }

  /// Returns the rows set in both, where nil stands for "all set".
  package static func intersection(_ first: Bitmap?, _ second: Bitmap?) -> Bitmap? {
    switch (first, second) {
    case (nil, nil): nil
    case (let some?, nil), (nil, let some?): some
    case (let first?, let second?): first.intersection(second)
    }
  }

  private mutating func clearPadding() {
    guard count & 63 != 0 else { return }
    words[words.count - 1] &= (1 &<< UInt64(count & 63)) - 1
  }
}
