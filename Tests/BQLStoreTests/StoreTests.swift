import BQLColumnar
import BQLStorage
import BQLStore
import BQLTestSupport
import Glibc
import Testing

/// Stores logs and opens them again.
@Suite struct StoreTests {
  static let small = """
    event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session
    2019-10-01 00:00:00 UTC,view,1,2053013555631882655,,acme,10.50,7,26dd6e6e-4dac-4778-8d2c-92e149dab885
    2019-10-01 00:00:05 UTC,cart,1,2053013555631882655,,acme,10.50,7,26dd6e6e-4dac-4778-8d2c-92e149dab885
    2019-10-01 00:01:00 UTC,purchase,1,2053013555631882655,a.b,,10.50,7,26dd6e6e-4dac-4778-8d2c-92e149dab885
    2019-10-02 00:00:00 UTC,view,2,2053013555631882655,a.b,"x, y",,9,0011aabb-4dac-4778-8d2c-92e149dab885

    """

  @Test func aLogComesBackAsItWas() throws {
    let store = TemporaryStore()
    let log = try store.log(Self.small)
    let saved = try store.save(log)
    #expect(saved.hasSameRows(as: log, threads: 1))
    let reopened = try #require(try store.reopened().first)
    #expect(reopened.name == "events")
    #expect(reopened.hasSameRows(as: log, threads: 2))
    #expect(reopened.events == log.events)
    #expect(reopened.timeRange == log.timeRange)
    #expect(reopened.report.sessionCount == 2)
    #expect(reopened.userCount == 2)
    #expect(reopened.names == log.names)
  }

  /// Types of every kind and width, NULLs, texts of all kinds as users and sessions.
  @Test(arguments: 0..<24) func randomLogsComeBackAsTheyWere(seed: Int) throws {
    let store = TemporaryStore()
    let log = try store.log(RandomLog.text(seed: seed), name: "log \(seed)")
    #expect(try store.save(log).hasSameRows(as: log, threads: 2), "seed \(seed)")
    let reopened = try #require(try store.reopened().first)
    #expect(reopened.hasSameRows(as: log, threads: 2), "seed \(seed)")
    #expect(reopened.names == log.names, "seed \(seed)")
  }

  /// Enough rows for many partitions.
  @Test func aLogOfManyPartitionsComesBackAsItWas() throws {
    let store = TemporaryStore()
    let log = try store.log(RandomLog.text(seed: 1, rowCount: 300_000))
    try #require(log.partitions.count > 1)
    #expect(try store.save(log).hasSameRows(as: log, threads: 2))
    #expect(try #require(try store.reopened().first).hasSameRows(as: log, threads: 2))
  }

  @Test func anEmptyLogIsALog() throws {
    let store = TemporaryStore()
    let log = try store.log("user_id,time,event\n")
    _ = try store.save(log)
    let reopened = try #require(try store.reopened().first)
    #expect(reopened.rowCount == 0)
    #expect(reopened.schema == log.schema)
  }

  @Test func aNameHoldsTheLastLogSavedUnderIt() throws {
    let store = TemporaryStore()
    let first = try store.log(Self.small)
    let second = try store.log(RandomLog.text(seed: 3))
    let other = try store.log(RandomLog.text(seed: 4), name: "Other \"x\" / ü")
    let open = try Store(path: store.path)
    for log in [first, other, second] { _ = try open.save(log, .test, Store.Options(threads: 1)) }
    let logs = try store.reopened()
    #expect(logs.map(\.name) == ["events", other.name])
    #expect(logs[0].hasSameRows(as: second, threads: 1))
    // What was replaced is gone from the disk.
    let names = try store.files.names().filter { $0.hasSuffix(".arrow") }
    #expect(Set(names) == open.manifest.fileNames)
    #expect(try open.drop("EVENTS"))
    #expect(try !open.drop("events"))
    #expect(try store.reopened().map(\.name) == [other.name])
  }

  @Test func whoHasOpenedAStoreKeepsWhatItOpened() throws {
    let store = TemporaryStore()
    let first = try store.log(Self.small)
    _ = try store.save(first)
    let reader = try Store(path: store.path)
    let logs = try reader.sound()
    _ = try store.save(try store.log(RandomLog.text(seed: 3)))
    #expect(logs[0].hasSameRows(as: first, threads: 1))
    #expect(reader.health.take().isEmpty)
  }

  /// Files that others gave names that resemble a store's.
  @Test func filesOfOthersStay() throws {
    let store = TemporaryStore()
    let others = ["log-2024-01.json", "item-list.json", "log-a-000.arrow", "item-1-2-3.arrow", "x"]
    let log = try store.log(Self.small)
    _ = try store.save(log)
    for name in others { store.overwrite(name, with: [1]) }
    _ = try store.save(log)
    #expect(Set(try store.files.names()).isSuperset(of: others))
    // Without a manifest such a folder is none of ours.
    let folder = TemporaryStore()
    try folder.files.make()
    folder.overwrite("log-2024-01.arrow", with: [1])
    #expect(throws: StoreError.self) { try Store(path: folder.path) }
    #expect(try folder.files.names() == ["log-2024-01.arrow"])
  }

  @Test func aManifestThatHasNoNextChangeIsRefused() throws {
    let store = TemporaryStore()
    _ = try store.save(try store.log(Self.small))
    let text = String(decoding: try #require(try store.files.read("manifest.json")), as: UTF8.self)
    let changed = text.replacing("\"generation\":1,", with: "\"generation\":9223372036854775807,")
    #expect(changed != text)
    store.overwrite("manifest.json", with: Array(changed.utf8))
    #expect(throws: StoreError.self) { try Store(path: store.path) }
  }

  /// Columns that are decompressed while there is no memory for them are the same.
  @Test func columnsBeyondMemoryAreTheSame() throws {
    let store = TemporaryStore()
    let log = try store.save(try store.log(RandomLog.text(seed: 5, rowCount: 150_000)))
    let compact = try Store(path: store.path).compact(log, Store.Options(threads: 2))
    for limit in [0, 1 << 20, .max] {
      let open = try Store(path: store.path, memory: LateMemory(limit: limit))
      #expect(try open.sound()[0].hasSameRows(as: compact, threads: 2), "\(limit)")
      #expect(open.health.take().isEmpty)
    }
  }

  @Test func oneProcessWritesAtATime() throws {
    let store = TemporaryStore()
    let log = try store.log(Self.small)
    let writer = try Store(path: store.path)
    _ = try writer.save(log, .test, Store.Options(threads: 1))
    let other = try Store(path: store.path)
    #expect(throws: StoreError.locked(path: store.path, process: Int(getpid()))) {
      _ = try other.save(log, .test, Store.Options(threads: 1))
    }
    withExtendedLifetime(writer) {}
  }

  @Test func aChangeDoesNotUndoWhatOthersStored() throws {
    let store = TemporaryStore()
    let early = try Store(path: store.path)
    let log = try store.log(Self.small)
    _ = try store.save(log)
    #expect(throws: StoreError.changed(path: store.path)) {
      let other = try store.log(RandomLog.text(seed: 5))
      _ = try early.save(other, .test, Store.Options(threads: 1))
    }
    #expect(try #require(try store.reopened().first).hasSameRows(as: log, threads: 1))
  }

  @Test func aReaderFindsTheNewStateWhereTheOneItReadIsGone() throws {
    let store = TemporaryStore()
    _ = try store.save(try store.log(Self.small))
    let reader = try Store(path: store.path)
    let second = try store.log(RandomLog.text(seed: 3))
    _ = try store.save(second)
    #expect(try #require(try reader.sound().first).hasSameRows(as: second, threads: 1))
  }

  @Test func aChangeThatIsStoppedLeavesTheOldState() throws {
    let store = TemporaryStore()
    let log = try store.log(Self.small)
    _ = try store.save(log)
    let before = Set(try store.files.names())
    #expect(throws: StoreError.cancelled) {
      let other = try store.log(RandomLog.text(seed: 5))
      _ = try Store(path: store.path).save(other, .test, Store.Options(threads: 1) { true })
    }
    #expect(Set(try store.files.names()) == before)
    #expect(try #require(try store.reopened().first).hasSameRows(as: log, threads: 1))
  }

  @Test func refusesWhatIsNoStore() throws {
    let store = TemporaryStore()
    try store.folder.replace("file.bqs", with: Array("text".utf8))
    #expect(throws: StoreError.self) {
      _ = try Store(path: store.folder.path(of: "file.bqs"))
    }
    #expect(throws: StoreError.self) { _ = try Store(path: store.folder.path) }
    // A folder that is yet to be made is an empty store, and looking at it makes nothing.
    #expect(try Store(path: store.path).contents().logs.isEmpty)
    #expect(try store.files.content() == .nothing)
  }
}

extension EventLog {
  /// What names each user.
  fileprivate var names: [Value] {
    let column = userNames
    return (0..<column.count).map { column[$0] }
  }
}
