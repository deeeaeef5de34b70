import BQLArrow
import BQLColumnar
import BQLStorage
import BQLTestSupport
import Testing

/// Loads Arrow data: a log as from the CSV of the same rows, a table as it is.
@Suite struct ArrowLoadTests {
  private let folder = TemporaryFolder()

  private static let text: String = {
    var rows = ["event_time,event_type,product_id,category_code,brand,price,user_id,user_session"]
    for row in 0..<3_000 {
      let second = (row * 37) % 3_600
      let time = "2019-10-01 00:\(pad(second / 60)):\(pad(second % 60))"
      let event = ["view", "view", "cart", "purchase"][row % 4]
      let code = row % 5 == 0 ? "" : "a.b\(row % 3)"
      let brand = ["x", "y\"z", "with,comma", "", "line\nend"][row % 5]
      let quoted =
        "\""
        + brand.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\""
      let price = "\(row % 90).\(pad(row % 100))"
      let user = 100 + row % 41
      let session = "72d76fde-8bb3-4e00-8c23-a032dfed\(1_000 + row % 97)"
      rows.append(
        "\(time),\(event),\(row % 13),\(code),\(brand == "" ? "" : quoted),\(price),\(user),\(session)"
      )
      if row % 50 == 0 { rows.append(rows[rows.count - 1]) }
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private func request(_ paths: [String], _ kind: LoadRequest.Kind) -> LoadRequest {
    var request = LoadRequest(paths: paths, name: "events", kind: kind, threads: 2)
    request.blockByteCount = 1_000
    return request
  }

  private func log(_ path: String, filter: RowFilter? = nil) throws(LoadError) -> EventLog {
    try Loader.prepare(request([path], .log(roles: [], eventAliases: []))).loadLog(filter: filter)
  }

  private func table(_ paths: [String]) throws(LoadError) -> (
    relation: Relation, report: LoadReport
  ) {
    try Loader.prepare(request(paths, .table(key: nil))).loadTable()
  }

  private func write(_ relation: Relation, _ name: String, _ framing: ArrowFraming) -> String {
    var bytes: [UInt8] = []
    ArrowEncoder.write(relation, as: framing) { (span) throws(Never) in
      for index in span.indices { bytes.append(span[index]) }
    }
    return folder.write(bytes, name)
  }

  @Test(arguments: [ArrowFraming.file, .stream])
  func givesTheLogOfTheCSV(_ framing: ArrowFraming) throws {
    let csv = folder.write(Self.text)
    let arrow = write(try table([csv]).relation, "events.arrow", framing)
    let wanted = try log(csv)
    let found = try log(arrow)
    #expect(found.schema == wanted.schema)
    #expect(LoadOracleTests.cells(found) == LoadOracleTests.cells(wanted))
    #expect(found.events == wanted.events)
    #expect(found.report.rowsRead == wanted.report.rowsRead)
    #expect(found.report.userCount == wanted.report.userCount)
    #expect(found.report.sessionCount == wanted.report.sessionCount)
    #expect(found.report.duplicateRows == wanted.report.duplicateRows)
    #expect(found.report.duplicateRows == 60)
    #expect(found.report.outOfOrderRows == wanted.report.outOfOrderRows)
    #expect(found.report.tiedRows == wanted.report.tiedRows)
    #expect(found.report.nullCounts.map(\.rowCount) == wanted.report.nullCounts.map(\.rowCount))
    #expect(found.report.warnings == wanted.report.warnings)
  }

  @Test func readsSeveralFilesAsOne() throws {
    let csv = folder.write(Self.text)
    let relation = try table([csv]).relation
    let whole = Chunk(
      relation.schema.fields.indices.map { index in
        Column.concatenate(
          relation.chunks.map { $0.columns[index] },
          type: relation.schema[index].type
        )
      },
      count: relation.rowCount
    )
    let cut = [0..<1_000, 1_000..<whole.count].enumerated().map { number, rows in
      write(
        Relation(schema: relation.schema, chunks: [whole.slice(rows)]),
        "part\(number).arrow",
        .file
      )
    }
    let kind = LoadRequest.Kind.log(roles: [], eventAliases: [])
    let found = try Loader.prepare(request(cut, kind)).loadLog()
    #expect(LoadOracleTests.cells(found) == LoadOracleTests.cells(try log(csv)))
    #expect(try table(cut).relation.rows == relation.rows)
    // The second part with its columns the other way round.
    let turned = Array(relation.schema.fields.indices.reversed())
    let back = write(
      Relation(
        schema: Schema(turned.map { relation.schema[$0] }),
        chunks: [
          Chunk(
            turned.map { whole.slice(1_000..<whole.count).columns[$0] },
            count: whole.count - 1_000
          )
        ]
      ),
      "back.arrow",
      .file
    )
    #expect(try table([cut[0], back]).relation.rows == relation.rows)
    let mixed = try Loader.prepare(request([cut[0], back], kind)).loadLog()
    #expect(LoadOracleTests.cells(mixed) == LoadOracleTests.cells(found))
    let other = write(
      Relation(schema: Schema(relation.schema.fields.map { Field($0.name, .text) }), rows: []),
      "other.arrow",
      .file
    )
    #expect(throws: LoadError.self) { try table([cut[0], other]) }
  }

  @Test func readsPackedStreams() throws {
    let relation = Relation(
      schema: Schema([Field("n", .int), Field("t", .text)]),
      rows: [[.int(1), .text("a")], [.null, .text("")], [.int(3), .null]]
    )
    let path = write(relation, "x.arrows", .stream)
    let packed = folder.path("x.arrows.gz")
    try #require(SystemCommand.succeeds("gzip -c '\(path)' > '\(packed)'"))
    #expect(try table([packed]).relation.rows == relation.rows)
  }

  @Test func keepsTypesOfTables() throws {
    let fields = DataType.allCases.map { Field("\($0)", $0) }
    let row: [Value] = DataType.allCases.map { type in
      switch type {
      case .bool: .bool(true)
      case .int: .int(7)
      case .float: .float(.nan)
      case .decimal: .decimal(123)
      case .text: .text("007")
      case .timestamp: .timestamp(1)
      case .date: .date(2)
      case .interval: .interval(3)
      }
    }
    let schema = Schema(fields)
    let path = write(Relation(schema: schema, rows: [row]), "t.arrow", .file)
    let found = try table([path])
    #expect(found.relation.schema == schema)
    #expect("\(found.relation.rows)" == "\([row])")
    #expect(found.report.rowsLoaded == 1)
    let empty = write(Relation(schema: schema, rows: []), "none.arrow", .file)
    #expect(try table([empty]).relation.rowCount == 0)
  }

  @Test func filtersTables() throws {
    let relation = Relation(
      schema: Schema([Field("n", .int)]),
      rows: (0..<100).map { [.int($0)] }
    )
    let path = write(relation, "n.arrow", .file)
    let plan = try Loader.prepare(request([path], .table(key: nil)))
    let found = try plan.loadTable { _ throws(LoadError) in
      { chunk throws(LoadError) in (0..<chunk.count).map { $0 % 10 == 3 } }
    }
    #expect(found.relation.rows == (0..<10).map { [.int(Int64($0 * 10 + 3))] })
    #expect(found.report.filteredRows == 90)
  }

  /// What a log cannot hold is told, and texts that look like numbers stay texts.
  @Test func tellsWhatALogChanges() throws {
    let schema = Schema([
      Field("user_id", .text), Field("event_time", .timestamp), Field("event_type", .text),
      Field("score", .float), Field("wait", .interval), Field("code", .text),
    ])
    var rows: [[Value]] = []
    for row in 0..<20 {
      let score: Double = row == 3 ? .nan : row == 4 ? .infinity : Double(row) / 8
      let code = row == 5 ? "" : "00\(row)"
      let time = Int64(row) * 1_000_001
      rows.append([
        .text("\(row)"), .timestamp(time), .text("view"), .float(score), .interval(1_500_000),
        .text(code),
      ])
    }
    let path = write(Relation(schema: schema, rows: rows), "odd.arrow", .file)
    let log = try log(path)
    #expect(log.schema.fields.map(\.type) == [.text, .timestamp, .text, .float, .float, .text])
    #expect(log.rowCount == 20)
    let cells = LoadOracleTests.cells(log)
    let first = try #require(cells.first { $0[0] == .text("7") })
    #expect(
      first == [
        .text("7"), .timestamp(7_000_007), .text("view"), .float(0.875), .float(1.5), .text("007"),
      ]
    )
    #expect(cells.count { $0[3] == .null } == 2)
    #expect(cells.count { $0[5] == .null } == 1)
    #expect(
      log.report.warnings.contains("score has 2 values that are no finite number, loaded as NULL")
    )
    #expect(log.report.warnings.contains("wait holds durations, which a log has as seconds"))
  }

  @Test func namesDamage() throws {
    let relation = Relation(schema: Schema([Field("n", .int)]), rows: [[.int(1)]])
    let path = write(relation, "n.arrow", .file)
    let cut = folder.path("cut.arrow")
    try #require(SystemCommand.succeeds("head -c 300 '\(path)' > '\(cut)'"))
    do {
      _ = try table([cut])
      Issue.record("a part of a file is no file")
    } catch {
      #expect(
        error.message
          == "'\(cut)' cannot be read: it is damaged: its end is missing: it was cut off, or never "
          + "finished"
      )
    }
  }
}
