/// Describes a FlatBuffers table to be written: its fields by their places in the schema.
///
/// Fields that hold their default may be left out.
struct FlatTable {
  /// A field's value.
  indirect enum Value {
    case bool(Bool)
    case byte(UInt8)
    case short(Int16)
    case int(Int32)
    case long(Int64)
    case text(String)
    case table(FlatTable)
    case tables([FlatTable])
    /// A vector of structs or numbers of eight bytes' alignment; each takes `words` numbers.
    case structs([Int64], words: Int)
  }

  private(set) var fields: [(place: Int, value: Value)] = []

  init(_ fields: [(place: Int, value: Value)] = []) {
    self.fields = fields
  }

  /// Adds a field; each place at most once.
  mutating func set(_ place: Int, _ value: Value) {
    fields.append((place, value))
  }
}

/// Writes FlatBuffers front to back: each table before what it refers to.
struct FlatWriter {
  private(set) var bytes: [UInt8] = []

  /// Returns a buffer whose root is `table`.
  static func bytes(of table: FlatTable) -> [UInt8] {
    var writer = FlatWriter()
    writer.append(UInt32(0))
    let root = writer.append(table)
    writer.patch(at: 0, to: root)
    writer.pad(to: 8)
    return writer.bytes
  }

  /// Appends a table with all that it refers to and returns where it starts.
  private mutating func append(_ table: FlatTable) -> Int {
    let placeCount = (table.fields.map(\.place).max() ?? -1) + 1
    // The wide fields first: then each is aligned without gaps.
    let ordered = table.fields.sorted { ($0.value.width, $1.place) > ($1.value.width, $0.place) }
    var offsets = [Int](repeating: 0, count: placeCount)
    var end = 4
    for field in ordered {
      end = (end + field.value.width - 1) / field.value.width * field.value.width
      offsets[field.place] = end
      end += field.value.width
    }
    pad(to: 2)
    let vtable = bytes.count
    append(UInt16(truncatingIfNeeded: 4 + placeCount * 2))
    append(UInt16(truncatingIfNeeded: end))
    for offset in offsets { append(UInt16(truncatingIfNeeded: offset)) }
    pad(to: 8)
    let start = bytes.count
    append(UInt32(truncatingIfNeeded: start - vtable))
    bytes += [UInt8](repeating: 0, count: end - 4)
    for field in table.fields {
      write(field.value, at: start + offsets[field.place])
    }
    return start
  }

  private mutating func write(_ value: FlatTable.Value, at position: Int) {
    switch value {
    case .bool(let bool): put(bool ? UInt8(1) : 0, at: position)
    case .byte(let byte): put(byte, at: position)
    case .short(let short): put(short, at: position)
    case .int(let int): put(int, at: position)
    case .long(let long): put(long, at: position)
    case .text(let text):
      pad(to: 4)
      let utf8 = Array(text.utf8)
      patch(at: position, to: bytes.count)
      append(UInt32(truncatingIfNeeded: utf8.count))
      bytes += utf8
      bytes.append(0)
    case .table(let table): patch(at: position, to: append(table))
    case .tables(let tables):
      pad(to: 4)
      let start = bytes.count
      patch(at: position, to: start)
      append(UInt32(truncatingIfNeeded: tables.count))
      bytes += [UInt8](repeating: 0, count: tables.count * 4)
      for (index, table) in tables.enumerated() {
        patch(at: start + 4 + index * 4, to: append(table))
      }
    case .structs(let numbers, let words):
      // The numbers, behind a count of four bytes, start at a multiple of eight.
      while bytes.count % 8 != 4 { bytes.append(0) }
      patch(at: position, to: bytes.count)
      append(UInt32(truncatingIfNeeded: numbers.count / words))
      for number in numbers { append(number) }
    }
  }

  /// Makes the offset at `position` lead to `target`.
  private mutating func patch(at position: Int, to target: Int) {
    put(UInt32(truncatingIfNeeded: target - position), at: position)
  }

  private mutating func put<Number: FixedWidthInteger>(_ number: Number, at position: Int) {
    for index in 0..<MemoryLayout<Number>.size {
      bytes[position + index] = UInt8(truncatingIfNeeded: number >> Number(index * 8))
    }
  }

  private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    for index in 0..<MemoryLayout<Number>.size {
      bytes.append(UInt8(truncatingIfNeeded: number >> Number(index * 8)))
    }
  }

  private mutating func pad(to alignment: Int) {
    while bytes.count % alignment != 0 { bytes.append(0) }
  }
}

extension FlatTable.Value {
  /// Bytes that the value takes in its table, which is also what it is aligned to.
  fileprivate var width: Int {
    switch self {
    case .bool, .byte: 1
    case .short: 2
    case .int, .text, .table, .tables, .structs: 4
    case .long: 8
    }
  }
}
