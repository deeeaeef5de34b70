import BQLColumnar
import Testing

struct ColumnTests {
  /// One legal value of every type, for the row `index`.
  static func cell(_ type: DataType, _ index: Int) -> Value {
    if index % 4 == 2 { return .null }
    let int = Int64(index * 37 - 500)
    switch type {
    case .bool: return .bool(index % 3 == 0)
    case .int: return .int(int)
    case .float: return .float(Double(int) / 8)
    case .decimal: return .decimal(int)
    case .text: return .text(["", "a", "é", "日本", "a"][index % 5])
    case .timestamp: return .timestamp(int * 1_000_000)
    case .date: return .date(int)
    case .interval: return .interval(int)
    }
  }

  @Test(arguments: DataType.allCases, wordBoundaries)
  func cellsSurviveTheBuilder(_ type: DataType, _ count: Int) {
    let cells = (0..<count).map { Self.cell(type, $0) }
    let column = Column(cells, type: type)
    #expect(column.type == type)
    #expect(column.count == count)
    #expect((0..<count).map { column[$0] } == cells)
    #expect(column.nullCount == cells.count(where: \.isNull))
  }

  @Test(arguments: DataType.allCases, wordBoundaries)
  func gatherTakesRowsInOrder(_ type: DataType, _ count: Int) {
    let column = Column((0..<count).map { Self.cell(type, $0) }, type: type)
    let rows = (0..<count * 2).map { Int32(($0 * 7 + 3) % max(count, 1)) }
    let gathered = column.gather(rows)
    #expect(gathered.count == rows.count)
    #expect(rows.indices.allSatisfy { gathered[$0] == column[Int(rows[$0])] })
  }

  @Test(arguments: DataType.allCases, wordBoundaries)
  func sliceRenumbersRows(_ type: DataType, _ count: Int) {
    let column = Column((0..<count).map { Self.cell(type, $0) }, type: type)
    for range in [0..<count, count / 2..<count, 0..<0] {
      let slice = column.slice(range)
      #expect((0..<slice.count).map { slice[$0] } == range.map { column[$0] })
    }
  }

  @Test(arguments: DataType.allCases)
  func repeatingHoldsTheValueOrNull(_ type: DataType) {
    let value = Self.cell(type, 1)
    let column = Column(repeating: value, type: type, count: 65)
    #expect((0..<65).allSatisfy { column[$0] == value })
    let nulls = Column(repeating: .null, type: type, count: 65)
    #expect(nulls.type == type)
    #expect(nulls.nullCount == 65)
  }

  @Test func aFullValidityIsDropped() {
    let column = Column(ints: [1, 2], validity: Bitmap(repeating: true, count: 2))
    #expect(column.validity == nil)
  }

  @Test(arguments: wordBoundaries)
  func trueRowsLeaveOutFalseAndNull(_ count: Int) {
    let cells = (0..<count).map { Self.cell(.bool, $0) }
    let expected = cells.indices.filter { cells[$0] == .bool(true) }.map { Int32($0) }
    #expect(Column(cells, type: .bool).trueRows == expected)
    let bools = Column(bools: (0..<count).map { $0 % 3 == 0 })
    let thirds = stride(from: Int32(0), to: Int32(count), by: 3)
    #expect(bools.trueRows == Array(thirds))
  }
}

struct TextDictionaryTests {
  @Test func codesFollowFirstAppearance() {
    var builder = TextDictionaryBuilder()
    #expect(["b", "a", "b", "", "a"].map { builder.code(for: $0) } == [0, 1, 0, 2, 1])
    #expect(builder.count == 3)
    #expect(builder.utf8(1).elementsEqual("a".utf8))
    #expect(builder.finish().texts == ["b", "a", ""])
  }

  @Test func textsAreToldApartByBytes() {
    // Both print as é; the second is e with a combining accent.
    var builder = TextDictionaryBuilder()
    #expect(builder.code(for: "\u{E9}") == 0)
    #expect(builder.code(for: "e\u{301}") == 1)
  }

  @Test func manyTextsKeepTheirCodes() {
    var builder = TextDictionaryBuilder()
    let texts = (0..<5_000).map { "user-\($0 * 7_919)" }
    for (code, text) in texts.enumerated() { #expect(builder.code(for: text) == Int32(code)) }
    for (code, text) in texts.enumerated() { #expect(builder.code(for: text) == Int32(code)) }
    #expect(builder.finish().texts == texts)
  }

  @Test func damagedUtf8IsRepairedWhenRead() {
    let dictionary = TextDictionary(offsets: [0, 3], bytes: [0x61, 0xFF, 0x62])
    #expect(dictionary[0] == "a\u{FFFD}b")
    #expect(dictionary.utf8(0).elementsEqual([0x61, 0xFF, 0x62]))
  }
}

struct RelationTests {
  @Test func rowsSurvive() {
    let schema = Schema([Field("brand", .text), Field("users", .int)])
    let rows: [[Value]] = [[.text("a"), .int(1)], [.null, .int(2)], [.text("b"), .null]]
    let relation = Relation(schema: schema, rows: rows)
    #expect(relation.rows == rows)
    #expect(relation.rowCount == 3)
    #expect(schema.index(named: "USERS") == 1)
    #expect(schema.index(named: "item") == nil)
  }

  @Test func chunksGatherAndSliceEveryColumn() {
    let chunk = Chunk([Column(ints: [1, 2, 3]), Column(bools: [true, false, true])], count: 3)
    let gathered = chunk.gather([2, 0])
    #expect(gathered.columns[0][0] == .int(3))
    #expect(gathered.columns[1][1] == .bool(true))
    #expect(chunk.slice(1..<2).columns[0][0] == .int(2))
    #expect(Chunk([], count: 5).slice(1..<4).count == 3)
  }
}
