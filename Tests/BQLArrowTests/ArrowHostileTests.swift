import BQLArrow
import BQLColumnar
import BQLTestSupport
import Glibc
import Testing

/// Reads bytes that nobody vouches for: an error or a table comes of them, never a trap.
///
/// `ARROW_CASES=1000000` draws more changes.
struct ArrowHostileTests {
  /// Small data of many types: ours, and a dictionary with a delta, views and decimals.
  static func samples() -> [[UInt8]] {
    var draw = SeededGenerator(seed: 99)
    let schema = Schema(DataType.allCases.map { Field("\($0)", $0) })
    let rows = (0..<9).map { _ in
      schema.fields.map { draw.chance(20) ? Value.null : RandomTables.value($0.type, &draw) }
    }
    let relation = Relation(schema: schema, rows: rows)
    return [.file, .stream].flatMap { framing in
      [ArrowRelationTests.bytes(relation, framing), foreign(framing)]
    }
  }

  /// Types that only others write.
  private static func foreign(_ framing: ArrowFraming) -> [UInt8] {
    var bytes: [UInt8] = []
    let schema = ArrowSchema(
      [
        ArrowField("v", .utf8View),
        ArrowField("u", .fixedSizeBinary(byteWidth: 16)),
        ArrowField("d", .decimal(precision: 38, scale: 4, bits: 128)),
        ArrowField("n", .null),
        ArrowField("m", .interval(.monthDayNano)),
        ArrowField(
          "k",
          .int(bits: 16, isSigned: true),
          dictionary: ArrowDictionaryEncoding(id: 1, indexBits: 8, isSigned: false)
        ),
      ],
      metadata: [ArrowNote("key", "value")]
    )
    let writer = ArrowWriter<Never>(framing, schema: schema) { bytes.append(copying: $0) }
    writer.writeDictionary(id: 1, ArrowTypeTests.numbers([Int16(5), 6]))
    writer.writeDictionary(id: 1, ArrowTypeTests.numbers([Int16(7)]), isDelta: true)
    let views: [UInt8] =
      [2, 0, 0, 0, 0x68, 0x69] + [UInt8](repeating: 0, count: 10)
      + [13, 0, 0, 0, 0x78, 0x78, 0x78, 0x78, 0, 0, 0, 0, 1, 0, 0, 0]
    let text = ArrowBytes.uint8s([UInt8](repeating: 0x78, count: 20))
    writer.writeBatch(
      rowCount: 2,
      [
        ArrowArray(count: 2, buffers: [.uint8s(views), text]),
        ArrowArray(count: 2, buffers: [.uint64s([1, 2, 3, 4])]),
        ArrowArray(count: 2, buffers: [.int64s([1, 0, 2, 9])]),
        ArrowArray(count: 2, nullCount: 2, buffers: []),
        ArrowArray(count: 2, buffers: [.int32s([0, 1, 5, 0, 0, 0, 9, 9])]),
        ArrowTypeTests.numbers([UInt8(2), 0]),
      ]
    )
    writer.finish()
    return bytes
  }

  private static func tryToRead(_ bytes: [UInt8]) -> Bool {
    guard let relation = try? ArrowRelationTests.read(bytes, threads: 1) else { return false }
    // Every cell can be looked at.
    return relation.rows.count == relation.rowCount
  }

  @Test func samplesAreSound() {
    for sample in Self.samples() { #expect(Self.tryToRead(sample)) }
  }

  @Test func everyTruncation() {
    for sample in Self.samples() {
      let isFile = sample.starts(with: Array("ARROW1".utf8))
      for count in 0..<sample.count {
        let isRead = Self.tryToRead(Array(sample[..<count]))
        if isFile { #expect(!isRead, "cut to \(count) bytes") }
      }
    }
  }

  @Test func everyByteChanged() {
    for sample in Self.samples() {
      for place in sample.indices {
        for byte in [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8] where sample[place] != byte {
          var changed = sample
          changed[place] = byte
          _ = Self.tryToRead(changed)
        }
      }
    }
  }

  @Test func randomChanges() {
    let samples = Self.samples()
    let count = getenvInt("ARROW_CASES") ?? 20_000
    var draw = SeededGenerator(seed: 31)
    for _ in 0..<count {
      var changed = samples.randomElement(using: &draw) ?? []
      for _ in 0..<Int.random(in: 1...6, using: &draw) {
        let place = Int.random(in: changed.indices, using: &draw)
        changed[place] ^= 1 << UInt8.random(in: 0...7, using: &draw)
      }
      _ = Self.tryToRead(changed)
    }
  }

  @Test func randomBytes() {
    var draw = SeededGenerator(seed: 8)
    for _ in 0..<5_000 {
      let head: [UInt8] =
        draw.chance(50) ? Array("ARROW1\0\0".utf8) : [0xFF, 0xFF, 0xFF, 0xFF, 64, 0, 0, 0]
      let bytes = (0..<Int.random(in: 0...200, using: &draw)).map { _ in
        UInt8.random(in: 0...255, using: &draw)
      }
      _ = Self.tryToRead(head + bytes)
      _ = Self.tryToRead(head + bytes + [UInt8](repeating: 0, count: 3) + Array("ARROW1".utf8))
    }
  }

  /// 400 bytes that say they are 268 million rows: of a column of NULL alone, and of a packed one
  /// that has 1,000.
  @Test func takesNoMemoryForRowsThatAreNotThere() throws {
    let tests = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let before = peakByteCount
    #expect(throws: ArrowError.self) {
      let reader = try ArrowReader(
        mappingFileAt: tests + "/Fuzz/Corpus/arrow/false_nulls.arrows",
        decompress: { _, _, _ throws(ArrowError) in true }
      )
      _ = try reader.relation(threads: 1)
    }
    #expect(peakByteCount < before + (300 << 20))
  }

  /// The most memory that the process has had.
  private var peakByteCount: Int {
    var usage = rusage()
    // The call fills the struct that it is given.
    unsafe _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }

  private func getenvInt(_ name: String) -> Int? {
    // `getenv` is only read here, at once.
    unsafe getenv(name).flatMap { Int(unsafe String(cString: $0)) }
  }
}
