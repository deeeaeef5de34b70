import BQLColumnar
import BQLStorage
import BQLTestSupport
import Glibc
import Testing

/// Loads files in every packing, several at once, and refuses what is no data.
@Suite struct LoadFileTests {
  private let folder = TemporaryFolder()
  private static let text =
    "user_id,time,event\n"
    + (0..<500).map { "\($0 % 9),2019-10-01 00:00:\(10 + $0 % 50),view\n" }.joined()

  private func load(_ paths: [String], blockByteCount: Int = 64) throws(LoadError) -> EventLog {
    var request = LoadRequest(
      paths: paths,
      name: "events",
      kind: .log(roles: [], eventAliases: []),
      threads: 2
    )
    request.blockByteCount = blockByteCount
    return try Loader.prepare(request).loadLog()
  }

  @Test func readsGzip() throws {
    let plain = folder.write(Self.text)
    let zipped = folder.path("events.data")
    try #require(SystemCommand.succeeds("gzip -c '\(plain)' > '\(zipped)'"))
    #expect(LoadOracleTests.cells(try load([zipped])) == LoadOracleTests.cells(try load([plain])))
    // Two members are one text.
    let tail = folder.write("77,2019-10-02 00:00:00,cart\n", "tail")
    let both = folder.path("both.gz")
    try #require(SystemCommand.succeeds("(gzip -c '\(plain)'; gzip -c '\(tail)') > '\(both)'"))
    #expect(try load([both]).rowCount == 501)
    let cut = folder.path("cut.gz")
    try #require(SystemCommand.succeeds("head -c 300 '\(zipped)' > '\(cut)'"))
    #expect(throws: LoadError.damagedArchive(path: cut, reason: "it ends too early")) {
      try load([cut])
    }
    let hurt = folder.path("hurt.gz")
    try #require(
      SystemCommand.succeeds(
        "(head -c 200 '\(zipped)'; printf 'xxxxxxxxxxxx'; tail -c +213 '\(zipped)') > '\(hurt)'"
      )
    )
    #expect(throws: LoadError.self) { try load([hurt]) }
  }

  @Test(
    .enabled(
      if: SystemCommand.succeeds("command -v zstd > /dev/null"),
      "the zstd program is not installed"
    )
  )
  func readsZstd() throws {
    let plain = folder.write(Self.text)
    let packed = folder.path("events.csv.zst")
    try #require(SystemCommand.succeeds("zstd -q -c '\(plain)' > '\(packed)'"))
    #expect(LoadOracleTests.cells(try load([packed])) == LoadOracleTests.cells(try load([plain])))
    let cut = folder.path("cut.zst")
    try #require(SystemCommand.succeeds("head -c 200 '\(packed)' > '\(cut)'"))
    #expect(throws: LoadError.damagedArchive(path: cut, reason: "it ends too early")) {
      try load([cut])
    }
  }

  @Test func readsZstdFrames() throws {
    // "user_id,time,event\n1,2019-10-01,view\n" as one raw block in a frame without a checksum.
    let content = Array("user_id,time,event\n1,2019-10-01,view\n".utf8)
    let size = UInt8(content.count)
    let header = (content.count << 3) | 1
    let frame: [UInt8] =
      [0x28, 0xB5, 0x2F, 0xFD, 0x20, size, UInt8(header & 255), UInt8(header >> 8), 0] + content
    let path = folder.write(frame, "one.zst")
    #expect(try load([path]).rowCount == 1)
    let cut = folder.write(Array(frame.dropLast(5)), "short.zst")
    #expect(throws: LoadError.damagedArchive(path: cut, reason: "it ends too early")) {
      try load([cut])
    }
  }

  @Test func joinsFiles() throws {
    let first = folder.write(
      "user_id,time,event\n1,2019-10-02,view\n\n2,2019-10-02,x,y\n",
      "a1.csv"
    )
    _ = folder.write("USER_ID,time,event\n1,2019-10-01,cart\n3,2019-10-01", "a2.csv")
    let log = try load([folder.path + "/a*.csv"])
    #expect(log.report.files == [first, folder.path + "/a2.csv"])
    #expect(LoadOracleTests.cells(log).map { $0[2] } == [.text("cart"), .text("view")])
    #expect(
      log.report.rejections.map { "\($0.reason) \($0.firstFile.suffix(6)) \($0.firstLine)" }
        == ["the row has too many fields a1.csv 4", "the row has too few fields a2.csv 3"]
    )
    let other = folder.write("user_id,time,price\n1,2019-10-02,5\n", "a3.csv")
    #expect(
      throws: LoadError.differentColumns(
        path: other,
        columns: ["user_id", "time", "price"],
        first: first,
        expected: ["user_id", "time", "event"],
        delimiters: nil
      )
    ) { try load([folder.path + "/a*.csv"]) }
  }

  @Test func namesFilesNearby() {
    let there = folder.write(Self.text, "events.csv")
    let wanted = folder.path + "/event.csv"
    #expect(throws: LoadError.fileNotFound(path: wanted, nearby: [there])) { try load([wanted]) }
    #expect(throws: LoadError.self) { try load([folder.path + "/*.tsv"]) }
  }

  @Test(
    arguments: [
      ([], "empty"), (Array("\n\n".utf8), "empty"),
      (Array("<!DOCTYPE html><html>".utf8), "web page"),
      (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "Git LFS"),
      (Array("%PDF-1.4".utf8), "PDF"), ([0x50, 0x4B, 3, 4, 0, 0], "zip"),
      ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32"), (Array("a,b\n1,\0\n2,3\n".utf8), "byte 7"),
      ([1, 2, 3, 4, 5, 6, 0, 1, 2, 3], "binary"),
      (Array("BZh91AY&SY".utf8), "bzip2"),
    ] as [([UInt8], String)]
  )
  func refuses(bytes: [UInt8], kind: String) throws {
    let path = folder.write(bytes, "x.csv")
    do {
      _ = try load([path])
      Issue.record("loaded \(kind)")
    } catch {
      #expect(error.message.contains(kind))
    }
  }

  @Test(arguments: [
    ("PAR1....", "Parquet"), ("{\"a\": 1}\n", "NDJSON"),
    ("[{\"a\": 1}]", "JSON"),
  ])
  func saysWhatIsNotBuilt(text: String, kind: String) {
    let path = folder.write(text, "x.csv")
    #expect(
      throws: LoadError.notImplemented(
        path: path,
        what: kind.contains("JSON") ? "reading \(kind)" : "reading \(kind) files"
      )
    ) {
      try load([path])
    }
  }

  @Test func refusesFolders() {
    #expect(
      throws: LoadError.notData(
        path: folder.path,
        kind: "a folder",
        hint: "name the files in it: '\(folder.path)/*.csv'"
      )
    ) { try load([folder.path]) }
  }
}

/// Names the folder of real files.
private enum RealData {
  static let folder: String? = unsafe getenv("BQL_REAL_DATA").map { unsafe String(cString: $0) }
}

/// Loads the real files in the folder that BQL_REAL_DATA names.
@Suite(.enabled(if: RealData.folder != nil, "BQL_REAL_DATA is not set"))
struct RealDataTests {
  private func load(_ name: String) throws(LoadError) -> EventLog {
    let request = LoadRequest(
      paths: [(RealData.folder ?? "") + "/" + name],
      name: "events",
      kind: .log(roles: [], eventAliases: []),
      threads: 2
    )
    return try Loader.prepare(request).loadLog()
  }

  @Test func multicategory() throws {
    let log = try load("rees46_multicat_oct_5k/2019-Oct.csv")
    #expect(log.events.map(\.name) == ["view", "cart", "remove_from_cart", "purchase"])
    #expect(log.events.map(\.rowCount) == [4_915, 50, 0, 54])
    let report = log.report
    #expect(report.rowsRead == 5_019 && report.rowsLoaded == 5_019)
    #expect(report.userCount == 1_755 && report.sessionCount == 1_906)
    #expect(report.duplicateRows == 3)
    let nulls = report.nullCounts.filter { $0.rowCount > 0 }.map { "\($0.column) \($0.rowCount)" }
    #expect(nulls == ["category_code 1575", "brand 632"])
    #expect(LoadOracleTests.cells(log).count { $0[6] == .decimal(0) } == 6)
    #expect(report.warnings.isEmpty && report.rejections.isEmpty)
  }

  /// Ids of 19 digits stay apart, and rows stand in time order within their user.
  @Test func multicategoryRows() throws {
    let cells = LoadOracleTests.cells(try load("rees46_multicat_oct_5k/2019-Oct.csv"))
    #expect(Set(cells.map { $0[3] }).count == 304)
    var carts: Set<Value> = []
    var bare = 0
    for row in cells {
      if row[1] == .text("cart") { carts.insert(row[7]) }
      if row[1] == .text("purchase"), !carts.contains(row[7]) { bare += 1 }
    }
    // Most purchases of the first hours have no cart before them.
    #expect(bare == 41)
  }

  @Test func theFirstThousandRows() throws {
    let log = try load("rees46_multicat_oct_1k/2019-Oct-sample.csv")
    #expect(log.events.map(\.rowCount) == [987, 3, 0, 10])
    let report = log.report
    #expect(report.rowsLoaded == 1_000 && report.userCount == 330 && report.sessionCount == 372)
    #expect(report.outOfOrderRows == 0 && report.duplicateRows == 0)
    #expect(report.timeRange == 1_569_888_000_000_000...1_569_889_046_000_000)
    let nulls = report.nullCounts.filter { $0.rowCount > 0 }.map { "\($0.column) \($0.rowCount)" }
    #expect(nulls == ["category_code 366", "brand 143"])
  }

  @Test func cdnow() throws {
    let log = try load("cdnow/BTYD_cdnowElog.csv")
    #expect(LoadOracleTests.cells(log).count { $0[4] == .decimal(0) } == 8)
    let cents = LoadOracleTests.cells(log).reduce(Int64(0)) { sum, row in
      if case .decimal(let cents) = row[4] { sum + cents } else { sum }
    }
    #expect(cents == 24_409_194)
    #expect(log.rowCount == 6_919 && log.userCount == 2_357)
    #expect(log.report.duplicateRows == 21)
    #expect(log.events == [EventValue(name: "purchase", rowCount: 6_919)])
  }

  @Test(arguments: [
    ("kaggle_login_page_saved_as_2019-Oct.csv", "login page"),
    ("git_lfs_pointer_2019-Nov.csv", "Git LFS pointer"),
    ("excel_time_mm_ss_bom.csv", "Excel saved minutes and seconds only"),
  ])
  func refuses(name: String, words: String) {
    do {
      _ = try load("negative_fixtures/" + name)
      Issue.record("loaded \(name)")
    } catch {
      #expect(error.message.contains(words))
    }
  }
}
