import Glibc
import Testing

/// Loads into a store, comes back to it, and breaks off in the middle.
@Suite struct StoreTests {
  private static let question = "FUNNEL view, cart, purchase BY brand; SUMMARIZE events;"

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

  @Test func rowsAreNotYetAddedToAStoredLog() throws {
    let shop = try SmallShop()
    _ = try answer(shop, ["shop.bqs", "shop.csv"])
    let run = try Program.run(["shop.bqs", "shop.csv", "-c", "SELECT 1"], folder: shop.folder)
    #expect(run.errors.contains("error[B0900]: not implemented yet: adding rows"), "\(run.errors)")
    let dropped = try Program.run(
      ["shop.bqs", "-c", "DROP events; LOAD 'shop.csv'; SELECT count(*) AS n FROM events"],
      folder: shop.folder
    )
    #expect(dropped.output == "n\n6\n", "\(dropped.errors)")
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
    // A byte behind the schema, of the rows.
    var status = stat()
    unsafe fstat(descriptor, &status)
    unsafe pwrite(descriptor, "x", 1, status.st_size / 2)
    close(descriptor)
    let run = try Program.run(["shop.bqs", "-c", Self.question], folder: shop.folder)
    #expect(run.status == 3)
    #expect(run.output == "")
    #expect(run.errors.contains("log-1-000.arrow' is damaged: its checksum"), "\(run.errors)")
    let check = try Program.run(["shop.bqs", "-c", "CHECK STORE"], folder: shop.folder)
    #expect(check.output.contains("log-1-000.arrow"), "\(check.errors)")
    #expect(check.output.contains("damaged: its checksum"), "\(check.output)")
    #expect(check.output.contains("sound"), "\(check.output)")
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

  /// The program is killed at any moment of a LOAD.
  ///
  /// The store then holds the log before it or the one that it loads, whole. `STORE_KILLS=500` in
  /// the environment runs more rounds.
  @Test func aKilledLoadLeavesTheOldStateOrTheNew() throws {
    let shop = try SmallShop()
    shop.write("many.csv", SmallShop.views(3_000))
    let rounds = unsafe getenv("STORE_KILLS").flatMap { unsafe Int(String(cString: $0)) } ?? 12
    let load = "DROP events; LOAD 'many.csv';"
    let seen: [[Substring]] = [["n"], ["n", "6"], ["n", "3000"]]
    for round in 0..<rounds {
      _ = try Program.run(
        ["shop.bqs", "--quiet", "-c", "DROP events"],
        folder: shop.folder
      )
      _ = try Program.run(
        ["shop.bqs", "shop.csv", "--quiet", "-c", "SELECT 1"],
        folder: shop.folder
      )
      let process = try SpawnedProcess(
        BuiltProgram.path,
        ["shop.bqs", "--quiet", "-c", load],
        folder: shop.folder
      )
      usleep(UInt32(round * 37 % 80) * 1_000)
      process.send(signal: SIGKILL)
      process.closeInput()
      _ = try process.finish()
      let run = try Program.run(
        ["shop.bqs", "--quiet", "-c", "SELECT rows AS n FROM (SHOW TABLES); CHECK STORE"],
        folder: shop.folder
      )
      #expect(run.status == 0, "round \(round): \(run.errors)")
      let lines = run.output.split(separator: "\n").prefix { !$0.hasPrefix("table,") }
      #expect(seen.contains(Array(lines)), "round \(round): \(run.output)")
      #expect(!run.output.contains("damaged"), "round \(round): \(run.output)")
    }
  }
}
