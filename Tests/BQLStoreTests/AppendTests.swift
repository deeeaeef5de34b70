import BQLColumnar
import BQLStorage
import BQLStore
import BQLTestSupport
import Testing

/// Adds rows to stored logs, takes users out and compacts; the twin loads everything at once.
@Suite struct AppendTests {
  /// The lines of a source, cut at some of them.
  private func cut(_ text: String, _ generator: inout SeededGenerator) -> (String, String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    let at = Int.random(in: 1...lines.count, using: &generator)
    func joined(_ lines: some Sequence<Substring>) -> String {
      ([lines0(text)] + lines).joined(separator: "\n") + "\n"
    }
    return (joined(lines[1..<at]), joined(lines[at...]))
  }

  private func lines0(_ text: String) -> Substring { text.prefix { $0 != "\n" } }

  /// Appends two logs and returns what the store then holds.
  private func appended(
    _ store: TemporaryStore,
    _ first: EventLog,
    _ second: EventLog,
    removesDuplicates: Bool = false
  ) throws -> (log: EventLog, load: StoredLog.Load) {
    let open = try Store(path: store.path)
    let saved = try open.save(first, .test, Store.Options(threads: 2))
    let appended = try open.add(
      [second],
      StoredLog.Load(second.report, fingerprints: [nil], instant: 0),
      to: saved,
      removesDuplicates: removesDuplicates,
      Store.Options(threads: 2)
    )
    #expect(open.health.take().isEmpty)
    return appended
  }

  @Test(arguments: 0..<40) func twoLoadsAreOne(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let store = TemporaryStore()
    let text = RandomLog.text(seed: seed)
    let (first, second) = cut(text, &generator)
    let whole = try store.log(text)
    let (one, two) = (try store.log(first), try store.log(second))
    let joined: EventLog
    do {
      joined = try appended(store, one, two).log
    } catch StoreError.unfit(_, .differentTypes), StoreError.unfit(_, .differentUsers) {
      // Types are told from the first lines: halves may be read as other types than the whole.
      return
    }
    #expect(joined.rows == whole.rows, "seed \(seed)")
    #expect(joined.report.tiedRows == whole.report.tiedRows, "seed \(seed)")
    #expect(joined.report.sessionCount == whole.report.sessionCount, "seed \(seed)")
    #expect(joined.timeRange == whole.timeRange, "seed \(seed)")
    #expect(joined.events == whole.events, "seed \(seed)")
    let reopened = try #require(try store.reopened().first)
    #expect(reopened.rows == whole.rows, "seed \(seed)")
  }

  /// Small and small, small and large, large and small, large and large.
  @Test(arguments: [(20_000, 150_000), (150_000, 20_000), (140_000, 140_000), (70_000, 70_000)])
  func partitionsOfAllSizesJoin(_ first: Int, _ second: Int) throws {
    let store = TemporaryStore()
    let text = RandomLog.text(seed: 4, rowCount: first + second)
    let lines = text.split(separator: "\n")
    let header = [lines[0]]
    let one = (header + lines[1...first]).joined(separator: "\n") + "\n"
    let two = (header + lines[(first + 1)...]).joined(separator: "\n") + "\n"
    let whole = try store.log(text)
    let joined = try appended(store, try store.log(one), try store.log(two)).log
    #expect(joined.partitions.count == 64)
    #expect(joined.rowCount == whole.rowCount)
    #expect(joined.rows == whole.rows)
    #expect(joined.report.sessionCount == whole.report.sessionCount)
  }

  /// A day of whole prices and one of decimals are what both would have been together.
  @Test func wholeNumbersJoinDecimals() throws {
    func text(_ values: [String]) -> String {
      "user_id,event_time,event_type,discount\n"
        + values.enumerated().map { "\($0 % 3),2019-10-01 00:00:0\($0),view,\($1)\n" }.joined()
    }
    let (whole, parts) = (["3", "", "-7"], ["2.50", "0.01", "4"])
    for (first, second) in [(whole, parts), (parts, whole)] {
      let store = TemporaryStore()
      let together = try store.log(text(first + second))
      let (one, two) = (try store.log(text(first)), try store.log(text(second)))
      let joined = try appended(store, one, two).log
      #expect(joined.schema == together.schema)
      #expect(joined.schema[3].type == .decimal)
      #expect(joined.rows.count == 6)
      #expect(
        Set(joined.rows.map { "\($0[3])" }) == Set(together.rows.map { "\($0[3])" })
      )
      #expect(try store.reopened().first?.rows == joined.rows)
    }
    // Ten digits need not fit with two places more.
    let store = TemporaryStore()
    let (one, two) = (
      try store.log(text(["9000000000000000000"])), try store.log(text(parts))
    )
    let joined = try appended(store, one, two).log
    #expect(joined.schema[3].type == .float)
    #expect(joined.rows.contains { $0[3] == .float(9e18) })
  }

  @Test func rowsThatAreThereAreToldAndLeftOut() throws {
    let store = TemporaryStore()
    let text = RandomLog.text(seed: 6, rowCount: 60)
    let lines = text.split(separator: "\n")
    let first = lines[0...40].joined(separator: "\n") + "\n"
    let second = ([lines[0]] + lines[21...]).joined(separator: "\n") + "\n"
    let (one, two) = (try store.log(first), try store.log(second))
    let whole = try store.log(text)
    let told = try appended(store, one, two)
    #expect(told.load.duplicateRows == 20)
    #expect(told.log.rowCount == 80)
    let left = try appended(store, one, two, removesDuplicates: true)
    #expect(left.load.duplicateRows == 20)
    #expect(left.load.rowsLoaded == 20)
    #expect(left.log.rows == whole.rows)
  }

  @Test(arguments: 0..<12) func anErasedUserIsInNoFile(seed: Int) throws {
    let store = TemporaryStore()
    let log = try store.log(RandomLog.text(seed: seed, rowCount: seed < 9 ? 50 : 140_000))
    let user = log.userNames[log.userCount / 2]
    let open = try Store(path: store.path)
    let saved = try open.save(log, .test, Store.Options(threads: 2))
    let place = try #require(saved.place(ofUser: user))
    let left = try open.erase(place, of: saved, Store.Options(threads: 2))
    #expect(left.userCount == log.userCount - 1)
    #expect(left.place(ofUser: user) == nil)
    #expect(left.rows == log.rows.filter { $0[0] != user })
    let isTold = left.rows.contains { row in
      row.contains { $0.isText(containing: user) }
    }
    if case .text(let name) = user, !isTold {
      for file in try store.files.names() {
        let bytes = try #require(try store.files.read(file))
        #expect(bytes.firstRange(of: Array(name.utf8)) == nil, "\(file)")
      }
    }
    let reopened = try #require(try store.reopened().first)
    #expect(reopened.rows == left.rows)
  }

  @Test(arguments: [3, 7, 11]) func aCompactLogIsTheSame(seed: Int) throws {
    let store = TemporaryStore()
    let log = try store.log(RandomLog.text(seed: seed, rowCount: 20_000))
    let open = try Store(path: store.path)
    let saved = try open.save(log, .test, Store.Options(threads: 2))
    let before = open.manifest.logs[0].files.reduce(0) { $0 + $1.byteCount }
    let compact = try open.compact(saved, Store.Options(threads: 2))
    #expect(open.manifest.logs[0].files.reduce(0) { $0 + $1.byteCount } < before)
    #expect(compact.rows == log.rows)
    #expect(try #require(try store.reopened().first).rows == log.rows)
  }

  @Test func logsOfOtherColumnsAreRefused() throws {
    let store = TemporaryStore()
    let first = try store.log("user_id,event_time,event_type\n1,2019-10-01 00:00:00,view\n")
    let open = try Store(path: store.path)
    let saved = try open.save(first, .test, Store.Options(threads: 1))
    let others = [
      "user_id,event_time,event_type,price\n1,2019-10-01 00:00:00,view,1\n",
      "user_id,event_time\n1,2019-10-01 00:00:00\n",
      "user_id,event_time,event_type\nanna,2019-10-01 00:00:00,view\n",
    ]
    for text in others {
      let other = try store.log(text)
      #expect(throws: StoreError.self) {
        _ = try open.add(
          [other],
          .test,
          to: saved,
          removesDuplicates: false,
          Store.Options(threads: 1)
        )
      }
    }
    #expect(try #require(try store.reopened().first).rows == first.rows)
  }
}

extension Value {
  fileprivate func isText(containing part: Value) -> Bool {
    guard case .text(let text) = self, case .text(let part) = part else { return false }
    return text.contains(part)
  }
}

extension EventLog {
  /// All rows as values, user by user, the columns in their order with the user's first.
  var rows: [[Value]] {
    let user = roles[.user] ?? 0
    let order = [user] + schema.fields.indices.filter { $0 != user }
    var rows: [[Value]] = []
    for partition in partitions {
      let columns = order.map { partition.columns[$0].decode(0..<partition.rowCount) }
      for row in 0..<partition.rowCount { rows.append(columns.map { $0[row] }) }
    }
    return rows
  }
}
