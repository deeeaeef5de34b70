import BQLColumnar
import BQLStorage
import BQLTestSupport
import Testing

/// Loads columns whose first 20,000 values, from which types are told, are not like all of them.
@Suite struct LoadWideningTests {
  private let folder = TemporaryFolder()

  private static let rowCount = 25_000

  /// Loads rows whose column `x` is `usual`, but for the last ones.
  private func load(
    usual: (Int) -> String,
    last: [String],
    role: Role? = nil,
    onError: LoadRequest.OnError = .skip,
    threads: Int = 2,
    blockByteCount: Int = 1 << 16
  ) throws -> EventLog {
    var text = "user_id,time,event,x\n"
    for row in 0..<Self.rowCount {
      let tail = row - (Self.rowCount - last.count)
      text += "\(row),2019-10-01,view,\(tail >= 0 ? last[tail] : usual(row))\n"
    }
    var request = LoadRequest(
      paths: [folder.write(text)],
      name: "events",
      kind: .log(roles: role.map { [($0, "x")] } ?? [], eventAliases: []),
      threads: threads
    )
    request.onError = onError
    request.blockByteCount = blockByteCount
    return try Loader.prepare(request).loadLog()
  }

  @Test(
    arguments: [
      ("1", ["2.5"], DataType.decimal, Value.decimal(250)),
      ("1", ["2.5", "3.125"], .float, .float(3.125)),
      ("1", ["2.5", "1e3", "n/a"], .text, .text("n/a")),
      ("1", ["00123"], .text, .text("00123")),
      ("1.25", ["many"], .text, .text("many")),
      ("1.5e3", ["many", "2"], .text, .text("2")),
      ("true", ["maybe"], .text, .text("maybe")),
      ("2019-10-01", ["2019-10-32"], .text, .text("2019-10-32")),
      ("2019-10-01 00:00:00", ["2019-10-01"], .text, .text("2019-10-01")),
      // A double would round the ids.
      ("2053013555631882655", ["1.5"], .text, .text("1.5")),
      ("9007199254740993", ["0.125"], .text, .text("0.125")),
    ]
  )
  func widensForAFewValues(
    usual: String,
    last: [String],
    type: DataType,
    value: Value
  ) throws {
    for (threads, blockByteCount) in [(1, 1 << 20), (2, 1 << 16), (5, 5_000)] {
      let log = try load(
        usual: { _ in usual },
        last: last,
        threads: threads,
        blockByteCount: blockByteCount
      )
      #expect(log.schema[3].type == type)
      #expect(log.report.rowsLoaded == Self.rowCount)
      #expect(log.report.rejections.isEmpty)
      let cells = LoadOracleTests.cells(log)
      #expect(cells.last?[3] == value)
      if type == .text { #expect(cells.first?[3] == .text(usual)) }
    }
  }

  @Test func keepsTheTypesOfRoles() throws {
    for (role, reason) in [
      (Role.item, "x is not a whole number"),
      (.value, "x is not a number with at most two decimals"),
    ] {
      let log = try load(usual: { String($0) }, last: ["many", "some"], role: role)
      #expect(log.report.rejections.map(\.reason) == [reason])
      #expect(log.report.rejections.map(\.rowCount) == [2])
      #expect(log.report.rejections.map(\.firstLine) == [Self.rowCount])
      #expect(log.report.rowsLoaded == Self.rowCount - 2)
    }
  }

  @Test func emptiesMisfitsWhereAskedTo() throws {
    let log = try load(usual: { String($0) }, last: ["many", "2.5"], onError: .null)
    #expect(log.schema[3].type == .int)
    #expect(LoadOracleTests.cells(log).suffix(2).map { $0[3] } == [.null, .null])
    #expect(
      log.report.warnings.contains(
        "x is not a whole number in 2 values, first at \(folder.path)/events.csv:\(Self.rowCount), "
          + "loaded as NULL"
      )
    )
  }

  @Test func isNotWidenedByRowsLeftOut() throws {
    var text = "user_id,time,event,x\n"
    for row in 0..<Self.rowCount { text += "\(row),2019-10-01,view,1\n" }
    text += ",2019-10-01,view,many\n7,yesterday,view,more\n8,2019-10-01,view,most,9\n"
    var request = LoadRequest(
      paths: [folder.write(text)],
      name: "events",
      kind: .log(roles: [], eventAliases: [])
    )
    request.threads = 2
    let log = try Loader.prepare(request).loadLog()
    #expect(log.schema[3].type == .int)
    #expect(log.report.rowsLoaded == Self.rowCount)
  }

  @Test func widensTables() throws {
    var text = "k,x,y\n"
    for row in 0..<Self.rowCount { text += "\(row),\(row == 24_000 ? "2.5" : "1"),a\n" }
    var request = LoadRequest(paths: [folder.write(text)], name: "t", kind: .table(key: "k"))
    request.threads = 2
    let (table, report) = try Loader.prepare(request).loadTable()
    #expect(table.schema.fields.map(\.type) == [.int, .decimal, .text])
    #expect(table.rows[24_000] == [.int(24_000), .decimal(250), .text("a")])
    #expect(report.rowsLoaded == Self.rowCount)
  }
}
