import BQLArrow
import BQLColumnar
import BQLTestSupport
import Testing

/// Writes tables of all types and reads them again, cell by cell the same.
struct ArrowRelationTests {
  static func bytes(_ relation: Relation, _ framing: ArrowFraming) -> [UInt8] {
    var bytes: [UInt8] = []
    ArrowEncoder.write(relation, as: framing) { (span) throws(Never) in bytes.append(copying: span)
    }
    return bytes
  }

  static func read(_ bytes: [UInt8], threads: Int = 2) throws(ArrowError) -> Relation {
    try ArrowReader(MemoryRegion.holding(bytes)).relation(threads: threads).relation
  }

  @Test(arguments: 0..<300)
  func roundTrip(seed: Int) throws {
    var draw = SeededGenerator(seed: UInt64(seed))
    let relation = RandomTables.relation(&draw)
    for framing in [ArrowFraming.file, .stream] {
      let bytes = Self.bytes(relation, framing)
      let again = try Self.read(bytes)
      #expect(again.schema == relation.schema, "seed \(seed)")
      #expect(again.rowCount == relation.rowCount, "seed \(seed)")
      #expect(again.rows == relation.rows, "seed \(seed), \(framing)")
      #expect(Self.bytes(again, framing) == bytes, "written again, seed \(seed)")
    }
  }

  @Test func chunksChangeNothing() {
    var draw = SeededGenerator(seed: 5)
    let cells = (0..<1_000).map { _ in RandomTables.value(.text, &draw) }
    let whole = Column(cells, type: .text)
    let schema = Schema([Field("t", .text)])
    let cut = stride(from: 0, to: 1_000, by: 77).map { start in
      // Each chunk has a dictionary of its own.
      let part = Column(Array(cells[start..<min(start + 77, 1_000)]), type: .text)
      return Chunk([part], count: part.count)
    }
    #expect(
      Self.bytes(Relation(schema: schema, chunks: cut), .file)
        == Self.bytes(Relation(schema: schema, columns: [whole]), .file)
    )
  }

  @Test func manyBatchesAndTexts() throws {
    let count = 200_000
    let numbers = Column(ints: (0..<count).map { Int64($0) })
    let texts = (0..<70_000).map { "text \($0)" }
    let codes = (0..<count).map { Int32($0 * 3 % 70_000) }
    let text = Column(codes: codes, dictionary: TextDictionary(texts))
    let relation = Relation(
      schema: Schema([Field("n", .int), Field("t", .text)]),
      columns: [numbers, text]
    )
    let bytes = Self.bytes(relation, .stream)
    let reader = try ArrowReader(MemoryRegion.holding(bytes))
    #expect(reader.batchCount == 4)
    let again = try reader.relation(threads: 2).relation
    #expect(again.rows == relation.rows)
    guard case .texts(_, let first) = again.chunks[0].columns[1].values,
      case .texts(_, let last) = again.chunks[again.chunks.count - 1].columns[1].values
    else { return #expect(Bool(false), "texts") }
    #expect(first === last && first.count == 70_000)
  }

  @Test func writesOnlyTheTextsOfItsRows() throws {
    let dictionary = TextDictionary((0..<10_000).map { "text \($0)" })
    let column = Column(codes: [5_000, 3], dictionary: dictionary)
    let relation = Relation(schema: Schema([Field("t", .text)]), columns: [column])
    let bytes = Self.bytes(relation, .file)
    #expect(bytes.count < 2_048)
    #expect(try Self.read(bytes).rows == relation.rows)
  }

  @Test func repairsTextsThatAreNotUTF8() throws {
    let dictionary = TextDictionary(offsets: [0, 3], bytes: [0x61, 0xFF, 0x62])
    let relation = Relation(
      schema: Schema([Field("t", .text)]),
      columns: [Column(codes: [0], dictionary: dictionary)]
    )
    let again = try Self.read(Self.bytes(relation, .file))
    guard case .texts(_, let texts) = again.chunks[0].columns[0].values else { return }
    #expect(Array(texts.utf8(0)) == Array("a\u{FFFD}b".utf8))
  }

  @Test func alignsBuffersOfFiles() throws {
    let relation = Relation(
      schema: Schema([Field("n", .int), Field("b", .bool)]),
      columns: [Column(ints: [1, 2, 3]), Column(bools: [true, false, true])]
    )
    let reader = try ArrowReader(MemoryRegion.holding(Self.bytes(relation, .file)))
    for column in try reader.batch(0).columns {
      for buffer in column.buffers { #expect(buffer.slice.byteOffset % 64 == 0) }
    }
  }
}
