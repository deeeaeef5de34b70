import BQLColumnar
import BQLStorage
import BQLTestSupport
import Testing

/// Loads files with one quirk each, as real exports have them.
@Suite struct LoadQuirkTests {
  private let files = LogFiles()

  private static let header =
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"

  private func types(_ log: EventLog) -> [String] {
    log.schema.fields.map { "\($0.name) \($0.type)" }
  }

  @Test func declaresTheEventsOfREES46() throws {
    let log = try files.log(
      Self.header + "2019-10-01 00:00:00 UTC,purchase,1,2,,,3.00,4,a\n"
        + "2019-10-01 00:00:00 UTC,odd,1,2,,,3.00,4,a\n"
    )
    #expect(log.events.map(\.name) == ["view", "cart", "remove_from_cart", "purchase", "odd"])
    #expect(log.events.map(\.rowCount) == [0, 0, 0, 1, 1])
    #expect(log.report.warnings.isEmpty)
  }

  @Test func readsRetailrocket() throws {
    let log = try files.log(
      "timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,355908,\n"
        + "1433224214164,992329,addtocart,248676,\n1433221999827,257597,transaction,12,17\n",
      aliases: [("addtocart", "cart"), ("transaction", "purchase")]
    )
    #expect(log.events.map(\.name) == ["cart", "purchase", "view"])
    #expect(log.purchaseCode == 1)
    #expect(log.report.timeRange == 1_433_221_332_117_000...1_433_224_214_164_000)
    #expect(
      log.report.warnings == [
        "roles taken from the columns' names: USER visitorid, TIME timestamp, EVENT event, "
          + "ITEM itemid"
      ]
    )
    #expect(log.report.outOfOrderRows == 1)
  }

  @Test func addsAPurchaseColumn() throws {
    let log = try files.log("user_id,date,sales\n7,19970101,29.33\n7,19970118,1\n")
    #expect(types(log) == ["user_id int", "date timestamp", "sales decimal", "event text"])
    #expect(log.roles[.event] == 3)
    #expect(log.events == [EventValue(name: "purchase", rowCount: 2)])
    #expect(LoadOracleTests.cells(log)[0][3] == .text("purchase"))
  }

  @Test(
    arguments: [
      ("2019-10-01 00:00:00 UTC", 1_569_888_000_000_000),
      ("2019-10-01T02:00:00+02:00", 1_569_888_000_000_000),
      ("2019-10-01T00:00:00Z", 1_569_888_000_000_000),
      ("2019-10-01 00:00:00+00:00", 1_569_888_000_000_000),
      ("2019-10-01 00:00:00.000000+00:00", 1_569_888_000_000_000),
      ("2019-10-01 00:00:00.25", 1_569_888_000_250_000),
      ("2019-09-30 19:00:00-0500", 1_569_888_000_000_000), ("2019-10-01", 1_569_888_000_000_000),
      ("20191001", 1_569_888_000_000_000), ("1569888000", 1_569_888_000_000_000),
      ("1569888000.5", 1_569_888_000_500_000), ("1569888000123", 1_569_888_000_123_000),
      ("1569888000123456", 1_569_888_000_123_456), ("2019-10-01 00:01", 1_569_888_060_000_000),
      ("2020-02-29 23:59:59 UTC", 1_583_020_799_000_000),
    ] as [(String, Int64)]
  )
  func readsTimes(spelled: String, micros: Int64) throws {
    let log = try files.log("user_id,time,event\n1,\(spelled),view\n1,\(spelled),view\n")
    #expect(log.report.timeRange == micros...micros)
    #expect(LoadOracleTests.cells(log).map { $0[1] } == [.timestamp(micros), .timestamp(micros)])
  }

  @Test(arguments: [
    "2019-13-01 00:00:00", "2019-02-29 00:00:00", "2019-10-01 24:00:00", "2019-10-01 00:60:00",
    "12:30", "01:12.0", "noon", "2019-10-01 00:00:00 CET", "12/1/10 8:26", "12345",
  ])
  func refusesOtherTimes(spelled: String) throws {
    let error = files.error("user_id,time,event\n1,\(spelled),view\n2,\(spelled),view\n")
    guard case .badTimes(column: "time", example: spelled, let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("Excel") == (spelled == "12:30" || spelled == "01:12.0"))
  }

  @Test func refusesMixedTimes() {
    let rows = (0..<30).map { "1,\($0 % 2 == 0 ? "2019-10-01 00:00:00" : "1569888000"),view\n" }
    #expect(
      files.error("user_id,time,event\n" + rows.joined())
        == .mixedTimes(column: "time", first: "2019-10-01 00:00:00", second: "1569888000")
    )
  }

  @Test func warnsOfOddTimes() throws {
    let log = try files.log("user_id,time,event\n1,1970-01-02,view\n1,2999-01-01,view\n")
    #expect(
      log.report.warnings.contains("the first event is in 1970, before 1980: 1 row is so early")
    )
    #expect(
      log.report.warnings.contains("the last event is in the future (2999): 1 row is so late")
    )
  }

  @Test func keepsIdsAsTheyAre() throws {
    let log = try files.log(
      "user_id,time,event,sku,category_id,customer,invoice\n"
        + "1,2019-10-01,view,00123,2053013555631882655,17850.0,C536379\n"
        + "2,2019-10-01,view,00124,2.05301E+18,17851.0,536380\n",
      roles: [(.item, "customer")]
    )
    #expect(
      types(log).suffix(4)
        == ["sku text", "category_id text", "customer int", "invoice text"]
    )
    #expect(log.report.warnings.contains { $0.contains("category_id holds numbers in scientific") })
    #expect(log.report.warnings.contains { $0.contains("customer holds whole numbers written") })
    #expect(LoadOracleTests.cells(log)[0][4] == .text("2053013555631882655"))
    #expect(LoadOracleTests.cells(log)[1][5] == .int(17_851))
  }

  @Test func tellsTypes() throws {
    let request = LoadRequest(
      paths: [
        files.folder.write(
          "a,b,c,d,e,f,g,h,i,j\n1,1.5,1.25e3,true,2019-10-01,2019-10-01T00:00:00Z,+5,nan,1.2500,x\n"
            + "-7,-2,7,false,,2019-10-02T00:00:00Z,6,1,3,\n,,,,,,,,,\n"
        )
      ],
      name: "t",
      kind: .table(key: "a")
    )
    let (table, report) = try Loader.prepare(request).loadTable()
    #expect(
      table.schema.fields.map(\.type)
        == [
          .int, .decimal, .float, .bool, .date, .timestamp, .text, .text, .decimal, .text,
        ]
    )
    #expect(
      table.rows[0]
        == [
          .int(1), .decimal(150), .float(1_250), .bool(true), .date(18_170),
          .timestamp(1_569_888_000_000_000), .text("+5"), .text("nan"), .decimal(125), .text("x"),
        ]
    )
    #expect(table.rows[2].allSatisfy { $0.isNull })
    #expect(report.warnings == ["1 rows have no a, the table's key"])
  }

  @Test func widensWhatTheSampleDidNotShow() throws {
    var text = "user_id,time,event,count\n"
    for row in 0..<30_000 {
      let count = row < 25_000 ? "\(row)" : row < 28_000 ? "\(row).5" : "many"
      text += "\(row % 50),2019-10-01,view,\(count)\n"
    }
    let log = try files.log(text)
    #expect(log.schema[3].type == .text)
    #expect(log.report.rowsLoaded == 30_000)
  }

  @Test func takesOtherSessionsThanUUIDs() throws {
    var text = "user_id,time,event,user_session\n"
    for row in 0..<25_000 {
      let session =
        row == 24_000 ? "abcdefghij" : "72d76fde-8bb3-4e00-8c23-a032dfed73\(10 + row % 90)"
      text += "\(row % 50),2019-10-01,view,\(session)\n"
    }
    let log = try files.log(text)
    #expect(log.report.rowsLoaded == 25_000)
    #expect(LoadOracleTests.cells(log).count { $0[3] == .text("abcdefghij") } == 1)
  }

  @Test func countsRowsWithoutUser() throws {
    let rows = (0..<100).map { "\($0 % 4 == 0 ? "" : "7"),2019-10-01,view\n" }
    let log = try files.log("user_id,time,event\n" + rows.joined())
    #expect(log.report.rowsLoaded == 75)
    #expect(log.report.rejections.map(\.reason) == ["user_id is empty"])
    #expect(log.report.rejections.map(\.firstLine) == [2])
    #expect(log.report.warnings.contains { $0.contains("25 of 100 rows (25.0 %)") })
  }

  @Test func followsOnError() throws {
    let text =
      "user_id,time,event,price\n1,2019-10-01,view,1\n\n2,2019-10-01,view,x\n3,2019-10-01,view,2\n1,x\n"
    let stopped = files.error(text) { $0.onError = .stop }
    guard case .badRow(let first) = stopped else {
      Issue.record("\(String(describing: stopped))")
      return
    }
    #expect(first.firstLine == 4 && first.reason.hasPrefix("price is not a number"))
    let nulled = try files.log(text) { $0.onError = .null }
    #expect(
      nulled.report.warnings.last == "price is not a number with at most two decimals in 1 value, "
        + "first at \(files.folder.path)/events.csv:4, loaded as NULL"
    )
    #expect(LoadOracleTests.cells(nulled).map { $0[3] } == [.decimal(100), .null, .decimal(200)])
    let rejects = files.folder.path("bad.csv")
    let skipped = try files.log(text) { $0.rejectsInto = rejects }
    #expect(skipped.report.rowsLoaded == 2)
    let path = files.folder.path + "/events.csv"
    #expect(
      files.folder.text("bad.csv")
        == "file,line,reason,row\n"
        + "\(path),4,price is not a number with at most two decimals,\"2,2019-10-01,view,x\"\n"
        + "\(path),6,the row has too few fields,\"1,x\"\n"
    )
  }

  @Test func stopsAtTooManyBadRows() {
    let good = String(repeating: "1,2019-10-01,view,1\n", count: 2)
    let header = "user_id,time,event,price\n"
    #expect(files.error(header + good + "1,2019-10-01\n") == nil)
    guard
      case .tooManyBadRows(3, 5, _) = files.error(
        header + good + String(repeating: "1,2019-10-01\n", count: 3)
      )
    else {
      Issue.record("three bad rows of five are too many")
      return
    }
    #expect(!LoadLimits.areTooMany(10, of: 100))
    #expect(LoadLimits.areTooMany(11, of: 100))
    #expect(!LoadLimits.areTooMany(100, of: 100_000))
    #expect(LoadLimits.areTooMany(101, of: 100_000))
  }

  @Test func asksForRoles() {
    let unknown = files.error("a,b,c\nx,y,z\n")
    #expect(
      unknown
        == .rolesUnknown(
          path: files.folder.path + "/events.csv",
          missing: [.user, .time],
          columns: ["a", "b", "c"],
          hasHeader: true
        )
    )
    #expect(unknown?.message.contains("a, b, c") == true)
    guard
      case .rolesUnknown(_, [.event], _, _) = files.error(
        "user_id,time,event,action\n1,2019-10-01,a,b\n"
      )
    else {
      Issue.record("two columns could be EVENT")
      return
    }
    #expect(unknown?.hint?.contains("LOAD '") == true)
    #expect(
      files.error("a,b\n1,2\n", roles: [(.user, "x")])
        == .unknownColumn(name: "x", columns: ["a", "b"])
    )
    #expect(
      files.error("a,b\n1,2\n", roles: [(.user, "a"), (.time, "A")]) == .repeatedRole(column: "a")
    )
  }

  @Test func readsFilesWithoutHeader() throws {
    let log = try files.log(
      "1,2019-10-01,view\n2,2019-10-02,cart\n",
      roles: [(.user, "column1"), (.time, "column2"), (.event, "column3")]
    )
    #expect(log.report.rowsLoaded == 2)
    #expect(log.report.warnings.contains { $0.contains("there is no header") })
  }

  @Test func loadsAHeaderAlone() throws {
    let log = try files.log(Self.header)
    #expect(log.rowCount == 0 && log.userCount == 0 && log.timeRange == nil)
    #expect(log.events.map(\.rowCount) == [0, 0, 0, 0])
    #expect(log.report.warnings.contains { $0.contains("a header and no rows") })
  }

  @Test func survivesStrayQuotes() throws {
    let rows = "1,2019-10-01,view,\"open\n2,2019-10-02,view,5\" disk\n3,2019-10-03,view,x\n"
    let log = try files.log("user_id,time,event,name\n" + rows)
    // The stray quote pairs with the next one, which text follows: one bad row of two lines.
    #expect(log.report.rejections.map(\.reason) == ["text follows a closing quote"])
    #expect(log.report.rowsLoaded == 1)
    let open = try files.log(
      "user_id,time,event,name\n3,2019-10-03,view,x\n1,2019-10-01,view,\"open\n2,2019-10-02,view,y\n"
    )
    #expect(open.report.rejections.map(\.reason) == ["a quote is not closed"])
    #expect(open.report.rejections.map(\.firstLine) == [3])
    #expect(open.report.rowsLoaded == 2)
  }

  @Test func filtersRows() throws {
    var request = LoadRequest(
      paths: [
        files.folder.write("user_id,time,event,price\n1,2019-10-01,view,0\n2,2019-10-01,cart,5\n")
      ],
      name: "events",
      kind: .log(roles: [], eventAliases: [])
    )
    request.threads = 1
    let log = try Loader.prepare(request).loadLog { schema throws(LoadError) in
      guard let price = schema.index(named: "price") else {
        throw .unknownColumn(name: "price", columns: schema.fields.map(\.name))
      }
      return { chunk throws(LoadError) in
        (0..<chunk.count).map { chunk.columns[price][$0] != .decimal(0) }
      }
    }
    #expect(log.report.filteredRows == 1)
    #expect(LoadOracleTests.cells(log).map { $0[2] } == [.text("cart")])
    // A text met only in a row left out is not known.
    #expect(log.events.map(\.name) == ["cart"])
  }

  @Test func stopsWhenAsked() {
    #expect(
      files.error(Self.header + "2019-10-01 00:00:00 UTC,view,1,2,,,3.00,4,a\n") {
        $0.isCancelled = { true }
      } == .cancelled
    )
  }

  @Test func largeLogsAreTheSameAtAnyThreadCount() throws {
    var text = "user_id,time,event,brand,user_session\n"
    for row in 0..<140_000 {
      let user = row &* 2_654_435_761 % 9_973
      text +=
        "\(user),\(1_569_888_000 + row % 90_000 / 7),\(row % 20 == 0 ? "cart" : "view"),b\(row % 700),s\(user)-\(row % 3)\n"
    }
    let path = files.folder.write(text)
    var first: [[Value]]?
    for (threads, blockByteCount) in [(1, 1 << 20), (2, 100_000), (5, 33_333)] {
      var request = LoadRequest(
        paths: [path],
        name: "events",
        kind: .log(roles: [], eventAliases: []),
        threads: threads
      )
      request.blockByteCount = blockByteCount
      let log = try Loader.prepare(request).loadLog()
      #expect(log.partitions.count == 64)
      #expect(log.report.userCount == 9_973)
      let cells = LoadOracleTests.cells(log)
      #expect(cells.count == 140_000)
      if let first { #expect(cells == first) } else { first = cells }
      for partition in log.partitions {
        let user = partition.columns[0].decode(0..<partition.rowCount)
        let time = partition.columns[1].decode(0..<partition.rowCount)
        let offsets = partition.userOffsets
        for index in 0..<partition.userCount {
          for row in Int(offsets[index]) + 1..<max(Int(offsets[index + 1]), Int(offsets[index]) + 1)
          {
            #expect(user[row] == user[row - 1])
            guard case .timestamp(let now) = time[row], case .timestamp(let before) = time[row - 1]
            else { continue }
            #expect(now >= before)
          }
        }
      }
    }
  }
}
