import BQLArrow
import BQLColumnar
import Testing

/// Reads the types of other writers.
struct ArrowTypeTests {
  /// Writes one batch of one column and reads it as a column of ours.
  static func read(
    _ type: ArrowType,
    _ array: ArrowArray,
    index: ArrowDictionaryEncoding? = nil,
    dictionaries: [(array: ArrowArray, isDelta: Bool)] = []
  ) throws(ArrowError) -> (type: DataType, cells: [Value], notes: [String]) {
    var bytes: [UInt8] = []
    let schema = ArrowSchema([ArrowField("x", type, dictionary: index)])
    let writer = ArrowWriter<Never>(.file, schema: schema) { bytes.append(copying: $0) }
    for part in dictionaries {
      writer.writeDictionary(id: index?.id ?? 0, part.array, isDelta: part.isDelta)
    }
    writer.writeBatch(rowCount: array.count, [array])
    writer.finish()
    let (relation, notes) = try ArrowReader(MemoryRegion.holding(bytes)).relation()
    return (relation.schema[0].type, relation.rows.map { $0[0] }, notes)
  }

  static func numbers<Number: BitwiseCopyable & Sendable>(_ numbers: [Number]) -> ArrowArray {
    ArrowArray(Buffer(numbers), validity: nil)
  }

  @Test func integersOfEveryWidth() throws {
    #expect(
      try Self.read(.int(bits: 8, isSigned: true), Self.numbers([Int8(-5)])).cells == [.int(-5)]
    )
    #expect(
      try Self.read(.int(bits: 8, isSigned: false), Self.numbers([UInt8(200)])).cells == [.int(200)]
    )
    #expect(
      try Self.read(.int(bits: 16, isSigned: true), Self.numbers([Int16(-300)])).cells == [
        .int(-300)
      ]
    )
    #expect(
      try Self.read(.int(bits: 16, isSigned: false), Self.numbers([UInt16.max])).cells == [
        .int(65_535)
      ]
    )
    #expect(
      try Self.read(.int(bits: 32, isSigned: true), Self.numbers([Int32.min])).cells == [
        .int(-2_147_483_648)
      ]
    )
    #expect(
      try Self.read(.int(bits: 32, isSigned: false), Self.numbers([UInt32.max])).cells == [
        .int(4_294_967_295)
      ]
    )
    #expect(
      try Self.read(.int(bits: 64, isSigned: false), Self.numbers([UInt64(1) << 63 - 1])).cells == [
        .int(.max)
      ]
    )
    #expect(
      throws: ArrowError.unfitValue(
        column: "x",
        row: 2,
        reason: "it is past 9,223,372,036,854,775,807"
      )
    ) {
      try Self.read(.int(bits: 64, isSigned: false), Self.numbers([1, UInt64(1) << 63]))
    }
  }

  @Test func floatsOfEveryWidth() throws {
    #expect(try Self.read(.float(bits: 32), Self.numbers([Float(0.5)])).cells == [.float(0.5)])
    #expect(try Self.read(.float(bits: 16), Self.numbers([UInt16(0x3E00)])).cells == [.float(1.5)])
    #expect(try Self.read(.float(bits: 64), Self.numbers([0.1])).cells == [.float(0.1)])
  }

  @Test func timesOfEveryUnit() throws {
    for (unit, second) in [
      (ArrowType.TimeUnit.second, Int64(1)), (.millisecond, 1_000), (.microsecond, 1_000_000),
      (.nanosecond, 1_000_000_000),
    ] {
      let array = Self.numbers([7 * second, -second])
      let read = try Self.read(.timestamp(unit, zone: "Europe/Berlin"), array)
      #expect(read.cells == [.timestamp(7_000_000), .timestamp(-1_000_000)])
      #expect(read.notes == [])
      #expect(try Self.read(.timestamp(unit, zone: nil), array).cells == read.cells)
      #expect(
        try Self.read(.duration(unit), array).cells == [
          .interval(7_000_000), .interval(-1_000_000),
        ]
      )
    }
    #expect(try Self.read(.date32, Self.numbers([Int32(18_170)])).cells == [.date(18_170)])
    #expect(
      try Self.read(.date64, Self.numbers([Int64(18_170 * 86_400_000)])).cells == [.date(18_170)]
    )
    #expect(
      try Self.read(.time(.second), Self.numbers([Int32(61)])).cells == [.interval(61_000_000)]
    )
    #expect(
      try Self.read(.time(.nanosecond), Self.numbers([Int64(61_000)])).cells == [.interval(61)]
    )
    #expect(throws: ArrowError.self) {
      try Self.read(.timestamp(.second, zone: nil), Self.numbers([Int64.max]))
    }
    #expect(throws: ArrowError.self) { try Self.read(.date32, Self.numbers([Int32.max])) }
  }

  @Test func roundsNanosecondsAndSaysSo() throws {
    let array = Self.numbers([Int64(1_499), 1_500, -1, -501, 2_000])
    let read = try Self.read(.timestamp(.nanosecond, zone: nil), array)
    #expect(read.cells == [1, 2, 0, -1, 2].map { .timestamp($0) })
    #expect(read.notes == ["x: 4 values were rounded to microseconds"])
  }

  @Test func intervals() throws {
    let days = Self.numbers([Int32(2), 1_500]).with(count: 1)
    #expect(
      try Self.read(.interval(.dayTime), days).cells == [.interval(2 * 86_400_000_000 + 1_500_000)]
    )
    let nanoseconds = Self.numbers([Int32(0), 1, 2_000, 0]).with(count: 1)
    #expect(
      try Self.read(.interval(.monthDayNano), nanoseconds).cells == [.interval(86_400_000_002)]
    )
    #expect(throws: ArrowError.self) {
      try Self.read(.interval(.monthDayNano), Self.numbers([Int32(1), 0, 0, 0]).with(count: 1))
    }
    #expect(throws: ArrowError.self) {
      try Self.read(.interval(.monthDayNano), Self.numbers([Int32(0), .max, 0, 0]).with(count: 1))
    }
  }

  @Test func decimals() throws {
    func wide(_ low: Int64, _ high: Int64) -> ArrowArray {
      Self.numbers([low, high]).with(count: 1)
    }
    let cents = ArrowType.decimal(precision: 10, scale: 2, bits: 128)
    #expect(try Self.read(cents, wide(-345, -1)).cells == [.decimal(-345)])
    #expect(throws: ArrowError.self) { try Self.read(cents, wide(0, 1)) }
    let tenths = ArrowType.decimal(precision: 10, scale: 1, bits: 128)
    #expect(try Self.read(tenths, wide(12, 0)).cells == [.decimal(120)])
    let thousands = ArrowType.decimal(precision: 5, scale: -3, bits: 64)
    #expect(try Self.read(thousands, Self.numbers([Int64(12)])).cells == [.int(12_000)])
    let fine = ArrowType.decimal(precision: 38, scale: 4, bits: 128)
    let read = try Self.read(fine, wide(123_456, 0))
    #expect(read.cells == [.float(12.3456)])
    #expect(read.notes.count == 1)
    // 2^64 and -2^64 in ten-thousandths.
    #expect(try Self.read(fine, wide(0, 1)).cells == [.float(1_844_674_407_370_955.1616)])
    #expect(try Self.read(fine, wide(0, -1)).cells == [.float(-1_844_674_407_370_955.1616)])
    #expect(
      try Self.read(.decimal(precision: 9, scale: 2, bits: 32), Self.numbers([Int32(7)])).cells == [
        .decimal(7)
      ]
    )
  }

  @Test func texts() throws {
    let bytes = ArrowBytes.uint8s(Array("abcde".utf8))
    let large = ArrowArray(count: 2, buffers: [.int64s([0, 2, 5]), bytes])
    #expect(try Self.read(.utf8(isLarge: true), large).cells == [.text("ab"), .text("cde")])
    let small = ArrowArray(count: 2, buffers: [.int32s([1, 1, 3]), bytes])
    #expect(try Self.read(.binary(isLarge: false), small).cells == [.text(""), .text("bc")])
    for offsets in [[0, 6, 6], [2, 1, 3], [-1, 0, 1]] as [[Int32]] {
      let bad = ArrowArray(count: 2, buffers: [.int32s(offsets), bytes])
      #expect(throws: ArrowError.self) { try Self.read(.utf8(isLarge: false), bad) }
    }
    let uuid = ArrowArray(count: 1, buffers: [.uint8s((0..<16).map { $0 * 17 })])
    #expect(
      try Self.read(.fixedSizeBinary(byteWidth: 16), uuid).cells
        == [.text("00112233-4455-6677-8899-aabbccddeeff")]
    )
    #expect(throws: ArrowError.self) {
      try Self.read(.fixedSizeBinary(byteWidth: 4), Self.numbers([Int32(1)]))
    }
    let nulls = ArrowArray(count: 3, nullCount: 3, buffers: [])
    #expect(try Self.read(.null, nulls).cells == [.null, .null, .null])
  }

  @Test func views() throws {
    let long = "a text of more than twelve bytes"
    var views: [UInt8] = [2, 0, 0, 0, 0x68, 0x69] + [UInt8](repeating: 0, count: 10)
    views +=
      [UInt8(long.utf8.count), 0, 0, 0] + Array(long.utf8.prefix(4)) + [0, 0, 0, 0, 3, 0, 0, 0]
    let data = ArrowBytes.uint8s(Array("xyz".utf8) + Array(long.utf8))
    let array = ArrowArray(count: 2, buffers: [.uint8s(views), data])
    #expect(try Self.read(.utf8View, array).cells == [.text("hi"), .text(long)])
    views[16 + 12] = 4
    let outside = ArrowArray(count: 2, buffers: [.uint8s(views), data])
    #expect(throws: ArrowError.self) { try Self.read(.utf8View, outside) }
  }

  @Test func dictionariesOfEveryWidth() throws {
    let entries = ArrowArray(count: 2, buffers: [.int32s([0, 1, 2]), .uint8s(Array("ab".utf8))])
    let cells: [Value] = [.text("b"), .text("a")]
    func check(_ array: ArrowArray, _ bits: Int, _ isSigned: Bool) throws {
      let index = ArrowDictionaryEncoding(
        id: 3,
        indexBits: bits,
        isSigned: isSigned,
        isOrdered: true
      )
      let read = try Self.read(
        .utf8(isLarge: false),
        array,
        index: index,
        dictionaries: [(entries, false)]
      )
      #expect(read.cells == cells)
    }
    try check(Self.numbers([Int8(1), 0]), 8, true)
    try check(Self.numbers([UInt8(1), 0]), 8, false)
    try check(Self.numbers([Int16(1), 0]), 16, true)
    try check(Self.numbers([UInt16(1), 0]), 16, false)
    try check(Self.numbers([Int32(1), 0]), 32, true)
    try check(Self.numbers([UInt32(1), 0]), 32, false)
    try check(Self.numbers([Int64(1), 0]), 64, true)
    try check(Self.numbers([UInt64(1), 0]), 64, false)
    for place in [Int32(2), -1] {
      #expect(throws: ArrowError.self) { try check(Self.numbers([place, 0]), 32, true) }
    }
  }

  @Test func dictionariesOfOtherThings() throws {
    let index = ArrowDictionaryEncoding(id: 0, indexBits: 8)
    var valid = Bitmap(repeating: true, count: 2)
    valid[1] = false
    let entries = ArrowArray(Buffer([Int64(10), 0]), validity: valid)
    let more = Self.numbers([Int64(30)])
    let read = try Self.read(
      .int(bits: 64, isSigned: true),
      Self.numbers([Int8(2), 1, 0]),
      index: index,
      dictionaries: [(entries, false), (more, true)]
    )
    #expect(read.cells == [.int(30), .null, .int(10)])
  }

  @Test func dictionariesThatGrowAndChange() throws {
    var bytes: [UInt8] = []
    let encoding = ArrowDictionaryEncoding(id: 0, indexBits: 8)
    let schema = ArrowSchema([ArrowField("x", .utf8(isLarge: false), dictionary: encoding)])
    let writer = ArrowWriter<Never>(.stream, schema: schema) { bytes.append(copying: $0) }
    func entry(_ text: String) -> ArrowArray {
      let utf8 = Array(text.utf8)
      return ArrowArray(count: 1, buffers: [.int32s([0, Int32(utf8.count)]), .uint8s(utf8)])
    }
    writer.writeDictionary(id: 0, entry("one"))
    writer.writeBatch(rowCount: 1, [Self.numbers([Int8(0)])])
    writer.writeDictionary(id: 0, entry("two"), isDelta: true)
    writer.writeBatch(rowCount: 2, [Self.numbers([Int8(1), 0])])
    writer.writeDictionary(id: 0, entry("three"))
    writer.writeBatch(rowCount: 1, [Self.numbers([Int8(0)])])
    writer.finish()
    let relation = try ArrowRelationTests.read(bytes)
    #expect(relation.rows == [[.text("one")], [.text("two")], [.text("one")], [.text("three")]])
  }
}

extension ArrowArray {
  /// The same buffers as another number of rows.
  func with(count: Int) -> ArrowArray { ArrowArray(count: count, buffers: buffers) }
}
