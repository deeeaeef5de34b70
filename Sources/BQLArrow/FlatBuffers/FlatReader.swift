/// Reads a FlatBuffers table from bytes that nobody vouches for: every offset and length is checked
/// before it is followed.
///
/// Nothing recurses: tables inside tables are asked for one by one.
struct FlatReader: Sendable {
  private let bytes: [UInt8]
  private let start: Int
  private let vtable: Int
  private let placeCount: Int
  private let byteCount: Int

  /// Reads the root table of a buffer.
  init(root bytes: [UInt8]) throws(ArrowError) {
    guard let offset = Self.number(UInt32.self, in: bytes, at: 0) else { throw Self.cutOff }
    try self.init(bytes, at: Int(offset))
  }

  private init(_ bytes: [UInt8], at start: Int) throws(ArrowError) {
    guard let back = Self.number(Int32.self, in: bytes, at: start) else { throw Self.cutOff }
    let vtable = start - Int(back)
    guard let length = Self.number(UInt16.self, in: bytes, at: vtable),
      let byteCount = Self.number(UInt16.self, in: bytes, at: vtable + 2),
      length >= 4, length % 2 == 0, byteCount >= 4, Int(length) <= bytes.count - vtable,
      Int(byteCount) <= bytes.count - start
    else { throw Self.cutOff }
    self.bytes = bytes
    self.start = start
    self.vtable = vtable
    self.byteCount = Int(byteCount)
    placeCount = (Int(length) - 4) / 2
  }

  private static let cutOff = ArrowError.damaged(reason: "its metadata lead outside of it")

  /// Reads a number; nil where it does not lie inside the bytes.
  private static func number<Number: FixedWidthInteger>(
    _ type: Number.Type,
    in bytes: [UInt8],
    at position: Int
  ) -> Number? {
    let size = MemoryLayout<Number>.size
    guard position >= 0, bytes.count >= size, position <= bytes.count - size else { return nil }
    var number: Number = 0
    for index in 0..<size {
      number |= Number(truncatingIfNeeded: bytes[position + index]) << Number(index * 8)
    }
    return number
  }

  /// Where the field at `place` stands; nil where it is left out.
  private func position(_ place: Int, byteCount size: Int) throws(ArrowError) -> Int? {
    guard place < placeCount else { return nil }
    guard let offset = Self.number(UInt16.self, in: bytes, at: vtable + 4 + place * 2) else {
      throw Self.cutOff
    }
    if offset == 0 { return nil }
    guard Int(offset) >= 4, Int(offset) + size <= byteCount else { throw Self.cutOff }
    return start + Int(offset)
  }

  /// Returns the number at `place`, or `fallback` where it is left out.
  func number<Number: FixedWidthInteger>(
    _ place: Int,
    default fallback: Number
  ) throws(ArrowError) -> Number {
    guard let position = try position(place, byteCount: MemoryLayout<Number>.size) else {
      return fallback
    }
    guard let number = Self.number(Number.self, in: bytes, at: position) else { throw Self.cutOff }
    return number
  }

  /// Returns the truth value at `place`, or `fallback` where it is left out.
  func bool(_ place: Int, default fallback: Bool = false) throws(ArrowError) -> Bool {
    try number(place, default: fallback ? UInt8(1) : 0) != 0
  }

  /// Where the field at `place` leads to; nil where it is left out.
  private func target(_ place: Int) throws(ArrowError) -> Int? {
    guard let position = try position(place, byteCount: 4) else { return nil }
    return try target(at: position)
  }

  private func target(at position: Int) throws(ArrowError) -> Int {
    guard let offset = Self.number(UInt32.self, in: bytes, at: position), offset > 0 else {
      throw Self.cutOff
    }
    return position + Int(offset)
  }

  /// Returns the table at `place`; nil where it is left out.
  func table(_ place: Int) throws(ArrowError) -> FlatReader? {
    guard let target = try target(place) else { return nil }
    return try FlatReader(bytes, at: target)
  }

  /// Returns the text at `place`, whose bytes `budget` must allow; nil where it is left out.
  func text(_ place: Int, budget: inout FlatBudget) throws(ArrowError) -> String? {
    guard let target = try target(place) else { return nil }
    let range = try elements(at: target, width: 1)
    try budget.take(range.count)
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// Returns the tables of the vector at `place`; none where it is left out.
  func tables(_ place: Int, budget: inout FlatBudget) throws(ArrowError) -> [FlatReader] {
    guard let target = try target(place) else { return [] }
    let range = try elements(at: target, width: 4)
    try budget.take(range.count)
    var tables: [FlatReader] = []
    for position in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
      tables.append(try FlatReader(bytes, at: try self.target(at: position)))
    }
    return tables
  }

  /// Returns the vector of structs at `place` as numbers of eight bytes, `words` a struct.
  func words(_ place: Int, words: Int) throws(ArrowError) -> [Int64] {
    guard let target = try target(place) else { return [] }
    let range = try elements(at: target, width: words * 8)
    return try stride(from: range.lowerBound, to: range.upperBound, by: 8).map {
      position throws(ArrowError) in
      guard let number = Self.number(Int64.self, in: bytes, at: position) else {
        throw Self.cutOff
      }
      return number
    }
  }

  /// Where the elements of the vector at `target` stand.
  private func elements(at target: Int, width: Int) throws(ArrowError) -> Range<Int> {
    guard let count = Self.number(UInt32.self, in: bytes, at: target) else { throw Self.cutOff }
    let first = target + 4
    guard Int(count) <= (bytes.count - first) / width else { throw Self.cutOff }
    return first..<first + Int(count) * width
  }
}

/// Bounds what is made of metadata whose parts may all lead to the same large text.
struct FlatBudget {
  private var left: Int

  /// Allows a few times the metadata's own size.
  init(byteCount: Int) {
    left = 4 * byteCount + 4_096
  }

  mutating func take(_ byteCount: Int) throws(ArrowError) {
    left -= byteCount
    guard left >= 0 else { throw .damaged(reason: "its metadata repeat themselves without end") }
  }
}
