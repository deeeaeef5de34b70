/// Reads a JSON document as RFC 8259 defines it: no comments, no trailing commas, no `NaN`.
package struct JSONReader {
  /// Bounds how deep arrays and objects nest unless a call says otherwise.
  package static let depthLimit = 256

  let bytes: [UInt8]
  var offset = 0
  private var depth: Int

  /// Reads the one document that the bytes hold.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8 without a byte order mark; any bytes are safe.
  ///   - depthLimit: The deepest nesting of arrays and objects that is read.
  /// - Returns: The document.
  /// - Throws: ``JSONError`` with the offset of the first byte that is wrong.
  /// - Complexity: O(*n*).
  package static func read(
    _ bytes: [UInt8],
    depthLimit: Int = depthLimit
  ) throws(JSONError) -> JSONValue {
    var reader = JSONReader(bytes: bytes, depth: depthLimit)
    let value = try reader.readValue()
    reader.skipBlanks()
    guard reader.offset == bytes.count else { throw reader.error(.trailingBytes) }
    return value
  }

  private init(bytes: [UInt8], depth: Int) {
    self.bytes = bytes
    self.depth = depth
  }

  /// The byte here; nil at the end.
  var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  func error(_ reason: JSONError.Reason) -> JSONError { JSONError(reason, at: offset) }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  private mutating func readValue() throws(JSONError) -> JSONValue {
    skipBlanks()
    guard let current else { throw error(.unexpectedEnd) }
    switch current {
    case UInt8(ascii: "{"): return .object(try readObject())
    case UInt8(ascii: "["): return .array(try readArray())
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try readWord("true", .bool(true))
    case UInt8(ascii: "f"): return try readWord("false", .bool(false))
    case UInt8(ascii: "n"): return try readWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
    default: throw error(.unexpectedByte)
    }
  }

  private mutating func readWord(
    _ word: String,
    _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    for byte in word.utf8 {
      guard let current else { throw error(.unexpectedEnd) }
      guard current == byte else { throw error(.unexpectedByte) }
      offset += 1
    }
    return value
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard let current else { throw error(.unexpectedEnd) }
    guard current == byte else { throw error(.unexpectedByte) }
    offset += 1
  }

  private mutating func descend() throws(JSONError) {
    guard depth > 0 else { throw error(.tooDeep) }
    depth -= 1
    offset += 1
    skipBlanks()
  }

  private mutating func readArray() throws(JSONError) -> [JSONValue] {
    try descend()
    var elements: [JSONValue] = []
    if current != UInt8(ascii: "]") {
      elements.append(try readValue())
      skipBlanks()
      while current == UInt8(ascii: ",") {
        offset += 1
        elements.append(try readValue())
        skipBlanks()
      }
    }
    try expect(UInt8(ascii: "]"))
    depth += 1
    return elements
  }

  private mutating func readObject() throws(JSONError) -> [JSONMember] {
    try descend()
    var members: [JSONMember] = []
    if current != UInt8(ascii: "}") {
      members.append(try readMember())
      while current == UInt8(ascii: ",") {
        offset += 1
        skipBlanks()
        members.append(try readMember())
      }
    }
    try expect(UInt8(ascii: "}"))
    depth += 1
    return members
  }

  private mutating func readMember() throws(JSONError) -> JSONMember {
    guard let current else { throw error(.unexpectedEnd) }
    guard current == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
    let name = try readString()
    skipBlanks()
    try expect(UInt8(ascii: ":"))
    let value = try readValue()
    skipBlanks()
    return JSONMember(name, value)
  }
}
