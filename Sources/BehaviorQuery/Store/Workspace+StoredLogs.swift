import BQLColumnar
import BQLExecution
import BQLPlanning
import BQLStorage
import BQLStore
import BQLSyntax
import Glibc

/// LOAD into a store, COMPACT and ERASE: what changes the logs that it holds.
extension Workspace {
  var storeOptions: Store.Options {
    Store.Options(threads: options.threads) { [cancellation] in cancellation.isCancelled }
  }

  /// The log of the open store that LOAD adds rows to; nil where it makes a new one.
  func storedLog(_ name: String) -> EventLog? {
    guard let openStore, openStore.logs.contains(name.lowercased()),
      case .log(let log)? = catalog[name]
    else { return nil }
    return log
  }

  /// Refuses files that were loaded into a log of the store before, unless FORCE asks for it, and
  /// returns what tells each file.
  func fingerprints(
    _ paths: [String],
    of load: LoadStatement,
    into name: String,
    _ source: Source,
    at range: SourceRange
  ) throws(BQLError) -> [UInt64?] {
    guard let store = openStore?.store else { return [] }
    let fingerprints = paths.map { SourceFingerprint.of($0) }
    if load.force != nil { return fingerprints }
    for (index, fingerprint) in fingerprints.enumerated() {
      guard let fingerprint else { continue }
      if let earlier = store.load(fingerprint, into: name) {
        let place = earlier.fingerprints.firstIndex(of: fingerprint).map { earlier.files[$0] }
        let instant = ValueText.text(.timestamp(earlier.instant))
        throw fail(
          .badData,
          "'\(paths[index])' is in '\(name)' already: loaded at \(instant) as '\(place ?? "")'",
          at: range,
          source,
          kind: .data,
          hints: ["LOAD … FORCE loads it once more; DEDUP EXACT leaves out the rows that are there"]
        )
      }
      if let first = fingerprints[..<index].firstIndex(of: fingerprint) {
        throw fail(
          .badData,
          "'\(paths[index])' and '\(paths[first])' are the same file",
          at: range,
          source,
          kind: .data,
          hints: ["LOAD … FORCE loads it twice"]
        )
      }
    }
    return fingerprints
  }

  /// Says what takes the rows that a LOAD cannot hold in memory.
  var logSpill: LogSpill { LogSpill(openStore?.store, storeOptions, storeHealth) }

  /// Stores a log that was loaded, behind the parts of it that were spilt, where a store is open or
  /// memory does not hold it, and returns it as it is then; the rows of one that is there stay, and
  /// `report` tells of what came in.
  func stored(
    _ log: EventLog,
    _ spill: LogSpill,
    _ fingerprints: [UInt64?],
    removesDuplicates: Bool,
    _ report: inout LoadReport,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> EventLog {
    guard let store = openStore?.store ?? spill.store else { return log }
    do throws(StoreError) {
      let existing = storedLog(log.name)
      let (saved, load) = try store.add(
        spill.logs + [log],
        StoredLog.Load(
          log.report,
          fingerprints: fingerprints,
          instant: Int64(time(nil)) * 1_000_000
        ),
        to: existing,
        removesDuplicates: removesDuplicates,
        storeOptions
      )
      report.duplicateRows = load.duplicateRows
      report.rowsLoaded = load.rowsLoaded
      if existing == nil, !spill.logs.isEmpty { report.tellRows(of: saved.report) }
      if existing != nil, !spill.logs.isEmpty { report.forgetRows() }
      spill.end()
      if var open = openStore {
        open.logs.insert(log.name.lowercased())
        openStore = open
        catalog.store = listing(of: open.store)
      }
      return saved
    } catch {
      spill.end()
      throw self.error(error, of: source, at: range)
    }
  }

  /// Runs COMPACT: every log of the store, or one, is written anew.
  func compact(
    _ name: Identifier?,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    let open = try requireStore(of: source, at: range)
    if let name, storedLog(name.name) == nil {
      throw fail(
        .unknownTable,
        "the store holds no log '\(name.name)'",
        at: name.range,
        source,
        hints: ["its logs: \(open.store.manifest.logs.map(\.name).joined(separator: ", "))"]
      )
    }
    let names = name.map { [$0.name] } ?? open.store.manifest.logs.map(\.name)
    var lines: [String] = []
    var warnings: [String] = []
    for name in names {
      guard let log = storedLog(name) else {
        warnings.append("'\(name)' cannot be read and stays as it is; CHECK STORE says why")
        continue
      }
      let before = open.store.byteCount(of: name)
      let compact: EventLog
      do throws(StoreError) {
        compact = try open.store.compact(log, storeOptions)
      } catch {
        throw self.error(error, of: source, at: range)
      }
      // The rows are the same, in the same order: what was computed from them holds.
      catalog.define(log.name, .log(compact), keepsVersion: true)
      catalog.store = listing(of: open.store)
      lines.append(
        "\(log.name): \(ByteSize.text(before)) before, "
          + "\(ByteSize.text(open.store.byteCount(of: name))) now"
      )
    }
    if lines.isEmpty { lines = ["\(open.store.path): no logs to compact"] }
    return .report(lines: lines, warnings: warnings)
  }

  /// Runs ERASE USER: the user's rows leave every log of the store.
  func erase(
    _ erase: EraseStatement,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    let open = try requireStore(of: source, at: range)
    var binder = try binder(source)
    let damaged = open.damages.keys.sorted() + open.itemDamages.keys.map(\.name).sorted()
    if let name = damaged.first {
      throw fail(
        .badData,
        "'\(name)' cannot be read, so that nobody can be erased from it",
        at: range,
        source,
        kind: .data,
        hints: ["CHECK STORE names the damaged files; DROP removes what cannot be read"]
      )
    }
    var users: [ErasedUser] = []
    for log in open.store.manifest.logs.compactMap({ storedLog($0.name) }) {
      let value = binder.user(erase.user, of: log)
      guard !binder.hasErrors else { throw failure(binder, of: source, at: range) }
      guard let value else { continue }
      users.append(ErasedUser(log: log, value: value, place: log.place(ofUser: value)))
    }
    let literal = binder.user(erase.user) ?? .null
    guard !binder.hasErrors else { throw failure(binder, of: source, at: range) }
    try checkHealth(of: source, at: range)
    // First what else is known of them: whatever happens then, they are still there to be erased.
    var lines: [String]
    do throws(StoreError) {
      lines = try forget(users, literal)
    } catch {
      throw self.error(error, of: source, at: range)
    }
    for user in users {
      guard let place = user.place else { continue }
      let log = user.log
      let left: EventLog
      do throws(StoreError) {
        left = try open.store.erase(place, of: log, storeOptions)
      } catch {
        throw self.error(error, of: source, at: range)
      }
      catalog.define(log.name, .log(left))
      catalog.store = listing(of: open.store)
      let count = log.rowCount - left.rowCount
      lines.append(
        "\(log.name): \(count == 1 ? "1 row" : "\(count) rows") of user "
          + "\(ValueText.text(user.value)) erased"
      )
    }
    guard !lines.isEmpty else {
      throw fail(
        .unknownUser,
        "the store has no such user",
        at: erase.user.range,
        source,
        hints: userExamples(open)
      )
    }
    return .report(lines: lines, warnings: eraseWarnings())
  }

  /// What users of the store's logs are called.
  private func userExamples(_ open: OpenStore) -> [String] {
    open.store.manifest.logs.compactMap { storedLog($0.name) }.compactMap { log in
      guard log.userCount > 0 else { return nil }
      let names = log.userNames
      let examples = (0..<min(names.count, 3)).map { ValueText.text(names[$0]) }
      return "the users of \(log.name) are called such as \(examples.joined(separator: ", "))"
    }
  }

  /// What ERASE cannot reach.
  private func eraseWarnings() -> [String] {
    var warnings: [String] = []
    let others = catalog.names.filter { name in
      openStore?.logs.contains(name.lowercased()) == false && !isStored(name)
    }
    if !others.isEmpty {
      warnings.append(
        "tables outside of the store are as they were: \(others.joined(separator: ", "))"
      )
    }
    let models = catalog.models.filter { !$0.sources.isEmpty }.map(\.name)
    if !models.isEmpty {
      warnings.append(
        "models keep what they have learnt, names of categories among it; TRAIN again or DROP MODEL: "
          + models.joined(separator: ", ")
      )
    }
    return warnings
  }
}

/// Names a user who is to leave the store, as a log calls or would call them.
struct ErasedUser {
  let log: EventLog
  let value: Value
  /// nil where the log has no such user: a table may.
  let place: UserPlace?
}

extension LoadReport {
  /// Takes what is told of rows from the report of all of them.
  fileprivate mutating func tellRows(of whole: LoadReport) {
    userCount = whole.userCount
    sessionCount = whole.sessionCount
    tiedRows = whole.tiedRows
    nullCounts = whole.nullCounts
    timeRange = whole.timeRange
  }

  /// Leaves out what is not known of the rows alone, once they are among others.
  fileprivate mutating func forgetRows() {
    userCount = 0
    sessionCount = nil
    tiedRows = 0
    nullCounts = []
    timeRange = nil
  }
}
