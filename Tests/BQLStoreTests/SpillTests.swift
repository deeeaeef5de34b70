import BQLColumnar
import BQLStorage
import BQLStore
import BQLTestSupport
import Testing

/// Loads logs in parts that memory holds; the twin loads them at once.
@Suite struct SpillTests {
  /// Collects parts as the program does.
  private final class Parts {
    var logs: [EventLog] = []
    var starts = 0
  }

  private func load(
    _ store: TemporaryStore,
    _ text: String,
    partByteCount: Int,
    dedup: Bool = false
  ) throws -> (log: EventLog, load: StoredLog.Load, parts: Parts) {
    try store.folder.replace("source.csv", with: Array(text.utf8))
    var request = LoadRequest(
      paths: [store.folder.path(of: "source.csv")],
      name: "events",
      kind: .log(roles: [], eventAliases: []),
      threads: 2
    )
    request.blockByteCount = partByteCount > 100_000 ? 64 << 10 : 512
    request.dedupExact = dedup
    let open = try Store(path: store.path)
    let options = Store.Options(threads: 2)
    let parts = Parts()
    let last = try Loader.prepare(request).loadLog(
      spilling: LoadSpilling(byteCount: partByteCount) {
        parts.logs = []
        parts.starts += 1
      } spill: { (log) throws(LoadError) in
        do throws(StoreError) {
          parts.logs.append(try open.spill(log, options))
        } catch {
          throw .cancelled
        }
      }
    )
    let added = try open.add(
      parts.logs + [last],
      StoredLog.Load(last.report, fingerprints: [nil], instant: 0),
      to: nil,
      removesDuplicates: dedup,
      options
    )
    return (added.log, added.load, parts)
  }

  @Test(arguments: 0..<24) func partsAreTheWhole(seed: Int) throws {
    let store = TemporaryStore()
    let text = RandomLog.text(seed: seed, rowCount: 200 + seed * 20)
    let whole = try store.log(text)
    let made = try load(store, text, partByteCount: 1_000 + seed * 100)
    #expect(made.parts.logs.count > 1, "seed \(seed)")
    #expect(made.log.rows == whole.rows, "seed \(seed)")
    #expect(made.log.events == whole.events)
    #expect(made.log.report.sessionCount == whole.report.sessionCount)
    #expect(made.log.report.tiedRows == whole.report.tiedRows)
    #expect(made.load.rowsLoaded == whole.rowCount)
    #expect(made.load.rowsRead == whole.report.rowsRead)
    #expect(made.load.duplicateRows == whole.report.duplicateRows)
    // Nothing of the parts is left behind.
    let names = try store.files.names().filter { $0.hasSuffix(".arrow") }
    #expect(Set(names).allSatisfy { !$0.contains("part") }, "\(names)")
  }

  @Test func partsOfManyPartitionsAreTheWhole() throws {
    let store = TemporaryStore()
    let text = RandomLog.text(seed: 7, rowCount: 500_000)
    let whole = try store.log(text)
    let made = try load(store, text, partByteCount: 13 << 20)
    #expect(made.parts.logs.count > 1)
    #expect(made.parts.logs.contains { $0.partitions.count == 64 })
    #expect(made.log.rows == whole.rows)
    #expect(made.load.duplicateRows == whole.report.duplicateRows)
  }

  @Test func duplicatesAreFoundAcrossParts() throws {
    let store = TemporaryStore()
    let text = RandomLog.text(seed: 4, rowCount: 300)
    let rows = text.split(separator: "\n").dropFirst()
    let twice = text + rows.joined(separator: "\n") + "\n"
    let whole = try store.log(text)
    let kept = try load(store, twice, partByteCount: 1_500)
    #expect(kept.load.duplicateRows >= 300)
    #expect(kept.log.rowCount == 600)
    let removed = try load(store, twice, partByteCount: 1_500, dedup: true)
    #expect(removed.log.rowCount == 600 - kept.load.duplicateRows)
    #expect(removed.load.duplicateRows == kept.load.duplicateRows)
    #expect(removed.load.rowsLoaded == removed.log.rowCount)
    #expect(Set(removed.log.rows.map { "\($0)" }) == Set(whole.rows.map { "\($0)" }))
  }

  /// A value far behind that no earlier one resembles makes the reading start again.
  @Test func aColumnThatWidensLateIsReadAgain() throws {
    let store = TemporaryStore()
    var text = "user_id,event_time,event_type,note\n"
    // Types are told from the first 4 MB.
    for row in 0..<200_000 {
      text += "\(row % 50),2019-10-01 00:00:00,view,\(row < 190_000 ? "7" : "seven")\n"
    }
    let whole = try store.log(text)
    let made = try load(store, text, partByteCount: 1 << 20)
    #expect(made.parts.starts > 1)
    #expect(made.log.schema == whole.schema)
    #expect(made.log.rows == whole.rows)
  }
}
