import BQLColumnar
import BQLStorage
import Testing

@Suite struct StoredColumnTests {
  private static let numbers: [Int64] = (0..<300).map { Int64($0 * 37 % 251 - 125) }
  private static let validity: Bitmap = {
    var bitmap = Bitmap(repeating: true, count: 300)
    for row in stride(from: 3, to: 300, by: 7) { bitmap[row] = false }
    return bitmap
  }()
  private static let dictionary = CodeDictionary(TextDictionary((0..<251).map { "t\($0)" }))

  /// Each storage of the same 300 rows, with what a row's cell must be.
  private static func cases() -> [(StoredColumn, [Value])] {
    func masked(_ cells: [Value]) -> [Value] {
      cells.indices.map { validity[$0] ? cells[$0] : .null }
    }
    let ints = masked(numbers.map { .int($0) })
    let codes = numbers.map { $0 + 125 }
    let texts = masked(codes.map { .text("t\($0)") })
    func column(_ type: DataType, _ storage: StoredColumn.Storage, scale: Int64 = 1) -> StoredColumn
    {
      StoredColumn(type: type, storage: storage, scale: scale, validity: validity, count: 300)
    }
    let offsets: [Int32] = [0, 1, 70, 70, 200, 300]
    let perUser = StoredColumn(
      type: .int,
      storage: .perUser(
        values: StoredColumn(type: .int, storage: .int16(Buffer([5, 6, 7, 8, 9])), count: 5),
        offsets: Buffer(offsets)
      ),
      count: 300
    )
    let owners = (0..<300).map { row -> Int in
      (0..<5).first { row < Int(offsets[$0 + 1]) } ?? 0
    }
    return [
      (column(.int, .int8(Buffer(numbers.map { Int8($0) }))), ints),
      (column(.int, .int16(Buffer(numbers.map { Int16($0) }))), ints),
      (column(.int, .int32(Buffer(numbers.map { Int32($0) }))), ints),
      (column(.int, .int64(Buffer(numbers))), ints),
      (
        column(.timestamp, .int32(Buffer(numbers.map { Int32($0) })), scale: 1_000_000),
        masked(numbers.map { .timestamp($0 * 1_000_000) })
      ),
      (
        column(.float, .float(Buffer(numbers.map(Double.init)))),
        masked(numbers.map { .float(Double($0)) })
      ),
      (
        column(.bool, .bool(Buffer(numbers.map { UInt8($0 & 1) }))),
        masked(numbers.map { .bool($0 & 1 == 1) })
      ),
      (column(.text, .codes8(Buffer(codes.map { UInt8($0) }), dictionary)), texts),
      (column(.text, .codes16(Buffer(codes.map { UInt16($0) }), dictionary)), texts),
      (column(.text, .codes32(Buffer(codes.map { Int32($0) }), dictionary)), texts),
      (perUser, owners.map { .int(Int64($0 + 5)) }),
    ]
  }

  @Test func decodesEveryStorage() {
    for (column, cells) in Self.cases() {
      for range in [0..<300, 0..<0, 300..<300, 1..<2, 63..<130, 64..<128, 199..<300] {
        let decoded = column.decode(range)
        #expect(range.indices.map { decoded[$0 - range.lowerBound] } == Array(cells[range]))
      }
    }
  }

  @Test func gathersEveryStorage() {
    let picks: [[Int32]] = [
      [], [0], [299, 0, 299], Array(0..<300), (0..<300).map { Int32($0 * 211 % 300) },
    ]
    for (column, cells) in Self.cases() {
      for rows in picks {
        let gathered = column.gather(rows: rows)
        #expect(gathered.count == rows.count)
        #expect(rows.indices.map { gathered[$0] } == rows.map { cells[Int($0)] })
      }
    }
  }

  @Test func gathersPlacesOfARun() {
    for (column, cells) in Self.cases() {
      for run in [0..<300, 65..<200, 299..<300, 100..<100] {
        let picks: [[Int32]] = [
          [], Array(0..<Int32(run.count)), (0..<Int32(run.count)).filter { $0 % 3 == 1 }.reversed(),
        ]
        for places in picks {
          let gathered = column.gather(places, of: run)
          #expect(gathered.count == places.count)
          let expected = places.map { cells[run.lowerBound + Int($0)] }
          #expect(places.indices.map { gathered[$0] } == expected)
        }
      }
    }
  }

  @Test func uuidsAreSpelledWhenAskedFor() {
    let words: [UInt64] = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, 0, 1]
    let dictionary = TextDictionary(distinct: Buffer(words))
    #expect(dictionary.count == 2)
    #expect(dictionary.isDistinct)
    #expect(
      dictionary.texts == [
        "01234567-89ab-cdef-fedc-ba9876543210", "00000000-0000-0000-0000-000000000001",
      ]
    )
    #expect(dictionary.withText(1) { $0.count } == 36)
  }

  @Test func decodedTextsShareOneDictionary() throws {
    let uuids = CodeDictionary(distinct: Buffer([0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210]))
    let column = StoredColumn(
      type: .text,
      storage: .codes8(Buffer([0, 0]), uuids),
      count: 2
    )
    guard case .texts(_, let first) = column.decode(0..<1).values,
      case .texts(_, let second) = column.gather(rows: [1]).values
    else {
      Issue.record("a text column decodes to codes")
      return
    }
    #expect(first === second)
    #expect(first[0] == "01234567-89ab-cdef-fedc-ba9876543210")
  }

  @Test func morselsHoldWholeUsers() {
    let offsets: [Int32] = [0, 2, 3, 20, 21, 22, 23]
    let times = StoredColumn(
      type: .timestamp,
      storage: .int32(Buffer([Int32](repeating: 0, count: 23))),
      count: 23
    )
    let partition = Partition(rowCount: 23, userOffsets: Buffer(offsets), columns: [times])
    let log = EventLog(
      name: "events",
      schema: Schema([Field("t", .timestamp)]),
      roles: RoleBinding([.time: 0]),
      partitions: [partition, partition],
      events: [],
      report: LoadReport()
    )
    let cut = log.morsels(targetRows: 3)
    let one = [0..<2, 2..<3, 3..<6]
    #expect(cut.map(\.users) == one + one)
    #expect(cut.map(\.rows) == [0..<3, 3..<20, 20..<23, 0..<3, 3..<20, 20..<23])
    #expect(cut.map(\.partition) == [0, 0, 0, 1, 1, 1])
    #expect(log.morsels().map(\.rows) == [0..<23, 0..<23])
  }
}
