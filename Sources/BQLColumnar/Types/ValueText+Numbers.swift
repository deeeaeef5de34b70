extension ValueText {
  /// Reads `true t yes y on 1` and their opposites, in any case, as PostgreSQL does.
  package static func parseBool(_ utf8: Span<UInt8>) -> Bool? {
    let range = trimmed(utf8)
    for word in ["true", "t", "yes", "y", "on", "1"]
    where spells(utf8, range, word) { return true }
    for word in ["false", "f", "no", "n", "off", "0"]
    where spells(utf8, range, word) { return false }
    return nil
  }

  /// Reads an optional sign and decimal digits; nil past the range of `Int64`.
  package static func parseInt(_ utf8: Span<UInt8>) -> Int64? {
    let range = trimmed(utf8)
    var index = range.lowerBound
    let isNegative = takeSign(utf8, &index, before: range.upperBound)
    guard index < range.upperBound else { return nil }
    // Collected below zero, where the range is the larger by one.
    var value: Int64 = 0
    while index < range.upperBound {
      guard let digit = digit(utf8[index]) else { return nil }
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (next, overflowToo) = shifted.subtractingReportingOverflow(Int64(digit))
      if overflow || overflowToo { return nil }
      value = next
      index += 1
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }

  /// Reads a number into hundredths: `35.79`, `-.5`, `1e3`.
  ///
  /// Further decimals are rounded half away from zero, as PostgreSQL's `numeric(n, 2)`; with
  /// `isExact` a number that needs rounding is nil.
  package static func parseDecimal(_ utf8: Span<UInt8>, isExact: Bool = false) -> Int64? {
    let range = trimmed(utf8)
    guard let parts = NumberParts(utf8, range) else { return nil }
    // How many of the digits make the hundredths; fewer digits than that are followed by zeros.
    let wanted = parts.pointPosition + 2
    var value: Int64 = 0
    var seen = 0
    var roundsUp = false
    for index in parts.digits {
      guard let digit = digit(utf8[index]) else { continue }
      if seen < wanted {
        guard let next = appended(digit, to: value) else { return nil }
        value = next
      } else {
        if isExact, digit != 0 { return nil }
        if seen == wanted { roundsUp = digit >= 5 }
      }
      seen += 1
    }
    while value != 0, seen < wanted {
      guard let next = appended(0, to: value) else { return nil }
      value = next
      seen += 1
    }
    if roundsUp {
      guard value > .min else { return nil }
      value -= 1
    }
    if parts.isNegative { return value }
    return value == .min ? nil : -value
  }

  /// Reads a float: digits with a point or an exponent, `NaN`, `[-]Infinity`, `[-]inf`, in any
  /// case.
  ///
  /// The nearest double is taken; a number past the range of doubles is nil.
  package static func parseFloat(_ utf8: Span<UInt8>) -> Double? {
    let range = trimmed(utf8)
    guard let parts = NumberParts(utf8, range) else { return parseSpecialFloat(utf8, range) }
    // Up to 2^53 over a power of ten that is exact in a double, the quotient is rounded once, hence
    // correctly (W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990).
    if parts.digits.count <= 16 {
      var mantissa = 0
      var digits = 0
      for index in parts.digits {
        guard let digit = digit(utf8[index]) else { continue }
        mantissa = mantissa * 10 + digit
        digits += 1
      }
      let power = digits - parts.pointPosition
      if mantissa <= 1 << 53, power >= 0, power < exactPowersOfTen.count {
        let magnitude = Double(mantissa) / exactPowersOfTen[power]
        return parts.isNegative ? -magnitude : magnitude
      }
    }
    let value = Double(string(utf8.extracting(range)))
    return value.flatMap { $0.isFinite ? $0 : nil }
  }

  package static func append(bool: Bool, to utf8: inout [UInt8]) {
    utf8.append(contentsOf: (bool ? "true" : "false").utf8)
  }

  package static func append(int: Int64, to utf8: inout [UInt8]) {
    if int < 0 { utf8.append(UInt8(ascii: "-")) }
    append(magnitude: int.magnitude, to: &utf8)
  }

  /// Appends a number of hundredths with both decimals: `35.79`, `-0.05`, `12.00`.
  package static func append(decimal hundredths: Int64, to utf8: inout [UInt8]) {
    if hundredths < 0 { utf8.append(UInt8(ascii: "-")) }
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    append(magnitude: whole, to: &utf8)
    utf8.append(UInt8(ascii: "."))
    append(padded: Int(rest), width: 2, to: &utf8)
  }

  /// Appends the shortest digits that read back as the same double.
  ///
  /// Whole numbers keep `.0`, so that a float is told from an int: `10.0`. From 2^54 and below
  /// 0.0001 an exponent is written: `1e+20`, `1e-05`. `NaN`, `Infinity` and `-Infinity` are spelled
  /// as in PostgreSQL.
  package static func append(float: Double, to utf8: inout [UInt8]) {
    if float.isNaN {
      utf8.append(contentsOf: "NaN".utf8)
    } else if float.isInfinite {
      utf8.append(contentsOf: (float < 0 ? "-Infinity" : "Infinity").utf8)
    } else {
      utf8.append(contentsOf: float.description.utf8)
    }
  }
}

extension ValueText {
  /// 10^0…10^22, the powers of ten that a double holds exactly.
  private static let exactPowersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  private static func parseSpecialFloat(_ utf8: Span<UInt8>, _ range: Range<Int>) -> Double? {
    if spells(utf8, range, "nan") { return .nan }
    var index = range.lowerBound
    let isNegative = takeSign(utf8, &index, before: range.upperBound)
    let word = index..<range.upperBound
    guard spells(utf8, word, "infinity") || spells(utf8, word, "inf") else { return nil }
    return isNegative ? -.infinity : .infinity
  }

  /// Steps over a sign and says whether it was a minus.
  static func takeSign(_ utf8: Span<UInt8>, _ index: inout Int, before end: Int) -> Bool {
    guard index < end else { return false }
    let isNegative = utf8[index] == UInt8(ascii: "-")
    if isNegative || utf8[index] == UInt8(ascii: "+") { index += 1 }
    return isNegative
  }

  /// Returns `value`, at most 0, with one digit more; nil on overflow.
  private static func appended(_ digit: Int, to value: Int64) -> Int64? {
    let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
    let (next, overflowToo) = shifted.subtractingReportingOverflow(Int64(digit))
    return overflow || overflowToo ? nil : next
  }

  static func append(magnitude: UInt64, to utf8: inout [UInt8]) {
    let start = utf8.count
    var rest = magnitude
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      utf8.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
      rest = quotient
    } while rest != 0
    utf8[start...].reverse()
  }
}

/// Finds sign, digits, point and exponent of a written number.
private struct NumberParts {
  var isNegative: Bool
  /// The positions of the digits, with the point among them.
  var digits: Range<Int>
  /// How many digits stand before the point once the exponent is applied; may be negative.
  var pointPosition: Int

  /// Returns nil where `range` spells no number.
  init?(_ utf8: Span<UInt8>, _ range: Range<Int>) {
    var index = range.lowerBound
    isNegative = ValueText.takeSign(utf8, &index, before: range.upperBound)
    let start = index
    var digitCount = 0
    var pointAfter: Int?
    while index < range.upperBound {
      if ValueText.digit(utf8[index]) != nil {
        digitCount += 1
      } else if utf8[index] == UInt8(ascii: "."), pointAfter == nil {
        pointAfter = digitCount
      } else {
        break
      }
      index += 1
    }
    guard digitCount > 0 else { return nil }
    digits = start..<index
    pointPosition = pointAfter ?? digitCount
    guard index < range.upperBound else { return }
    guard utf8[index] | 0x20 == UInt8(ascii: "e") else { return nil }
    index += 1
    let isSmall = ValueText.takeSign(utf8, &index, before: range.upperBound)
    guard index < range.upperBound else { return nil }
    var exponent = 0
    while index < range.upperBound {
      guard let digit = ValueText.digit(utf8[index]) else { return nil }
      // Any exponent past this is out of every range already.
      exponent = min(exponent * 10 + digit, 100_000)
      index += 1
    }
    pointPosition += isSmall ? -exponent : exponent
  }
}
