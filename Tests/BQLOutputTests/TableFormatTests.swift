import BQLColumnar
import BQLOutput
import Testing

/// Golden tables.
@Suite struct TableFormatTests {
  private func text(_ relation: Relation, _ style: TableStyle = TableStyle()) throws -> String {
    try TableFormat(style: style).text(relation)
  }

  @Test func funnel() throws {
    #expect(
      try text(TestRelation.funnel, TableStyle(showsRowCount: true)) == """
         step     │ users │ pct_of_first │ median_time
        ──────────┼───────┼──────────────┼─────────────
         view     │  1755 │       100.00 │        NULL
         cart     │    34 │         1.94 │       26.5s
         purchase │    10 │         0.57 │         47s
        (3 rows)

        """
    )
  }

  @Test func asciiTwin() throws {
    #expect(
      try text(TestRelation.funnel, TableStyle(isASCII: true)) == """
         step     | users | pct_of_first | median_time
        ----------+-------+--------------+-------------
         view     |  1755 |       100.00 |        NULL
         cart     |    34 |         1.94 |       26.5s
         purchase |    10 |         0.57 |         47s

        """
    )
  }

  @Test func emptyAndSingleRows() throws {
    let counted = TableStyle(showsRowCount: true)
    #expect(
      try text(TestRelation.empty, counted) == """
         step │ users
        ──────┼───────
        (0 rows)

        """
    )
    #expect(
      try text(TestRelation.texts(["a"]), counted) == """
         t
        ───
         a
        (1 row)

        """
    )
    #expect(try text(TestRelation.noColumns, counted) == "(2 rows)\n")
  }

  @Test func wideCharactersLineUp() throws {
    let relation = Relation(
      schema: Schema([Field("brand", .text), Field("n", .int)]),
      rows: [
        [.text("日本語"), .int(1)], [.text("e\u{301}te\u{301}"), .int(2)],
        [.text("👨‍👩‍👧 ok"), .int(3)], [.text("❤️"), .int(4)], [.text("🇩🇪"), .int(5)],
        [.text("plain"), .int(6)],
      ]
    )
    #expect(
      try text(relation) == """
         brand  │ n
        ────────┼───
         日本語 │ 1
         e\u{301}te\u{301}    │ 2
         👨‍👩‍👧 ok  │ 3
         ❤️     │ 4
         🇩🇪     │ 5
         plain  │ 6

        """
    )
  }

  @Test func decimalPointsLineUp() throws {
    let floats = [208.123456, 12.5, 1_034, 0.000123456, -3, .nan, 1e20, 1_234_567.891, 0]
    #expect(
      try text(TestRelation.floats(floats))
        == """
         x
        ───────────────────
             208.123
              12.5
            1034
               0.000123456
              -3
             NaN
           1e+20
         1234567.89
               0

        """.replacingHeading("x", width: 17)
    )
  }

  @Test func percentagesHaveTwoDecimals() throws {
    #expect(
      try text(TestRelation.floats([100, 0.126, nil], name: "pct_of_first")) == """
         pct_of_first
        ──────────────
               100.00
                 0.13
                 NULL

        """
    )
  }

  @Test func controlCharactersAreShownNotSent() throws {
    #expect(
      try text(TestRelation.texts(["a\nb\tc\rd", "\u{1B}[31mred", "\u{202E}x"])) == """
         t
        ───────────────
         a\\nb\\tc\\rd
         \\u{1b}[31mred
         \\u{202e}x

        """
    )
  }

  @Test func longTextsAreCutToTheWidth() throws {
    let relation = Relation(
      schema: Schema([Field("name", .text), Field("n", .int)]),
      rows: [
        [.text("a rather long name of a category"), .int(1)], [.text("日本語日本語日本語"), .int(2)],
      ]
    )
    #expect(
      try text(relation, TableStyle(width: 21)) == """
         name            │ n
        ─────────────────┼───
         a rather long…  │ 1
         日本語日本語日… │ 2

        """
    )
  }

  @Test func longTitlesBreakBeforeColumnsAreLeftOut() throws {
    #expect(
      try text(TestRelation.funnel, TableStyle(width: 40)) == """
                  │       │ pct_of_ │ median_
         step     │ users │   first │    time
        ──────────┼───────┼─────────┼─────────
         view     │  1755 │  100.00 │    NULL
         cart     │    34 │    1.94 │   26.5s
         purchase │    10 │    0.57 │     47s

        """
    )
  }

  @Test func columnsWithoutRoomAreNamed() throws {
    let fields = (0..<6).map { Field("column_\($0)", .int) }
    let relation = Relation(
      schema: Schema(fields),
      rows: [fields.map { _ in .int(1_234_567_890) }]
    )
    #expect(
      try text(relation, TableStyle(width: 30))
        == """
           column_0 │   column_1
        ────────────┼────────────
         1234567890 │ 1234567890
        (4 more columns not shown: column_2, column_3, column_4, column_5)

        """
    )
  }

  @Test(arguments: [UInt64(11), 12, 13, 14])
  func noLineIsWiderThanTheTerminal(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    for _ in 0..<30 {
      let columnCount = 1 + Int(random.next() % 9)
      let rows: [[Value]] = (0..<5).map { _ in
        (0..<columnCount).map { _ in
          .text(
            String(repeating: ["x", "日"][Int(random.next() % 2)], count: Int(random.next() % 40))
          )
        }
      }
      let schema = Schema((0..<columnCount).map { Field("c\($0)", .text) })
      let width = 20 + Int(random.next() % 80)
      let drawn = try text(Relation(schema: schema, rows: rows), TableStyle(width: width))
      for line in drawn.split(separator: "\n") where !line.hasPrefix("(") {
        #expect(DisplayWidth.of(String(line)) <= width, "seed \(seed)")
      }
    }
  }

  @Test func coloursMarkHeadingsAndNulls() throws {
    let drawn = try text(TestRelation.texts(["a", nil], name: "t"), TableStyle(isColored: true))
    #expect(drawn.contains("\u{1B}[1mt\u{1B}[0m"))
    #expect(drawn.contains("\u{1B}[2mNULL\u{1B}[0m"))
    #expect(!drawn.contains("\u{1B}[2ma"))
  }
}

extension String {
  /// Puts the heading of a column of numbers at the right edge of `width` columns.
  fileprivate func replacingHeading(_ heading: String, width: Int) -> String {
    let lines = split(separator: "\n", omittingEmptySubsequences: false)
    let padding = String(repeating: " ", count: width - heading.count + 1)
    return ([padding + heading] + lines.dropFirst().map(String.init)).joined(separator: "\n")
  }

  fileprivate func replacing(_ old: String, with new: String) -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
