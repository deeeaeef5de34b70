extension JSONReader {
  /// Reads a number; one without point and exponent stays exact where it fits `Int64`.
  mutating func readNumber() throws(JSONError) -> JSONValue {
    let start = offset
    if current == UInt8(ascii: "-") { offset += 1 }
    let firstDigit = offset
    try readDigits()
    if bytes[firstDigit] == UInt8(ascii: "0"), offset > firstDigit + 1 {
      offset = firstDigit
      throw error(.badNumber)
    }
    var isInteger = true
    if current == UInt8(ascii: ".") {
      isInteger = false
      offset += 1
      try readDigits()
    }
    if let byte = current, byte | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      offset += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { offset += 1 }
      try readDigits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    // `-0` is a float's zero: as an integer it would lose its sign.
    if isInteger, text != "-0", let value = Int64(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      offset = start
      throw error(.numberTooLarge)
    }
    return .number(value)
  }

  private mutating func readDigits() throws(JSONError) {
    let start = offset
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      offset += 1
    }
    guard offset > start else { throw error(current == nil ? .unexpectedEnd : .badNumber) }
  }
}
