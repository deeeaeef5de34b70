import Glibc
import Testing

/// Loads into a store, comes back to it, and breaks off in the middle.
@Suite struct StoreTests {
  private static let question =
    "FUNNEL view, cart, purchase BY brand; SUMMARIZE events; DESCRIBE events;"

  private func answer(_ shop: SmallShop, _ arguments: [String]) throws -> String {
    let run = try Program.run(arguments + ["--quiet", "-c", Self.question], folder: shop.folder)
    #expect(run.status == 0, "\(run.errors)")
    return run.output
  }

  @Test func aLogIsThereWhenTheProgramStartsAgain() throws {
    let shop = try SmallShop()
    let expected = try answer(shop, ["shop.csv"])
    #expect(try answer(shop, ["shop.bqs", "shop.csv"]) == expected)
    #expect(try answer(shop, ["shop.bqs"]) == expected)
    let again = try Program.run(["-c", "OPEN 'shop.bqs'; SHOW LOADS"], folder: shop.folder)
    #expect(again.errors.contains("events: 6 rows, 3 users"), "\(again.errors)")
    #expect(again.output.contains(",shop.csv,"), "\(again.output)")
    #expect(again.output.contains(",6,6,0,0,"), "\(again.output)")
  }

  @Test func rowsJoinThoseThatAreThere() throws {
    let shop = try SmallShop()
    shop.write("later.csv", SmallShop.views(40))
    let expected = try answer(shop, ["shop.csv", "later.csv"])
    _ = try answer(shop, ["shop.bqs", "shop.csv"])
    #expect(try answer(shop, ["shop.bqs", "later.csv"]) == expected)
    #expect(try answer(shop, ["shop.bqs"]) == expected)
    let loads = try Program.run(["shop.bqs", "-c", "SHOW LOADS"], folder: shop.folder)
    #expect(loads.output.split(separator: "\n").count == 3, "\(loads.output)")
    let compact = try Program.run(["shop.bqs", "-c", "COMPACT events"], folder: shop.folder)
    #expect(compact.errors.contains("events: "), "\(compact.errors)")
    #expect(try answer(shop, ["shop.bqs"]) == expected)
  }

  @Test func aFileIsLoadedTwiceOnlyWhereThatIsAsked() throws {
    let shop = try SmallShop()
    _ = try answer(shop, ["shop.bqs", "shop.csv"])
    let count = "SELECT count(*) AS n FROM events"
    let run = try Program.run(["shop.bqs", "shop.csv", "-c", count], folder: shop.folder)
    #expect(run.errors.contains("error[B0304]: 'shop.csv' is in 'events' already"), "\(run.errors)")
    #expect(run.status == 3)
    let dedup = try Program.run(
      ["shop.bqs", "-c", "LOAD 'shop.csv' FORCE DEDUP EXACT; \(count)"],
      folder: shop.folder
    )
    #expect(dedup.output == "n\n6\n", "\(dedup.errors)")
    let forced = try Program.run(
      ["shop.bqs", "-c", "LOAD 'shop.csv' FORCE; \(count)"],
      folder: shop.folder
    )
    #expect(forced.output == "n\n12\n", "\(forced.errors)")
    let dropped = try Program.run(
      ["shop.bqs", "-c", "DROP events; LOAD 'shop.csv'; SELECT count(*) AS n FROM events"],
      folder: shop.folder
    )
    #expect(dropped.output == "n\n6\n", "\(dropped.errors)")
  }

  @Test func anErasedUserIsGoneAndNobodyElse() throws {
    let shop = try SmallShop()
    _ = try answer(shop, ["shop.bqs", "shop.csv"])
    let users = "SELECT count(DISTINCT user_id) AS n FROM events"
    let whole = try Program.run(
      ["shop.bqs", "-c", "\(users); SELECT min(user_id) AS first FROM events"],
      folder: shop.folder
    )
    let first = try #require(whole.output.split(separator: "\n").last)
    let run = try Program.run(
      ["shop.bqs", "-c", "ERASE USER \(first); \(users)"],
      folder: shop.folder
    )
    #expect(run.output == "n\n2\n", "\(run.errors)")
    #expect(run.errors.contains("of user \(first) erased"), "\(run.errors)")
    let again = try Program.run(
      ["shop.bqs", "-c", "ERASE USER \(first)"],
      folder: shop.folder
    )
    #expect(again.errors.contains("error[B0222]: the store has no such user"))
  }

  @Test func aDroppedLogIsGone() throws {
    let shop = try SmallShop()
    _ = try answer(shop, ["shop.bqs", "shop.csv"])
    #expect(try Program.run(["shop.bqs", "-c", "DROP Events"], folder: shop.folder).status == 0)
    let names = SmallShop.names(in: shop.path("shop.bqs"))
    #expect(Set(names) == ["manifest.json", "lock"])
    let run = try Program.run(["shop.bqs", "-c", "DROP events"], folder: shop.folder)
    #expect(run.errors.hasPrefix("shop.bqs: no tables yet"), "\(run.errors)")
    #expect(run.errors.contains("error[B0201]: unknown table 'events'"), "\(run.errors)")
  }

  @Test func damageIsNamedBeforeAnythingIsRead() throws {
    let shop = try SmallShop()
    _ = try answer(shop, ["shop.bqs", "shop.csv"])
    let file = shop.path("shop.bqs/log-1-000.arrow")
    let descriptor = unsafe open(file, O_WRONLY)
    try #require(descriptor >= 0)
    // Bytes behind the schema, of the rows.
    var status = stat()
    unsafe fstat(descriptor, &status)
    let noise = [UInt8](repeating: 0x78, count: Int(status.st_size) / 2)
    unsafe pwrite(descriptor, noise, noise.count, status.st_size / 4)
    close(descriptor)
    let run = try Program.run(["shop.bqs", "-c", Self.question], folder: shop.folder)
    #expect(run.status == 3)
    #expect(run.output == "")
    #expect(run.errors.contains("log-1-000.arrow"), "\(run.errors)")
    let check = try Program.run(["shop.bqs", "-c", "CHECK STORE"], folder: shop.folder)
    #expect(check.output.contains("log-1-000.arrow"), "\(check.errors)")
    #expect(check.output.contains("damaged: its checksum"), "\(check.output)")
    #expect(check.output.contains("sound"), "\(check.output)")
  }

  /// Memory for a fraction of the rows.
  @Test func aLogBeyondMemoryIsTheSame() throws {
    let shop = try SmallShop()
    shop.write("many.csv", SmallShop.views(300_000))
    let expected = try answer(shop, ["many.csv"])
    #expect(try answer(shop, ["many.csv", "--memory", "4MB"]) == expected)
    #expect(try answer(shop, ["shop.bqs", "many.csv", "--memory", "4MB"]) == expected)
    #expect(try answer(shop, ["shop.bqs"]) == expected)
  }

  /// What is odd about the first rows is told though they are out of memory when the last come.
  @Test func whatIsOddIsToldOfAllParts() throws {
    let shop = try SmallShop()
    let odd = "1970-01-01 00:00:00 UTC,seen,1,10,audio,apple,1.00,1,s0\n"
    let rows = SmallShop.views(300_000).dropFirst(SmallShop.header.count)
    shop.write("odd.csv", SmallShop.header + odd + rows)
    for memory in [[], ["--memory", "4MB"]] {
      let run = try Program.run(
        ["-c", "LOAD 'odd.csv' (EVENT event_type (seen AS glimpse))"] + memory,
        folder: shop.folder
      )
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.contains("before 1980: 1 row is so early"), "\(run.errors)")
      #expect(!run.errors.contains("no row has the event"), "\(run.errors)")
    }
  }

  /// A disk on which no file may grow beyond some kilobytes: the store stays what it was.
  @Test func aFullDiskLosesNothing() throws {
    let shop = try SmallShop()
    shop.write("many.csv", SmallShop.views(20_000))
    let expected = try answer(shop, ["shop.bqs", "shop.csv"])
    let before = SmallShop.names(in: shop.path("shop.bqs")).sorted()
    for statement in ["LOAD 'many.csv'", "LOAD 'many.csv' AS other"] {
      let run = try Program.run(
        ["shop.bqs", "-c", statement],
        folder: shop.folder,
        largestFile: 8
      )
      #expect(run.status == 3, "\(run.errors)")
      #expect(run.errors.contains("cannot write 'shop.bqs/log-"), "\(run.errors)")
      #expect(try answer(shop, ["shop.bqs"]) == expected)
      #expect(SmallShop.names(in: shop.path("shop.bqs")).sorted() == before)
    }
    let table = "LOAD 'many.csv' AS TABLE rows; SELECT count(*) AS n FROM rows"
    let run = try Program.run(["shop.bqs", "-c", table], folder: shop.folder, largestFile: 8)
    #expect(run.output == "n\n20000\n", "\(run.errors)")
    #expect(run.errors.contains("'rows' will be gone when bql ends"), "\(run.errors)")
    #expect(SmallShop.names(in: shop.path("shop.bqs")).sorted() == before)
  }

  @Test func aFolderThatTakesNoFilesIsNamed() throws {
    let shop = try SmallShop()
    for store in ["/sys/shop.bqs", "missing/shop.bqs"] {
      let run = try Program.run([store, "shop.csv", "-c", Self.question], folder: shop.folder)
      #expect(run.status == 3, "\(run.errors)")
      #expect(run.errors.contains("cannot create '\(store)'"), "\(run.errors)")
    }
  }

  @Test func aFileThatIsCutWhileItIsReadIsNamed() throws {
    let shop = try SmallShop()
    shop.write("many.csv", SmallShop.views(200_000))
    _ = try answer(shop, ["shop.bqs", "many.csv"])
    // The program waits for its script once the store is open.
    try #require(unsafe mkfifo(shop.path("wait.bq"), 0o600) == 0)
    let process = try SpawnedProcess(
      BuiltProgram.path,
      ["shop.bqs", "--quiet", "-c", "INCLUDE 'wait.bq'"],
      folder: shop.folder
    )
    let script = unsafe open(shop.path("wait.bq"), O_WRONLY)
    try #require(script >= 0)
    for name in SmallShop.names(in: shop.path("shop.bqs")) where name.hasSuffix(".arrow") {
      #expect(unsafe truncate(shop.path("shop.bqs/\(name)"), 0) == 0)
    }
    let statement = "SUMMARIZE events;\n"
    #expect(unsafe write(script, statement, statement.utf8.count) == statement.utf8.count)
    close(script)
    process.closeInput()
    let run = try process.finish()
    #expect(run.status == 3, "\(run.errors)")
    #expect(run.errors.contains("became shorter while it was read"), "\(run.errors)")
  }

  @Test func whatIsNoStoreIsRefused() throws {
    let shop = try SmallShop()
    for (path, text) in [("shop.csv", "it is a file"), (".", "it is a folder without a manifest")] {
      let run = try Program.run(["-c", "OPEN '\(path)'"], folder: shop.folder)
      #expect(run.status == 3)
      #expect(run.errors.contains("is no store: \(text)"), "\(run.errors)")
    }
    let run = try Program.run(["-c", "CHECK STORE"], folder: shop.folder)
    #expect(run.errors.hasPrefix("error[B0309]: no store is open"), "\(run.errors)")
    // Nothing is made by looking.
    _ = try Program.run(["none.bqs", "-c", "SHOW STORAGE"], folder: shop.folder)
    #expect(SmallShop.names(in: shop.path("none.bqs")).isEmpty)
  }

  @Test func tablesOfOneNameDoNotMix() throws {
    let shop = try SmallShop()
    _ = try answer(shop, ["shop.bqs", "shop.csv"])
    let run = try Program.run(["shop.csv", "-c", "OPEN 'shop.bqs'"], folder: shop.folder)
    #expect(run.errors.contains("error[B0213]: the store holds 'events'"), "\(run.errors)")
  }

  /// The program is killed at any moment of a LOAD, of one that adds rows, of COMPACT, ERASE or DROP.
  ///
  /// The store then holds the log before it or the one after, whole. `STORE_KILLS=500` in the
  /// environment runs more rounds.
  @Test func aKilledChangeLeavesTheOldStateOrTheNew() throws {
    let shop = try SmallShop()
    shop.write("many.csv", SmallShop.views(3_000))
    shop.write("more.csv", SmallShop.views(3_500))
    let rounds = unsafe getenv("STORE_KILLS").flatMap { unsafe Int(String(cString: $0)) } ?? 15
    // Each change with the rows that may be there after it.
    let changes: [(text: String, rows: Set<String>)] = [
      ("DROP events; LOAD 'more.csv'", ["3000", "", "3500"]),
      ("LOAD 'more.csv'", ["3000", "6500"]),
      ("COMPACT", ["3000"]),
      ("ERASE USER 1", ["3000", "2999"]),
      ("DROP events", ["3000", ""]),
      ("LET users.n = count(*); LET r = SELECT 1 AS x; ERASE USER 1", ["3000", "2999"]),
    ]
    let state = "SELECT rows AS n FROM (SHOW TABLES) WHERE kind = 'event log'; CHECK STORE"
    for round in 0..<rounds {
      let change = changes[round % changes.count]
      _ = try Program.run(
        ["shop.bqs", "--quiet", "-c", "DROP events"],
        folder: shop.folder
      )
      _ = try Program.run(
        ["shop.bqs", "many.csv", "--quiet", "-c", "SELECT 1"],
        folder: shop.folder
      )
      let process = try SpawnedProcess(
        BuiltProgram.path,
        ["shop.bqs", "--quiet", "-c", change.text],
        folder: shop.folder
      )
      usleep(UInt32(round * 7 % 61) * 1_000)
      process.send(signal: SIGKILL)
      process.closeInput()
      _ = try process.finish()
      let run = try Program.run(["shop.bqs", "--quiet", "-c", state], folder: shop.folder)
      #expect(run.status == 0, "round \(round): \(run.errors)")
      let lines = run.output.split(separator: "\n").prefix { !$0.hasPrefix("table,") }
      let rows = lines.count > 1 ? String(lines[1]) : ""
      #expect(change.rows.contains(rows), "round \(round), \(change.text): \(run.output)")
      #expect(!run.output.contains("damaged"), "round \(round): \(run.output)")
    }
  }
}
