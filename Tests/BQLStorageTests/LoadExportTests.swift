import BQLColumnar
import BQLStorage
import Testing

/// Loads what shops and their tools export: other columns, other spellings, odd orders.
@Suite struct LoadExportTests {
  private let files = LogFiles()

  private static let header =
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"

  /// A row of REES46's.
  private func row(
    _ second: Int,
    _ event: String,
    price: String = "3.00",
    user: Int = 4,
    session: String = "a"
  ) -> String {
    "2019-10-01 00:00:\(second < 10 ? "0" : "")\(second) UTC,\(event),1,2053013555631882655,,,"
      + "\(price),\(user),\(session)\n"
  }

  private func types(_ log: EventLog) -> [String] {
    log.schema.fields.map { "\($0.name) \($0.type)" }
  }

  // MARK: - Shops

  @Test func readsInvoices() throws {
    let log = try files.log(
      "\u{FEFF}InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n"
        + "536365,85123A,\"LANTERN, WHITE \"\"T\"\"\",6,12/1/2010 8:26,2.55,17850.0,United Kingdom\r\n"
        + "536365,71053,LANTERN,6,12/1/2010 8:26,3.39,17850.0,United Kingdom\r\n"
        + "C536379,D,Discount,-1,12/13/2010 9:41,27.5,14527.0,United Kingdom\r\n"
        + "536414,22139,,56,12/1/2010 11:52,0.0,,United Kingdom\r\n"
        + "536415,22952,CASES,10,12/2/2010 11:57,-11062.06,12838.0,United Kingdom\r\n",
      roles: [(.value, "UnitPrice")]
    )
    #expect(
      types(log) == [
        "InvoiceNo text", "StockCode text", "Description text", "Quantity int",
        "InvoiceDate timestamp", "UnitPrice decimal", "CustomerID int", "Country text",
        "event text",
      ]
    )
    #expect(log.events == [EventValue(name: "purchase", rowCount: 4)])
    let cells = LoadOracleTests.cells(log)
    #expect(cells[0][0] == .text("536365") && cells[0][2] == .text("LANTERN, WHITE \"T\""))
    #expect(Set(cells.map { $0[6] }) == [.int(17_850), .int(14_527), .int(12_838)])
    let cancelled = try #require(cells.first { $0[0] == .text("C536379") })
    #expect(cancelled[3] == .int(-1) && cancelled[5] == .decimal(2_750))
    #expect(log.report.timeRange == 1_291_191_960_000_000...1_292_233_260_000_000)
    #expect(log.report.rejections.map(\.reason) == ["CustomerID is empty"])
    let warnings = log.report.warnings
    #expect(warnings.contains { $0.hasPrefix("InvoiceDate is read as month/day/year") })
    #expect(warnings.contains { $0.hasPrefix("UnitPrice is negative in 1 row") })
    #expect(warnings.contains { $0.hasPrefix("CustomerID holds whole numbers written like") })
    #expect(warnings.contains { $0.contains("every row counts as a purchase") })
  }

  /// CDNOW as a table of blanks with a header, and without one.
  @Test func readsCDNOW() throws {
    let rows =
      " 00004 19970101  1   29.33\r\n 00004 19970118  1   29.73\r\n 00021 19970101  3 0.00\r\n"
    let log = try files.log(" customer_id date number_of_cds dollar_value\r\n" + rows)
    #expect(
      types(log) == [
        "customer_id text", "date timestamp", "number_of_cds int", "dollar_value decimal",
        "event text",
      ]
    )
    #expect(log.events == [EventValue(name: "purchase", rowCount: 3)])
    #expect(
      LoadOracleTests.cells(log).map { $0[0] } == ["00004", "00004", "00021"].map { .text($0) }
    )
    let bare = try files.log(rows, roles: [(.user, "column1"), (.time, "column2")])
    #expect(
      LoadOracleTests.cells(bare).map { $0[..<4] } == LoadOracleTests.cells(log).map { $0[..<4] }
    )
    #expect(bare.report.timeRange == 852_076_800_000_000...853_545_600_000_000)
  }

  @Test func readsVisitorsWithoutSessions() throws {
    let log = try files.log(
      "timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,355908,\n"
        + "1433224214164,992329,view,248676,\n"
    )
    #expect(log.roles[.session] == nil)
    #expect(log.report.sessionCount == nil)
    #expect(log.report.nullCounts.first { $0.column == "transactionid" }?.rowCount == 2)
  }

  // MARK: - Spellings

  @Test(arguments: ["", "\""]) func leavesOutTheByteOrderMark(quote: String) throws {
    let header = ["user_id", "time", "event"].map { quote + $0 + quote }.joined(separator: ",")
    let log = try files.log("\u{FEFF}" + header + "\r\n7,2019-10-01,view\r\n8,2019-10-01,cart")
    #expect(log.schema.fields.map(\.name) == ["user_id", "time", "event"])
    #expect(LoadOracleTests.cells(log).map { $0[0] } == [.int(7), .int(8)])
    // Without a header it is no part of the first field either.
    let bare = try files.log(
      "\u{FEFF}7,2019-10-01,view\n8,2019-10-01,cart\n",
      roles: [(.user, "column1"), (.time, "column2"), (.event, "column3")]
    )
    #expect(LoadOracleTests.cells(bare).map { $0[0] } == [.int(7), .int(8)])
  }

  @Test func keepsIdsOf19Digits() throws {
    let ids: [Int64] = [2_053_013_555_631_882_655, 2_053_013_555_631_882_656, .max]
    let rows = ids.map { "\($0),2019-10-01,view,\($0)\n" }.joined()
    let log = try files.log("user_id,time,event,category_id\n" + rows)
    #expect(LoadOracleTests.cells(log).map { $0[0] } == ids.map { .int($0) })
    #expect(LoadOracleTests.cells(log).map { $0[3] } == ids.map { .int($0) })
    #expect(log.report.userCount == 3)
    // One digit more, and they are texts.
    let longer = try files.log(
      "user_id,time,event,category_id\n1,2019-10-01,view,20530135556318826551\n"
        + "2,2019-10-01,view,20530135556318826552\n"
    )
    #expect(
      LoadOracleTests.cells(longer).map { $0[3] }
        == [.text("20530135556318826551"), .text("20530135556318826552")]
    )
  }

  /// Sessions as UUIDs, short tokens, or left out in some rows; one lasts for months.
  @Test(arguments: [
    ("26dd6e6e-4dac-4778-8d2c-92e149dab885", "0011aabb-4dac-4778-8d2c-92e149dab885"),
    ("QmFzZTY0Ix", "abcdefghij"), ("1", "2"),
  ])
  func readsSessions(first: String, second: String) throws {
    let log = try files.log(
      "user_id,time,event,user_session\n1,2019-10-01,view,\(first)\n1,2020-03-01,cart,\(first)\n"
        + "2,2019-10-01,view,\(first)\n2,2019-10-02,view,\n2,2019-10-03,view,\(second)\n"
    )
    #expect(log.report.sessionCount == 3)
    #expect(log.report.nullCounts.first { $0.column == "user_session" }?.rowCount == 1)
    let names = Set(LoadOracleTests.cells(log).map { $0[3] })
    #expect(
      names == (first == "1" ? [.int(1), .int(2), .null] : [.text(first), .text(second), .null])
    )
  }

  // MARK: - Blanks, prices, rows that repeat

  @Test func countsBlanks() throws {
    let codes = ["", "a.b", "a.c", "", "a.b", "a.b"]
    let rows = codes.enumerated().map { index, code in
      "2019-10-01 00:00:00 UTC,view,1,2,\(code),\(index == 0 ? "" : "acme"),3.00,\(index),\n"
    }
    let log = try files.log(Self.header + rows.joined())
    let blanks = log.report.nullCounts.filter { $0.rowCount > 0 }.map {
      "\($0.column) \($0.rowCount)"
    }
    #expect(blanks == ["category_code 2", "brand 1", "user_session 6"])
    #expect(log.report.sessionCount == 0)
  }

  @Test func keepsPricesOfZeroAndBelow() throws {
    let free = try files.log(
      Self.header + row(0, "view", price: "0.00") + row(1, "cart", price: "0")
    )
    #expect(LoadOracleTests.cells(free).map { $0[6] } == [.decimal(0), .decimal(0)])
    #expect(free.report.warnings.isEmpty)
    let back = try files.log(
      Self.header + row(0, "purchase", price: "-5.25") + row(1, "purchase", price: "5.25")
    )
    #expect(LoadOracleTests.cells(back).map { $0[6] } == [.decimal(-525), .decimal(525)])
    #expect(back.report.warnings.count == 1)
    #expect(back.report.warnings[0].hasPrefix("price is negative in 1 row, first at"))
  }

  /// A doubled purchase may be two pieces: it is told, and stays unless it is to go.
  @Test func reportsRowsThatRepeat() throws {
    let text = Self.header + row(0, "view") + row(5, "purchase") + row(5, "purchase")
    let kept = try files.log(text)
    #expect(kept.report.duplicateRows == 1 && !kept.report.duplicatesRemoved)
    #expect(kept.rowCount == 3)
    let removed = try files.log(text) { $0.dedupExact = true }
    #expect(removed.report.duplicateRows == 1 && removed.report.duplicatesRemoved)
    #expect(removed.rowCount == 2)
  }

  // MARK: - Order

  @Test func sortsRowsByTimeAndKeepsTiesAsTheyStand() throws {
    let log = try files.log(
      Self.header + row(9, "purchase") + row(3, "cart") + row(3, "view") + row(3, "purchase")
        + row(0, "view", user: 5)
    )
    let cells = LoadOracleTests.cells(log)
    #expect(
      cells.map { $0[1] } == ["cart", "view", "purchase", "purchase", "view"].map { .text($0) }
    )
    #expect(log.report.outOfOrderRows == 2)
    #expect(log.report.tiedRows == 2)
    #expect(log.report.timeRange == 1_569_888_000_000_000...1_569_888_009_000_000)
  }

  /// Purchases without a cart before them, or without anything, are no faults.
  @Test func takesPurchasesOutOfNowhere() throws {
    let log = try files.log(
      Self.header + row(0, "purchase", session: "a") + row(1, "view", session: "b")
        + row(2, "purchase", session: "b") + row(3, "cart", session: "c")
    )
    #expect(log.events.map(\.rowCount) == [1, 1, 0, 2])
    #expect(log.report.rejections.isEmpty && log.report.warnings.isEmpty)
  }
}
