import BQLColumnar
import BQLStorage
import BQLTestSupport
import CDelimiterScan
import Testing

/// Loads what the fast paths of a block treat in their own ways.
@Suite struct LoadBlockTests {
  private let folder = TemporaryFolder()

  private func load(
    _ text: String,
    threads: Int = 1,
    blockByteCount: Int = 1 << 20
  ) throws -> EventLog {
    var request = LoadRequest(
      paths: [folder.write(text)],
      name: "events",
      kind: .log(roles: [], eventAliases: []),
      threads: threads
    )
    request.blockByteCount = blockByteCount
    return try Loader.prepare(request).loadLog()
  }

  // MARK: - Quoted fields

  @Test func readsQuotedFieldsOfManyLines() throws {
    let note = String(repeating: "a line, with \"\"quotes\"\"\n", count: 30_000)
    let wanted = String(repeating: "a line, with \"quotes\"\n", count: 30_000)
    var text = "user_id,time,event,note\n"
    for row in 0..<40 {
      text += "\(row),2019-10-01,view,\(row % 20 == 7 ? "\"\(note)\"" : "x")\n"
    }
    for (threads, blockByteCount) in [(1, 1 << 22), (2, 50_000), (5, 1_000)] {
      let log = try load(text, threads: threads, blockByteCount: blockByteCount)
      #expect(log.report.rowsLoaded == 40)
      let notes = LoadOracleTests.cells(log).map { $0[3] }
      #expect(notes.indices.allSatisfy { notes[$0] == .text($0 % 20 == 7 ? wanted : "x") })
    }
  }

  @Test func namesAQuotedFieldThatIsTooLong() throws {
    let note = String(repeating: "a line of a long text\n", count: 60_000)
    let text =
      "user_id,time,event,note\n1,2019-10-01,view,x\n2,2019-10-01,view,\"\(note)\"\n"
    for blockByteCount in [1 << 22, 50_000] {
      let failure = #expect(throws: LoadError.self) {
        try load(text, threads: 2, blockByteCount: blockByteCount)
      }
      guard case .openQuote(let rejection, _, _) = failure else {
        Issue.record("\(String(describing: failure))")
        return
      }
      #expect(rejection.firstLine == 3)
      #expect(rejection.reason.hasPrefix("a quoted field is longer than 1 MB"))
      #expect(failure?.message.contains("first in line 3 of") == true)
    }
  }

  @Test func countsOneLongQuoteAmongGoodRows() throws {
    var text = "user_id,time,event,note\n1,2019-10-01 00:00:00,view,\"never closed\n"
    for row in 0..<60_000 { text += "\(row),2019-10-01 00:00:00,view,y\n" }
    let log = try load(text, threads: 2, blockByteCount: 100_000)
    #expect(log.report.rowsLoaded == 60_000)
    #expect(log.report.rejections.count == 1)
    #expect(log.report.rejections[0].firstLine == 2)
    #expect(log.report.rejections[0].reason.hasPrefix("a quoted field is longer than 1 MB"))
  }

  // MARK: - Partitioned logs

  /// Every kind of column that blocks hold in a way of its own, at any number of threads.
  @Test func largeLogsOfQuotedRowsAreTheSameAtAnyThreadCount() throws {
    var text = "user_id,time,event,shop_id,note,weight,user_session\r\n"
    var wanted = 0
    for row in 0..<150_000 {
      let user = row &* 2_654_435_761 % 20_011
      if row % 3_000 == 1_500 {
        text += "\"u\(user)\",\"yesterday\",view,1,,,\r\n"
        continue
      }
      wanted += 1
      let note = row % 500 == 0 ? "two\n\"\"lines\"\"" : "note \(row % 300)"
      let weight = row % 7 == 0 ? "" : "\(row % 1_000).125"
      let hex = String(user * 7 + row % 3, radix: 16)
      let session =
        "72d76fde-8bb3-4e00-8c23-" + String(repeating: "0", count: 12 - hex.count) + hex
      text += "\"u\(user)\",\"2019-10-0\(1 + row / 20_000) 00:00:00.\(row % 4)\",view,"
      text += "\(2_053_013_555_631_882_655 + row % 50),\"\(note)\",\(weight),\"\(session)\"\r\n"
    }
    var first: [[Value]]?
    for (threads, blockByteCount) in [(1, 1 << 20), (2, 100_000), (5, 33_333)] {
      let log = try load(text, threads: threads, blockByteCount: blockByteCount)
      #expect(log.partitions.count == 64)
      #expect(log.report.rowsLoaded == wanted)
      #expect(log.report.rejections.map(\.rowCount) == [50])
      #expect(
        log.schema.fields.map(\.type) == [.text, .timestamp, .text, .int, .text, .float, .text]
      )
      let cells = LoadOracleTests.cells(log)
      if let first { #expect(cells == first) } else { first = cells }
    }
    let rows = try #require(first)
    #expect(rows.count { $0[4] == .text("two\n\"lines\"") } == 250)
    #expect(rows.allSatisfy { $0[3] != .null && $0[6] != .null })
    #expect(
      rows.count { $0[5] == .null }
        == (0..<150_000).count {
          $0 % 7 == 0 && $0 % 3_000 != 1_500
        }
    )
  }

  // MARK: - Values

  @Test func readsDecimalsOfEveryLength() throws {
    var spelled: [(text: String, cents: Int64)] = []
    var state: UInt64 = 11
    for length in 1...16 {
      for _ in 0..<20 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let bound = (0..<length).reduce(1) { product, _ in product * 10 }
        let cents = Int64(state >> 2) % Int64(bound)
        let fraction = cents % 100 < 10 ? "0\(cents % 100)" : "\(cents % 100)"
        spelled.append(("\(cents / 100).\(fraction)", cents))
        spelled.append(("-\(cents / 100).\(fraction)", -cents))
      }
    }
    let rows = spelled.map { "\($0.text),a\n" }.joined()
    let request = LoadRequest(
      paths: [folder.write("x,y\n" + rows)],
      name: "t",
      kind: .table(key: nil)
    )
    let (table, _) = try Loader.prepare(request).loadTable()
    #expect(table.schema[0].type == .decimal)
    #expect(table.rows.map { $0[0] } == spelled.map { .decimal($0.cents) })
  }

  @Test func tellsTextsOfEveryLengthApart() throws {
    // Texts that share their first bytes, their last, or all but one.
    var texts: [String] = []
    for length in 1...80 {
      texts.append(String(repeating: "a", count: length))
      texts.append(String(repeating: "a", count: length - 1) + "b")
      texts.append("b" + String(repeating: "a", count: length - 1))
    }
    let rows = (0..<2_000).map { texts[$0 &* 7_919 % texts.count] }
    let request = LoadRequest(
      paths: [folder.write("x,y\n" + rows.map { "\($0),\n" }.joined())],
      name: "t",
      kind: .table(key: nil)
    )
    let (table, _) = try Loader.prepare(request).loadTable()
    #expect(table.rows.map { $0[0] } == rows.map { .text($0) })
  }

  @Test func readsUUIDsAsAPlainLoopDoes() {
    var state: UInt64 = 3
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    let hyphens = [8, 13, 18, 23]
    for round in 0..<20_000 {
      var text = (0..<36).map { index in
        hyphens.contains(index)
          ? UInt8(ascii: "-") : Array("0123456789abcdef".utf8)[Int(next() % 16)]
      }
      if round % 2 == 0 { text[Int(next() % 36)] = UInt8(truncatingIfNeeded: next()) }
      var words: (UInt64, UInt64) = (0, 0)
      var isValid = hyphens.allSatisfy { text[$0] == UInt8(ascii: "-") }
      for index in 0..<36 where !hyphens.contains(index) {
        let digit = Array("0123456789abcdef".utf8).firstIndex(of: text[index])
        if digit == nil { isValid = false }
        words = (words.0 << 4 | words.1 >> 60, words.1 << 4 | UInt64(digit ?? 0))
      }
      // The function reads the 36 bytes alone.
      let uuid = unsafe bql_uuid_words(text)
      #expect((uuid.is_valid != 0) == isValid)
      if isValid { #expect(uuid.high == words.0 && uuid.low == words.1) }
    }
  }

  // MARK: - Memory

  @Test func saysThatThereIsNoMemory() {
    #expect(MemoryRegion(ifAvailable: 1 << 60) == nil)
    #expect(MemoryRegion(ifAvailable: 1 << 21)?.byteCount == 1 << 21)
    let message = LoadError.outOfMemory(byteCount: 3 << 20).message
    #expect(message.contains("3 MB more"))
  }
}
