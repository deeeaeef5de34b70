import BQLColumnar

/// Reads numbers with marks between thousands: `1,234.56`, and with a comma for the point
/// `1.234,56` or `0,5`.
struct LocalNumber: Hashable, Sendable {
  /// The mark before the fraction; the other one of point and comma groups thousands.
  let mark: DecimalMark

  /// The digits of a number; `decimals` of them are behind the mark.
  private struct Digits {
    var isNegative = false
    var text: [UInt8] = []
    var decimals = 0
    var groups = 0
    var hasMark = false
  }

  /// Hundredths; nil for anything else than such a number with at most two decimals.
  func decimal(_ text: TextView, _ start: Int, _ end: Int) -> Int64? {
    guard var digits = digits(text, start, end) else { return nil }
    while digits.decimals > 2, digits.text.last == UInt8(ascii: "0") {
      digits.text.removeLast()
      digits.decimals -= 1
    }
    guard digits.decimals <= 2 else { return nil }
    var value: Int64 = 0
    for digit in digits.text + [UInt8](repeating: 48, count: 2 - digits.decimals) {
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(Int64(digit &- 48))
      if overflows || carries { return nil }
      value = sum
    }
    return digits.isNegative ? -value : value
  }

  func float(_ text: TextView, _ start: Int, _ end: Int) -> Double? {
    guard let digits = digits(text, start, end) else { return nil }
    var spelled = digits.text
    spelled.insert(UInt8(ascii: "."), at: spelled.count - digits.decimals)
    if spelled[0] == UInt8(ascii: ".") { spelled.insert(48, at: 0) }
    if spelled.last == UInt8(ascii: ".") { spelled.append(48) }
    guard let value = Double(String(decoding: spelled, as: UTF8.self)), value.isFinite else {
      return nil
    }
    return digits.isNegative ? -value : value
  }

  /// Says that a field is such a number and no other: `0,5` with a comma for the mark, `1,234.5`
  /// or `1,234,567` with a point.
  func isShown(by text: TextView, _ start: Int, _ end: Int) -> Bool {
    guard let digits = digits(text, start, end) else { return false }
    switch mark {
    case .comma:
      return digits.hasMark && (digits.groups > 0 || digits.decimals != 3) || digits.groups > 1
    case .point: return digits.groups > 0 && (digits.hasMark || digits.groups > 1)
    }
  }

  private func digits(_ text: TextView, _ start: Int, _ end: Int) -> Digits? {
    let markByte = UInt8(ascii: mark == .comma ? "," : ".")
    let groupByte = UInt8(ascii: mark == .comma ? "." : ",")
    var digits = Digits()
    var position = start
    if position < end, text[position] == UInt8(ascii: "-") {
      digits.isNegative = true
      position += 1
    }
    guard position < end, end - position <= 40 else { return nil }
    // Digits since the last mark.
    var run = 0
    for index in position..<end {
      let byte = text[index]
      if TimeText.isDigit(byte) {
        digits.text.append(byte)
        run += 1
        if digits.hasMark { digits.decimals += 1 }
      } else if byte == groupByte, !digits.hasMark {
        guard digits.groups == 0 ? (1...3).contains(run) : run == 3 else { return nil }
        digits.groups += 1
        run = 0
      } else if byte == markByte, !digits.hasMark {
        guard digits.groups == 0 || run == 3 else { return nil }
        digits.hasMark = true
        run = 0
      } else {
        return nil
      }
    }
    // A mark has digits behind it, and a last group three.
    guard run > 0, digits.groups == 0 || digits.hasMark || run == 3 else { return nil }
    // A zero in front of another digit makes a code, not a number.
    let wholeCount = digits.text.count - digits.decimals
    guard wholeCount < 2 || digits.text[0] != 48 else { return nil }
    return digits
  }
}
