import BQLColumnar
import BQLOutput
import Testing

/// Golden texts of the formats for programs.
@Suite struct DataFormatTests {
  @Test func csvSpellsEveryTypeAndNull() throws {
    #expect(
      try CSVFormat().text(TestRelation.allTypes) == """
        b,i,f,d,t,ts,day,gap
        true,-9007199254740993,0.1,-0.05,"a,b",2019-10-01 00:00:00,2019-10-01,183600.5
        ,,,,,,,

        """
    )
  }

  @Test func tsvSpellsEveryTypeAndNull() throws {
    #expect(
      try TSVFormat().text(TestRelation.allTypes) == """
        b\ti\tf\td\tt\tts\tday\tgap
        true\t-9007199254740993\t0.1\t-0.05\ta,b\t2019-10-01 00:00:00\t2019-10-01\t183600.5
        \t\t\t\t\t\t\t

        """
    )
  }

  @Test func jsonSpellsEveryTypeAndNull() throws {
    let first =
      #"{"b":true,"i":-9007199254740993,"f":0.1,"d":-0.05,"t":"a,b","#
      + #""ts":"2019-10-01 00:00:00","day":"2019-10-01","gap":183600.5}"#
    let second =
      #"{"b":null,"i":null,"f":null,"d":null,"t":null,"ts":null,"day":null,"gap":null}"#
    #expect(try JSONFormat().text(TestRelation.allTypes) == "[\n\(first),\n\(second)\n]\n")
    #expect(try NDJSONFormat().text(TestRelation.allTypes) == "\(first)\n\(second)\n")
  }

  @Test func csvQuotesWhatNeedsIt() throws {
    let texts = ["", nil, "a", "a\"b", "a\nb", "a\rb", " a", "a ", "a'b", "a\tb", "日本"]
    #expect(
      try CSVFormat().text(TestRelation.texts(texts, name: "na\"me")) == """
        "na""me"
        ""
        ""
        a
        "a""b"
        "a
        b"
        "a\rb"
        " a"
        "a "
        a'b
        a\tb
        日本

        """
    )
  }

  @Test func csvTellsEmptyTextFromNullBesideAnotherColumn() throws {
    let relation = Relation(
      schema: Schema([Field("t", .text), Field("n", .int)]),
      rows: [[.text(""), .int(1)], [.null, .int(2)]]
    )
    #expect(try CSVFormat().text(relation) == "t,n\n\"\",1\n,2\n")
  }

  @Test func tsvEscapesWhatWouldBreakALine() throws {
    let relation = TestRelation.texts(["a\tb\nc\rd\\e", "plain"])
    #expect(try TSVFormat().text(relation) == "t\na\\tb\\nc\\rd\\\\e\nplain\n")
  }

  @Test func jsonEscapesText() throws {
    let relation = TestRelation.texts(["\"\\/\n\t\u{1}\u{1F}é日"])
    #expect(
      try NDJSONFormat().text(relation) == "{\"t\":\"\\\"\\\\/\\n\\t\\u0001\\u001fé日\"}\n"
    )
  }

  @Test func jsonRepairsDamagedUTF8() throws {
    let dictionary = TextDictionary(offsets: [0, 2], bytes: [0x61, 0xFF])
    let relation = Relation(
      schema: Schema([Field("t", .text)]),
      columns: [Column(codes: [0], dictionary: dictionary)]
    )
    #expect(try NDJSONFormat().text(relation) == "{\"t\":\"a\u{FFFD}\"}\n")
  }

  @Test func jsonHasNoWordForNaN() throws {
    let relation = TestRelation.floats([.nan, .infinity, -.infinity, -0.5, 1e300])
    #expect(
      try NDJSONFormat().text(relation) == """
        {"x":null}
        {"x":null}
        {"x":null}
        {"x":-0.5}
        {"x":1e+300}

        """
    )
    #expect(
      try CSVFormat().text(relation) == "x\nNaN\nInfinity\n-Infinity\n-0.5\n1e+300\n"
    )
  }

  @Test func jsonKeepsRepeatedColumnsApart() throws {
    let relation = Relation(
      schema: Schema([Field("n", .int), Field("n", .int), Field("n_2", .int)]),
      rows: [[.int(1), .int(2), .int(3)]]
    )
    #expect(try NDJSONFormat().text(relation) == #"{"n":1,"n_2":2,"n_2_2":3}"# + "\n")
  }

  @Test func integersAtTheEdges() throws {
    let relation = Relation(
      schema: Schema([Field("i", .int), Field("d", .decimal)]),
      rows: [[.int(.max), .decimal(.max)], [.int(.min), .decimal(.min)]]
    )
    #expect(
      try CSVFormat().text(relation) == """
        i,d
        9223372036854775807,92233720368547758.07
        -9223372036854775808,-92233720368547758.08

        """
    )
  }

  @Test func timesAtTheEdgesDoNotTrap() throws {
    for value in [Int64.min, .max, -1, 0] {
      let relation = Relation(
        schema: Schema([Field("a", .timestamp), Field("b", .date), Field("c", .interval)]),
        rows: [[.timestamp(value), .date(value), .interval(value)]]
      )
      for format in FormatName.written {
        #expect(try format.format(table: TableStyle()).text(relation).isEmpty == false)
      }
    }
  }

  @Test func emptyRelationsKeepTheirHeader() throws {
    #expect(try CSVFormat().text(TestRelation.empty) == "step,users\n")
    #expect(try TSVFormat().text(TestRelation.empty) == "step\tusers\n")
    #expect(try JSONFormat().text(TestRelation.empty) == "[]\n")
    #expect(try NDJSONFormat().text(TestRelation.empty) == "")
  }

  @Test func relationsWithoutColumns() throws {
    #expect(try CSVFormat().text(TestRelation.noColumns) == "")
    #expect(try TSVFormat().text(TestRelation.noColumns) == "")
    #expect(try JSONFormat().text(TestRelation.noColumns) == "[\n{},\n{}\n]\n")
    #expect(try MarkdownFormat().text(TestRelation.noColumns) == "")
  }

  @Test func separators() throws {
    for (format, expected) in [
      (FormatName.csv, "\n"), (.tsv, "\n"), (.json, ""), (.ndjson, ""), (.table, "\n"),
    ] {
      let sink = MemorySink()
      try format.format(table: TableStyle()).writeSeparator(to: sink)
      #expect(sink.text == expected)
    }
  }

  /// Chunks of every size around the block of spelled cells give the same bytes.
  @Test func chunksDoNotShow() throws {
    let rows: [[Value]] = (0..<2_500).map { row in
      [.int(Int64(row)), row % 7 == 0 ? .null : .text("text \(row % 90)")]
    }
    let schema = Schema([Field("n", .int), Field("t", .text)])
    let whole = Relation(schema: schema, rows: rows)
    for size in [1, 7, 1_023, 1_024, 1_025] {
      var chunks: [Chunk] = []
      for start in stride(from: 0, to: rows.count, by: size) {
        chunks.append(whole.chunks[0].slice(start..<min(start + size, rows.count)))
      }
      let cut = Relation(schema: schema, chunks: chunks)
      for format in FormatName.written {
        let writer = try format.format(table: TableStyle())
        #expect(try writer.text(cut) == writer.text(whole), "\(format), chunks of \(size)")
      }
    }
  }

  @Test func unwrittenFormatsSayso() {
    #expect(throws: OutputError.notImplemented(format: "parquet")) {
      try FormatName.parquet.format(table: TableStyle())
    }
    #expect(OutputError.notImplemented(format: "parquet").message.hasPrefix("not implemented yet"))
  }

  @Test func descriptionForPrograms() {
    let json = ResultDescription.json(
      schema: TestRelation.empty.schema,
      rowCount: 0,
      notes: ["ties: 2 \"same\" seconds"]
    )
    #expect(
      json == #"{"columns":[{"name":"step","type":"text"},{"name":"users","type":"int"}],"#
        + #""rows":0,"notes":["ties: 2 \"same\" seconds"]}"# + "\n"
    )
  }
}
