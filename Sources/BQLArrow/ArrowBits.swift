package import BQLColumnar

/// Converts Arrow's bits, the lowest first, from and to what columns hold.
package enum ArrowBits {
  /// Copies `count` bits into a bitmap; bits that are missing are clear.
  package static func bitmap(_ bits: ArrowBytes, count: Int) -> Bitmap {
    let wordCount = (count + 63) >> 6
    var words = [UInt64](repeating: 0, count: wordCount)
    bits.withBytes { bytes in
      var output = words.mutableSpan
      let used = min(bytes.count, (count + 7) >> 3)
      for index in 0..<used {
        output[index >> 3] |= UInt64(bytes[index]) &<< UInt64((index & 7) << 3)
      }
    }
    return Bitmap(words: words, count: count)
  }

  /// Packs truth values into bits.
  package static func bits(_ bools: Span<Bool>) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: (bools.count + 63) >> 6)
    var output = words.mutableSpan
    for index in bools.indices where bools[index] {
      output[index >> 6] |= 1 &<< UInt64(index & 63)
    }
    return words
  }
}
