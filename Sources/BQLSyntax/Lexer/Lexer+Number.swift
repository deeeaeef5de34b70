extension Lexer {
  /// Reads `1`, `1_000`, `2.5`, `1e6` and, with a unit, `30s`.
  mutating func lexNumber() {
    let start = offset
    var digits = ""
    var isExact = readDigits(into: &digits)
    var isInteger = true
    // `2..10` is a range of two numbers.
    if peek() == UInt8(ascii: "."), peek(1) != UInt8(ascii: ".") {
      isInteger = false
      offset += 1
      digits = digits.isEmpty ? "0." : digits + "."
      let before = digits.utf8.count
      if isDigit(peek()) { isExact = readDigits(into: &digits) && isExact }
      if digits.utf8.count == before { digits += "0" }
    }
    let exponentLength = exponentSignLength()
    if exponentLength > 0 {
      isInteger = false
      digits += string(offset, offset + exponentLength)
      offset += exponentLength
      isExact = readDigits(into: &digits) && isExact
    }
    let unitStart = offset
    while wordPartLength(at: offset) > 0 {
      offset += wordPartLength(at: offset)
    }
    let unit = string(unitStart, offset)
    let range = SourceRange(start, offset)
    guard isExact, !unit.hasPrefix("_") else {
      report(
        .badNumber,
        "malformed number '\(string(start, offset))'",
        range,
        hints: ["'_' stands between two digits: 1_000"]
      )
      append(.invalid, from: start)
      return
    }
    if !unit.isEmpty {
      lexDuration(digits, unit, range)
    } else if isInteger, let value = Int64(digits) {
      append(.int(value), from: start)
    } else {
      append(.number(digits), from: start)
    }
  }

  /// Returns the length of `e`, `e+` or `e-` if a digit follows, else 0.
  private func exponentSignLength() -> Int {
    guard peek() | 0x20 == UInt8(ascii: "e") else { return 0 }
    if isDigit(peek(1)) { return 1 }
    let isSigned = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
    return isSigned && isDigit(peek(2)) ? 2 : 0
  }

  /// Appends the digits here without `_`; false where a `_` does not stand between two digits.
  private mutating func readDigits(into digits: inout String) -> Bool {
    while true {
      let byte = peek()
      if isDigit(byte) {
        digits.unicodeScalars.append(Unicode.Scalar(byte))
      } else if byte == UInt8(ascii: "_") {
        guard isDigit(peek(1)), offset > 0, isDigit(bytes[offset - 1]) else { return false }
      } else {
        return true
      }
      offset += 1
    }
  }

  private mutating func lexDuration(_ digits: String, _ unit: String, _ range: SourceRange) {
    guard let spanUnit = DurationUnit(suffix: unit) else {
      reportUnit(digits, unit, range)
      append(.invalid, from: range.start)
      return
    }
    guard let duration = spanUnit.duration(digits) else {
      report(
        .badDuration,
        "'\(string(range.start, range.end))' is no exact span of time",
        range,
        hints: ["a span is a whole number of microseconds, up to 292,000 years"]
      )
      append(.invalid, from: range.start)
      return
    }
    append(.duration(duration), from: range.start)
  }

  private mutating func reportUnit(_ digits: String, _ unit: String, _ range: SourceRange) {
    let written = string(range.start, range.end)
    let units = "the units are s, m (minute), h, d and w; or with a blank: 7 DAYS, 3 MONTHS"
    if let long = DurationUnit(name: unit) {
      report(
        .badDuration,
        "unknown unit '\(unit)' in '\(written)'",
        range,
        hints: ["did you mean '\(digits) \(long.rawValue)S'?"]
      )
    } else if unit.utf8.count <= 3 {
      report(.badDuration, "unknown unit '\(unit)' in '\(written)'", range, hints: [units])
    } else {
      report(
        .badNumber,
        "malformed number '\(written)'",
        range,
        hints: ["a name that starts with a digit is written in double quotes: \"\(written)\""]
      )
    }
  }
}
