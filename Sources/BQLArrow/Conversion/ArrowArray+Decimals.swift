import BQLColumnar

extension ArrowArray {
  /// The stored integers of decimals; nil where 64 bits do not hold one.
  func wideIntegers(_ bits: Int) throws(ArrowError) -> [Int64?] {
    switch bits {
    case 32: return try numbers(Int32.self).withSpan { raw in raw.indices.map { Int64(raw[$0]) } }
    case 64: return try numbers(Int64.self).withSpan { raw in raw.indices.map { raw[$0] } }
    default:
      let words = bits / 64
      return try numbers(Int64.self, perRow: words).withSpan { raw in
        (0..<count).map { row in
          let low = raw[row * words]
          // The other words only repeat the sign of the lowest.
          let fits = (1..<words).allSatisfy { raw[row * words + $0] == low >> 63 }
          return fits ? low : nil
        }
      }
    }
  }

  /// Decimals as the nearest doubles.
  func decimalFloats(_ bits: Int, _ scale: Int) throws(ArrowError) -> [Double] {
    let wide = try wideIntegers(bits)
    let words = try numbers(UInt64.self, perRow: max(bits / 64, 1) * (bits == 32 ? 0 : 1))
    // Both are exact, and so their quotient is the nearest double.
    let exactPower = scale <= 22 ? Self.powersOfTen[scale] : nil
    return (0..<count).map { row in
      if let value = wide[row], value.magnitude <= 1 << 53, let exactPower {
        return Double(value) / exactPower
      }
      let digits: String
      if let value = wide[row] {
        digits = String(value)
      } else {
        digits = Self.digits((0..<bits / 64).map { words[row * (bits / 64) + $0] })
      }
      return Double(digits + "e-\(scale)") ?? .nan
    }
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Spells an integer of several words, the lowest first, in two's complement.
  private static func digits(_ words: [UInt64]) -> String {
    let isNegative = (words.last ?? 0) >> 63 == 1
    var rest = words
    if isNegative {
      var carry = true
      for index in rest.indices {
        let (sum, overflow) = (~rest[index]).addingReportingOverflow(carry ? 1 : 0)
        rest[index] = sum
        carry = overflow
      }
    }
    var digits: [UInt8] = []
    while rest.contains(where: { $0 != 0 }) {
      var remainder: UInt64 = 0
      for index in rest.indices.reversed() {
        let (quotient, left) = UInt64(10).dividingFullWidth((remainder, rest[index]))
        rest[index] = quotient
        remainder = left
      }
      digits.append(UInt8(ascii: "0") + UInt8(remainder))
    }
    return (isNegative ? "-" : "") + String(decoding: digits.reversed(), as: UTF8.self)
  }
}
