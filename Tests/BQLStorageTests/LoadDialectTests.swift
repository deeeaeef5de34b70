import BQLColumnar
import BQLStorage
import BQLTestSupport
import Testing

/// Loads texts in other dialects than comma, quote and line feed: told from the text or given.
@Suite struct LoadDialectTests {
  private let folder = TemporaryFolder()

  private func load(
    _ bytes: [UInt8],
    _ change: (inout CSVOptions) -> Void = { _ in }
  ) throws(LoadError) -> (relation: Relation, report: LoadReport) {
    var request = LoadRequest(
      paths: [folder.write(bytes)],
      name: "t",
      kind: .table(key: nil),
      threads: 2
    )
    request.blockByteCount = 50
    change(&request.options)
    return try Loader.prepare(request).loadTable()
  }

  private func rows(
    _ text: String,
    _ change: (inout CSVOptions) -> Void = { _ in }
  ) throws(LoadError) -> [[Value]] {
    try load(Array(text.utf8), change).relation.rows
  }

  private static let plain = "id,name,n\n1,a b,2\n2,\"x, y\",3\n3,\"two\nlines\",4\n4,,5\n"
  private static let expected: [[Value]] = [
    [.int(1), .text("a b"), .int(2)], [.int(2), .text("x, y"), .int(3)],
    [.int(3), .text("two\nlines"), .int(4)], [.int(4), .null, .int(5)],
  ]

  @Test(arguments: [",", ";", "\t", "|"])
  func tellsDelimiters(delimiter: String) throws {
    let text = "id,name,n\n1,a b,2\n4,,5\n".split(separator: ",", omittingEmptySubsequences: false)
      .joined(separator: delimiter)
    #expect(try rows(text) == [Self.expected[0], Self.expected[3]])
  }

  @Test func readsUTF16() throws {
    let text = Self.plain + "5,é\u{1F600},6\n"
    let expected = Self.expected + [[.int(5), .text("é\u{1F600}"), .int(6)]]
    for isLittleEndian in [true, false] {
      for mark in [[0xFEFF], []] as [[UInt16]] {
        let bytes = (mark + Array(text.utf16)).flatMap { unit in
          let pair = [UInt8(unit & 255), UInt8(unit >> 8)]
          return isLittleEndian ? pair : pair.reversed()
        }
        let loaded = try load(bytes)
        #expect(loaded.relation.rows == expected)
        #expect(loaded.report.warnings.contains { $0.hasSuffix("is text in UTF-16") })
      }
    }
  }

  @Test func mendsHalvesInUTF16() throws {
    let units: [UInt16] = [0xFEFF] + Array("a,b\n1,".utf16) + [0xD83D] + Array("x\n".utf16)
    var bytes: [UInt8] = []
    for unit in units { bytes += [UInt8(unit & 255), UInt8(unit >> 8)] }
    bytes.append(0x41)
    #expect(try load(bytes).relation.rows[0] == [.int(1), .text("\u{FFFD}x")])
  }

  @Test func readsCarriageReturns() throws {
    let text = String(Self.plain.map { $0 == "\n" ? "\r" : $0 })
    let loaded = try load(Array(text.utf8))
    var expected = Self.expected
    expected[2][1] = .text("two\rlines")
    #expect(loaded.relation.rows == expected)
    #expect(loaded.report.warnings.contains { $0.contains("end in a carriage return alone") })
    let crlf = Self.plain.split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: "\r\n")
    expected[2][1] = .text("two\r\nlines")
    #expect(try rows(crlf) == expected)
    #expect(try rows(String(crlf.dropLast())) == expected)
  }

  @Test func readsBlanks() throws {
    let text = " 00004  0001 19970101  2   29.33 \n\n\t00021\t0002 19970118 \"3 \"\" 4\"   1.5"
    let loaded = try load(Array(text.utf8)) { $0.delimiter = .blanks }
    #expect(
      loaded.relation.rows == [
        [.text("00004"), .text("0001"), .int(19_970_101), .text("2"), .decimal(2_933)],
        [.text("00021"), .text("0002"), .int(19_970_118), .text("3 \" 4"), .decimal(150)],
      ]
    )
    let told = try load(Array(" 7 1 2.5\n 8 2 3.5\n".utf8))
    #expect(
      told.relation.rows == [
        [.int(7), .int(1), .decimal(250)], [.int(8), .int(2), .decimal(350)],
      ]
    )
    #expect(told.report.warnings.contains { $0.contains("what stands between blanks") })
    // Sentences and times are no columns.
    #expect(try rows("note\na small dog\nthe old cat\n").map(\.count) == [1, 1])
    #expect(
      try rows("at\n2019-10-01 00:00:00 UTC\n2019-10-02 00:00:00 UTC\n").map(\.count) == [1, 1]
    )
  }

  @Test func leavesOutSpacesAfterDelimiters() throws {
    let loaded = try load(Array("id, name, n\n1, a b , 2\n2, \"x, y\", 3\n".utf8))
    #expect(loaded.relation.schema.fields.map(\.name) == ["id", "name", "n"])
    #expect(loaded.relation.rows == Array(Self.expected[..<2]))
    #expect(loaded.report.warnings.contains { $0.hasPrefix("spaces around the fields") })
    // One row without such a space shows that they are part of the fields.
    #expect(try rows("id,name\n1, a\n2,b\n")[0][1] == .text(" a"))
  }

  @Test func followsGivenMarks() throws {
    #expect(try rows("a^b\n1^x,y\n") { $0.delimiter = .byte(94) } == [[.int(1), .text("x,y")]])
    #expect(try rows("a,b\n1,'x,''y'\n") { $0.quote = .byte(39) } == [[.int(1), .text("x,'y")]])
    #expect(
      try rows("a,b\n1,\"x\n") { $0.quote = CSVOptions.Quote.none } == [[.int(1), .text("\"x")]]
    )
    let escaped = "a,b,c\n1,\"x \\\"y\\\", z\",p\\,q\n2,\\N,C:\\dir\n3,\"\\\\\",\"two\\\nlines\"\n"
    #expect(
      try rows(escaped) { $0.escape = 92 } == [
        [.int(1), .text("x \"y\", z"), .text("p,q")], [.int(2), .null, .text("C:\\dir")],
        [.int(3), .text("\\"), .text("two\nlines")],
      ]
    )
    #expect(
      try rows("a,b\nNA,x\n2,NA\n3,\"NA\"\n") { $0.nullText = "NA" } == [
        [.null, .text("x")], [.int(2), .null], [.int(3), .text("NA")],
      ]
    )
    #expect(
      try rows("Report\n\"of\na,b\n1,2\n") { $0.skippedLineCount = 2 } == [[.int(1), .int(2)]]
    )
    #expect(try rows("1,2\n3,4\n") { $0.hasHeader = true } == [[.int(3), .int(4)]])
    #expect(try rows("a,b\nc,d\n") { $0.hasHeader = false }.count == 2)
    #expect(throws: LoadError.self) { try rows("a,b\n1,2\n") { $0.skippedLineCount = 5 } }
  }

  @Test func keepsLinesInOtherDialects() throws {
    let text = "id name n\r\n1 \"a b\" 2\r\n\r\n2 x\r\n3 \"c\r\nd\" 4\r\n4 e\r\n"
    let loaded = try load(Array(text.utf8)) { $0.delimiter = .blanks }
    #expect(loaded.report.rejections.map(\.firstLine) == [4])
    #expect(loaded.report.rejections.map(\.rowCount) == [2])
    let open = "a,b\n1,'x\n2,y\n3,z\n"
    let unclosed = try load(Array(open.utf8)) {
      $0.quote = .byte(39)
      $0.escape = 92
    }
    #expect(unclosed.report.rowsRead == 3 && unclosed.report.rejections.map(\.firstLine) == [2])
  }

  /// Any table, written in any dialect, is read as itself.
  @Test func readsWhatWasWritten() throws {
    let marks = Array("ab, ;|\t'\"\\\n~x")
    for seed in 0..<400 as Range<UInt64> {
      var random = SplitMix(seed)
      let cells = (0..<1 + random.below(8)).map { _ in
        (0..<2 + random.below(3)).map { _ in
          "x" + String((0..<random.below(6)).map { _ in marks[random.below(marks.count)] })
        }
      }
      let width = cells[0].count
      let table = cells.map { row in (0..<width).map { row.indices.contains($0) ? row[$0] : "x" } }
      let dialect = WrittenDialect(&random)
      let header = (0..<width).map { "x\($0)" }
      let text = ([header] + table).map { dialect.row($0) }.joined(separator: dialect.lineEnd)
      let loaded = try load(Array(text.utf8), dialect.describe)
      #expect(
        loaded.relation.rows == table.map { $0.map { .text($0) } },
        "seed \(seed): \(dialect) \(text)"
      )
    }
  }
}

/// Writes rows in a dialect drawn at random.
private struct WrittenDialect {
  let delimiter: Character
  let quote: Character
  let escape: Character?
  let lineEnd: String

  init(_ random: inout SplitMix) {
    delimiter = [",", ";", "\t", " ", "~"][random.below(5)]
    quote = ["\"", "'"][random.below(2)]
    escape = [nil, "\\"][random.below(2)]
    lineEnd = ["\n", "\r\n"][random.below(2)]
  }

  func row(_ cells: [String]) -> String {
    cells.map { cell in
      let inside = cell.map { character in
        if character == quote { return String(escape ?? quote) + String(character) }
        return character == escape ? "\\\\" : String(character)
      }.joined()
      return String(quote) + inside + String(quote)
    }.joined(separator: String(delimiter))
  }

  func describe(_ options: inout CSVOptions) {
    options.delimiter = delimiter == " " ? .blanks : delimiter.asciiValue.map { .byte($0) }
    options.quote = quote.asciiValue.map { .byte($0) }
    options.escape = escape?.asciiValue
    options.hasHeader = true
  }
}

/// Draws numbers for a seed.
private struct SplitMix {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func below(_ count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(count))
  }
}
