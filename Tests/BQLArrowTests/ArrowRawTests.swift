import BQLArrow
import BQLColumnar
import Testing

/// Tests the codec on arrays as Arrow lays them out.
struct ArrowRawTests {
  /// Writes one batch of an integer column with NULLs and a dictionary column, twice.
  static func write(_ framing: ArrowFraming) -> [UInt8] {
    var bytes: [UInt8] = []
    let schema = ArrowSchema(
      [
        ArrowField("n", .int(bits: 32, isSigned: true)),
        ArrowField("t", .utf8(isLarge: false), dictionary: ArrowDictionaryEncoding(id: 7)),
      ],
      metadata: [ArrowNote("made", "here")]
    )
    let writer = ArrowWriter<Never>(framing, schema: schema) { bytes.append(copying: $0) }
    let texts = ArrowArray(
      count: 2,
      buffers: [.int32s([0, 1, 3]), .uint8s(Array("abc".utf8))]
    )
    writer.writeDictionary(id: 7, texts)
    var validity = Bitmap(repeating: true, count: 3)
    validity[1] = false
    for _ in 0..<2 {
      writer.writeBatch(
        rowCount: 3,
        [
          ArrowArray(Buffer<Int32>([5, 0, -7]), validity: validity),
          ArrowArray(Buffer<Int32>([1, 0, 1]), validity: nil),
        ]
      )
    }
    writer.finish(metadata: [ArrowNote("end", "said")])
    return bytes
  }

  @Test(arguments: [ArrowFraming.file, .stream])
  func readsWhatItWrites(_ framing: ArrowFraming) throws {
    let reader = try ArrowReader(MemoryRegion.holding(Self.write(framing)))
    #expect(reader.framing == framing)
    #expect(reader.schema.fields.map(\.name) == ["n", "t"])
    #expect(
      reader.schema.fields.map(\.type) == [.int(bits: 32, isSigned: true), .utf8(isLarge: false)]
    )
    #expect(reader.schema.metadata == [ArrowNote("made", "here")])
    #expect(reader.metadata == (framing == .file ? [ArrowNote("end", "said")] : []))
    #expect(reader.batchCount == 2)
    for index in 0..<2 {
      let batch = try reader.batch(index)
      #expect(batch.rowCount == 3)
      let numbers = try #require(batch.columns[0].buffers[0].buffer(of: Int32.self, count: 3))
      #expect((numbers[0], numbers[2]) == (5, -7))
      #expect(
        batch.columns[0].validityBitmap.map { ($0[0], $0[1], $0[2]) } ?? (true, true, true) == (
          true, false, true
        )
      )
      #expect(batch.columns[1].validity == nil)
      let version = try reader.dictionaryVersion(id: 7, ofBatch: index)
      let parts = try reader.dictionary(id: 7, version: version)
      #expect(parts.count == 1)
      #expect(parts[0].buffers[1].slice.bytes == Array("abc".utf8))
    }
  }

  @Test(arguments: [ArrowFraming.file, .stream])
  func refusesEveryTruncation(_ framing: ArrowFraming) {
    let bytes = Self.write(framing)
    for count in 0..<bytes.count {
      _ = try? ArrowRawTests.readAll(Array(bytes[..<count]))
    }
  }

  static func readAll(_ bytes: [UInt8]) throws {
    let reader = try ArrowReader(MemoryRegion.holding(bytes))
    for index in 0..<reader.batchCount {
      _ = try reader.batch(index)
      for field in reader.schema.fields {
        guard let id = field.dictionary?.id else { continue }
        let version = try reader.dictionaryVersion(id: id, ofBatch: index)
        _ = try reader.dictionary(id: id, version: version)
      }
    }
  }
}

extension MemoryRegion {
  /// A region that holds a copy of `bytes`.
  static func holding(_ bytes: [UInt8]) -> MemoryRegion { ArrowBytes.uint8s(bytes).slice.region }
}

extension [UInt8] {
  /// Appends the bytes of a span.
  mutating func append(copying span: Span<UInt8>) {
    for index in span.indices { append(span[index]) }
  }
}
