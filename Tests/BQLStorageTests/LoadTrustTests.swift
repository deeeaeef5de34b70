import BQLColumnar
import BQLStorage
import BQLTestSupport
import Testing

/// Loads what real exports do to dates, prices and ids, and says so.
@Suite struct LoadTrustTests {
  private let folder = TemporaryFolder()

  private func log(
    _ texts: [String],
    _ change: (inout LoadRequest) -> Void = { _ in }
  ) throws(LoadError) -> EventLog {
    let paths = texts.enumerated().map { folder.write($1, "f\($0).csv") }
    var request = LoadRequest(
      paths: paths,
      name: "events",
      kind: .log(roles: [], eventAliases: []),
      threads: 2
    )
    request.blockByteCount = 200
    change(&request)
    return try Loader.prepare(request).loadLog()
  }

  private func error(
    _ text: String,
    _ change: (inout LoadRequest) -> Void = { _ in }
  ) -> LoadError? {
    do {
      _ = try log([text], change)
      return nil
    } catch {
      return error
    }
  }

  // MARK: - Dates

  @Test(
    arguments: [
      ("13/12/2010 8:26", 1_292_228_760_000_000), ("12/13/2010 08:26", 1_292_228_760_000_000),
      ("12/13/2010 8:26:05 PM", 1_292_271_965_000_000), ("13.12.2010", 1_292_198_400_000_000),
      ("12/13/2010 12:00 AM", 1_292_198_400_000_000), ("13-12-2010 08:26", 1_292_228_760_000_000),
      ("2010/12/13 08:26:05.5", 1_292_228_765_500_000), ("1.2.2010", 1_264_982_400_000_000),
      ("2010/2/1", 1_264_982_400_000_000),
    ] as [(String, Int64)]
  )
  func readsDatesOfDigits(spelled: String, micros: Int64) throws {
    let log = try log(["user_id,time,event\n1,\(spelled),view\n2,\(spelled),view\n"])
    #expect(log.report.timeRange == micros...micros)
  }

  @Test func tellsTheOrderFromAnyRow() throws {
    let rows = (0..<25_000).map { "\($0),\($0 == 24_000 ? 13 : 1 + $0 % 12)/1/2010 8:26,view\n" }
    let log = try log(["user_id,time,event\n" + rows.joined()])
    #expect(log.report.rejections.isEmpty)
    #expect(
      log.report.warnings.contains(
        "time is read as day/month/year, as in '13/1/2010 8:26'; CSV (DATES DMY|MDY) says otherwise"
      )
    )
    let second = try self.log([
      "user_id,time,event\n1,1/2/2010,view\n", "user_id,time,event\n1,1/31/2010,view\n",
    ])
    #expect(second.report.warnings.contains { $0.hasPrefix("time is read as month/day/year") })
    #expect(second.report.timeRange?.lowerBound == 1_262_390_400_000_000)
  }

  @Test func asksForTheOrderThatNothingTells() throws {
    let text = "user_id,time,event\n1,1/2/2010,view\n2,3/4/2010,view\n"
    #expect(error(text) == .unknownDateOrder(column: "time", example: "1/2/2010"))
    #expect(error(text)?.hint?.contains("DATES DMY") == true)
    let days = try log([text]) { $0.options.dateOrder = .dayFirst }
    #expect(days.report.timeRange?.lowerBound == 1_264_982_400_000_000)
    let months = try log([text]) { $0.options.dateOrder = .monthFirst }
    #expect(months.report.timeRange?.lowerBound == 1_262_390_400_000_000)
    #expect(months.report.warnings.allSatisfy { !$0.contains("is read as") })
  }

  @Test func refusesMixedDates() {
    let header = "user_id,time,event\n"
    let rows = (0..<30).map { "1,\($0 % 2 == 0 ? "13/1/2010" : "1/13/2010"),view\n" }
    #expect(
      error(header + rows.joined())
        == .mixedTimes(column: "time", first: "13/1/2010", second: "1/13/2010")
    )
    let odd = (0..<30).map { "1,\($0 % 2 == 0 ? "2019-10-01" : "1 Oct 2019"),view\n" }
    #expect(
      error(header + odd.joined())
        == .mixedTimes(column: "time", first: "2019-10-01", second: "1 Oct 2019")
    )
    // Behind the sample: both examples again.
    let late = (0..<21_000).map { "1,\($0 < 20_500 ? "2019-10-01" : "1.10.2019"),view\n" }
    #expect(
      error(header + late.joined())
        == .mixedTimes(column: "time", first: "2019-10-01", second: "1.10.2019")
    )
  }

  // MARK: - Prices

  @Test func readsNumbersWithMarks() throws {
    let points = try log([
      "user_id;time;event;price\n1;2019-10-01;view;1.234,56\n2;2019-10-01;view;-0,5\n"
    ])
    #expect(LoadOracleTests.cells(points).map { $0[3] } == [.decimal(123_456), .decimal(-50)])
    #expect(points.report.warnings.contains("price holds numbers written like 1.234,56"))
    #expect(
      points.report.warnings.contains {
        $0.hasPrefix("price is negative in 1 row, first at") && $0.contains("f0.csv:3:")
      }
    )
    let commas = try log([
      "user_id,time,event,price\n1,2019-10-01,view,\"1,234,567.5\"\n2,2019-10-01,view,3\n"
    ])
    #expect(LoadOracleTests.cells(commas).map { $0[3] } == [.decimal(123_456_750), .decimal(300)])
    // 1,234 alone may be either.
    guard
      case .unfitRole(.value, _, "1,234", _) = error(
        "user_id;time;event;price\n1;2019-10-01;view;1,234\n"
      )
    else {
      Issue.record("1,234 is one number or another")
      return
    }
    let given = try log(["user_id;time;event;price\n1;2019-10-01;view;1,234\n"]) {
      $0.options.decimalMark = .comma
    }
    #expect(LoadOracleTests.cells(given)[0][3] == .float(1.234))
  }

  @Test func saysWhatToDoAboutPrices() {
    let header = "user_id,time,event,price\n"
    #expect(error(header + "1,2019-10-01,view,NULL\n")?.hint?.contains("NULLS 'NULL'") == true)
    #expect(error(header + "1,2019-10-01,view,$5\n")?.hint?.contains("currency") == true)
    let some = header + "1,2019-10-01,view,5\n2,2019-10-01,view,NULL\n"
    #expect(error(some) { $0.onError = .null } == nil)
  }

  // MARK: - Ids

  @Test func countsDamagedIds() throws {
    var rows = (0..<21_000).map { "\($0),2019-10-01,view,\(2_053_013_555_631_882_655 + $0)\n" }
    for row in [20_500, 20_700] { rows[row] = "\(row),2019-10-01,view,2.05301E+18\n" }
    let log = try log(["user_id,time,event,category_id\n" + rows.joined()])
    #expect(log.schema[3].type == .text)
    let warning = try #require(log.report.warnings.first { $0.contains("scientific") })
    #expect(
      warning.hasPrefix("category_id holds numbers in scientific notation in 2 rows, first at")
    )
    #expect(warning.contains("f0.csv:20502 ('2.05301E+18')") && warning.contains("as text"))
    let users = try self.log(["user_id,time,event\n5.4E+11,2019-10-01,view\n7,2019-10-01,view\n"])
    #expect(users.report.warnings.contains { $0.hasPrefix("user_id holds numbers in scientific") })
    // A brand may be spelled so.
    let brands = try self.log([
      "user_id,time,event,brand\n5,2019-10-01,view,1E5\n6,2019-10-01,view,x\n"
    ])
    #expect(!brands.report.warnings.contains { $0.contains("scientific") })
  }

  @Test func countsAVisitOfTwoUsersTwice() throws {
    let log = try log([
      "user_id,time,event,user_session\n1,2019-10-01,view,s1\n2,2019-10-01,view,s1\n"
        + "1,2019-10-02,view,\n1,2020-03-01,view,s1\n"
    ])
    #expect(log.report.sessionCount == 2 && log.report.userCount == 2)
    #expect(log.report.nullCounts.first { $0.column == "user_session" }?.rowCount == 1)
  }

  // MARK: - Files

  @Test func takesColumnsInAnotherOrder() throws {
    let log = try log([
      "user_id,time,event,price\n1,2019-10-01,view,1.5\n",
      "price,event,USER_ID,time\n2.5,\"cart\",2,2019-10-02\n3.5,cart,3,2019-10-03\n,,x\n",
    ])
    #expect(
      LoadOracleTests.cells(log).map { [$0[0], $0[2], $0[3]] } == [
        [.int(1), .text("view"), .decimal(150)], [.int(2), .text("cart"), .decimal(250)],
        [.int(3), .text("cart"), .decimal(350)],
      ]
    )
    #expect(log.report.rejections.map(\.firstLine) == [4])
    #expect(log.report.warnings.contains { $0.contains("in another order") })
    let semicolons = folder.write("user_id;time\n1;2019-10-01\n", "g.csv")
    let refused = error("user_id,time\n1,2019-10-01\n") { $0.paths.append(semicolons) }
    #expect(refused?.message.contains("different delimiters: ',' and ';'") == true)
  }

  @Test func writesRejectsWholeOrNotAtAll() throws {
    let rejects = folder.write("old\n", "bad.csv")
    let header = "user_id,time,event\n"
    let log = try log([
      header + "1,2019-10-01,view\n2\n", header + "\n3,2019-10-01\n4,2019-10-01,view\n",
    ]) {
      $0.rejectsInto = rejects
    }
    #expect(log.report.rejectsFile == rejects)
    let lines = (folder.text("bad.csv") ?? "").split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "file,line,reason,row", "\(folder.path)/f0.csv,3,the row has too few fields,2",
        "\(folder.path)/f1.csv,3,the row has too few fields,\"3,2019-10-01\"",
      ]
    )
    let nowhere = folder.path + "/none/bad.csv"
    #expect(throws: LoadError.self) {
      try self.log([header + "1,2019-10-01,view\n"]) { $0.rejectsInto = nowhere }
    }
    // Nothing else is left behind.
    #expect(SystemCommand.succeeds("test $(ls '\(folder.path)' | grep -c part) = 0"))
  }

  @Test func boundsColumns() throws {
    let wide = (0..<3_000).map { "c\($0 % 1_500)" }.joined(separator: ",")
    let row = (0..<3_000).map { _ in "1" }.joined(separator: ",")
    let request = LoadRequest(
      paths: [folder.write(wide + "\n" + row + "\n", "wide.csv")],
      name: "t",
      kind: .table(key: nil)
    )
    let loaded = try Loader.prepare(request).loadTable()
    #expect(loaded.relation.schema.fields.count == 3_000)
    #expect(
      loaded.report.warnings.last
        == "1495 more columns have the name of another one, and a number here"
    )
    let wider = (0..<20_000).map { "c\($0)" }.joined(separator: ",")
    #expect(error(wider + "\n")?.message.contains("20000 columns") == true)
  }
}
