/// Reads numbers as they are spelled in files: exact or not at all.
enum NumberText {
  /// The value of a field, or nil where it is spelled otherwise; `Int64.min` is out of range.
  ///
  /// Digits with an optional minus, without leading zeros (`00123` is a code, not a number) and
  /// without a plus.
  @inline(__always)
  static func int(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    let isNegative = text[start] == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    if text[first] == UInt8(ascii: "0"), isNegative || end - first != 1 { return nil }
    guard let magnitude = digits(text, first, end) else { return nil }
    return isNegative ? 0 &- magnitude : magnitude
  }

  /// A whole number that may be spelled `17850.0`, as spreadsheets and data frames with gaps do.
  static func paddedInt(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    if end - start > 2, text[end - 1] == UInt8(ascii: "0"), text[end - 2] == UInt8(ascii: ".") {
      return int(text, start, end - 2)
    }
    return int(text, start, end)
  }

  /// Hundredths of a number with at most two decimals; further ones must be zeros.
  @inline(__always)
  static func decimal(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    let length = end - start
    // Up to 99999.99, as most prices: the digits without their point are one word.
    if length > 3, length <= 8, text[end - 3] == UInt8(ascii: "."),
      text[start] != UInt8(ascii: "0") || length == 4
    {
      let word = text.word(end - 8)
      let joined = (word & 0xFF_FFFF_FFFF) << 8 | word & 0xFFFF_0000_0000_0000
      let before = UInt64.max &<< UInt64(truncatingIfNeeded: 8 * (9 - length))
      let digits = joined & before | 0x3030_3030_3030_3030 & ~before
      if areDigits(digits) { return value(digits) }
    }
    return anyDecimal(text, start, end)
  }

  /// ``decimal(_:_:_:)`` for every spelling.
  private static func anyDecimal(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    let isNegative = text[start] == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    let point = (first..<end).first { text[$0] == UInt8(ascii: ".") } ?? end
    if point - first > 1, text[first] == UInt8(ascii: "0") { return nil }
    var decimals = end > point ? end - point - 1 : 0
    // A point stands between digits, or before them.
    if end > point, decimals == 0 { return nil }
    if point == first, decimals == 0 { return nil }
    while decimals > 2, text[point + decimals] == UInt8(ascii: "0") { decimals -= 1 }
    guard decimals <= 2 else { return nil }
    var value: Int64 = 0
    if point > first {
      guard let whole = digits(text, first, point) else { return nil }
      let (product, overflows) = whole.multipliedReportingOverflow(by: 100)
      if overflows { return nil }
      value = product
    }
    if decimals > 0 {
      guard let fraction = digits(text, point + 1, point + 1 + decimals) else { return nil }
      let (sum, overflows) = value.addingReportingOverflow(decimals == 1 ? fraction * 10 : fraction)
      if overflows { return nil }
      value = sum
    }
    return isNegative ? 0 &- value : value
  }

  /// The value of 1 to 19 digits; nil for anything else and above `Int64.max`.
  @inline(__always)
  static func digits(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    let length = end - start
    if length <= 8 {
      guard length > 0 else { return nil }
      let word = leading(text, start, length)
      return areDigits(word) ? value(word) : nil
    }
    let low = text.word(end - 8)
    if length <= 16 {
      let high = leading(text, start, length - 8)
      guard areDigits(low), areDigits(high) else { return nil }
      return value(high) &* 100_000_000 &+ value(low)
    }
    guard length <= 19 else { return nil }
    let middle = text.word(end - 16)
    let high = leading(text, start, length - 16)
    guard areDigits(low), areDigits(middle), areDigits(high) else { return nil }
    let tail = value(middle) &* 100_000_000 &+ value(low)
    let (head, overflows) = value(high).multipliedReportingOverflow(by: 10_000_000_000_000_000)
    let (sum, carries) = head.addingReportingOverflow(tail)
    return overflows || carries ? nil : sum
  }

  /// The first `length` (1…8) bytes from `start` as eight digits, zeros in front.
  @inline(__always)
  private static func leading(_ text: TextView, _ start: Int, _ length: Int) -> UInt64 {
    let missing = UInt64(truncatingIfNeeded: 64 - 8 * length)
    // Shifted in two steps: all eight bytes missing would be a shift by the word's width.
    let zeros = ((0x3030_3030_3030_3030 as UInt64) &>> (63 &- missing)) &>> 1
    return text.word(start) &<< missing | zeros
  }

  @inline(__always)
  private static func areDigits(_ word: UInt64) -> Bool {
    let high = word & 0xF0F0_F0F0_F0F0_F0F0
    let carried = (word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0
    return high | carried >> 4 == 0x3333_3333_3333_3333
  }

  /// The number that eight digits spell, the first one in the lowest byte.
  @inline(__always)
  private static func value(_ word: UInt64) -> Int64 {
    var pairs = word &- 0x3030_3030_3030_3030
    pairs = pairs &* 10 &+ pairs >> 8
    let high = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let low = (pairs >> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return Int64(truncatingIfNeeded: (high &+ low) >> 32)
  }

  /// The nearest double of a number in decimal notation, with or without an exponent.
  ///
  /// Exact powers of ten make short numbers fast (Clinger's condition); the rest go through the
  /// standard library. `nan`, `inf` and hexadecimal spellings are no numbers.
  static func float(_ text: TextView, _ start: Int, _ end: Int) -> Double? {
    var mantissa: UInt64 = 0
    var digitCount = 0
    var scale = 0
    var position = start
    var seenPoint = false
    let isNegative = text[start] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    // A zero in front of another digit makes a code, not a number.
    if text[position] == UInt8(ascii: "0"), position + 1 < end, isDigit(text[position + 1]) {
      return nil
    }
    while position < end {
      let byte = text[position]
      if byte == UInt8(ascii: "."), !seenPoint {
        seenPoint = true
      } else if isDigit(byte) {
        digitCount += 1
        if digitCount < 20 { mantissa = mantissa &* 10 &+ UInt64(byte &- UInt8(ascii: "0")) }
        if seenPoint { scale += 1 }
      } else {
        break
      }
      position += 1
    }
    guard digitCount > 0 else { return nil }
    // A long whole number is an id, whose digits a double would lose.
    if position == end, !seenPoint, digitCount > 15, digitCount > 18 || mantissa > 1 << 53 {
      return nil
    }
    if position == end, digitCount < 16, scale <= 22 {
      let value = Double(mantissa) / powersOfTen[scale]
      return isNegative ? -value : value
    }
    if position < end {
      // What is left must be an exponent.
      guard text[position] | 0x20 == UInt8(ascii: "e"), isExponent(text, position + 1, end) else {
        return nil
      }
    }
    guard let value = Double(text.text(start..<end)), value.isFinite else { return nil }
    return value
  }

  /// Says whether a field is spelled like `2.05301E+18`.
  static func isScientific(_ text: TextView, _ start: Int, _ end: Int) -> Bool {
    guard end - start > 2, end - start < 32, isDigit(text[start]) else { return false }
    var mark = start
    var points = 0
    while mark < end, isDigit(text[mark]) || text[mark] == UInt8(ascii: ".") {
      if !isDigit(text[mark]) { points += 1 }
      mark += 1
    }
    guard mark < end, points < 2, text[mark] | 0x20 == UInt8(ascii: "e") else { return false }
    let first = mark + 1 < end && text[mark + 1] == UInt8(ascii: "+") ? mark + 2 : mark + 1
    return first < end && end - first < 4 && (first..<end).allSatisfy { isDigit(text[$0]) }
  }

  private static func isExponent(_ text: TextView, _ start: Int, _ end: Int) -> Bool {
    var first = start
    if first < end, text[first] == UInt8(ascii: "-") || text[first] == UInt8(ascii: "+") {
      first += 1
    }
    guard first < end, end - first <= 4 else { return false }
    return (first..<end).allSatisfy { isDigit(text[$0]) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// `true` or `false`, in lower, upper or title case.
  static func bool(_ text: TextView, _ start: Int, _ end: Int) -> Bool? {
    switch text.text(start..<min(end, start + 6)) {
    case "true", "True", "TRUE": true
    case "false", "False", "FALSE": false
    default: nil
    }
  }
}
