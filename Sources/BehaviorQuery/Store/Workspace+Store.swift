import BQLColumnar
import BQLExecution
import BQLPlanning
import BQLStorage
import BQLStore
import BQLSyntax
import Glibc

/// OPEN, CHECK STORE and DROP: what lasts between runs.
extension Workspace {
  /// Opens the store at `path`, as OPEN does.
  package func open(path: String) throws(BQLError) -> Outcome {
    let quoted = path.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "''")
    let source = Source(name: "<arguments>", text: "OPEN '\(quoted)'")
    let (statements, diagnostics) = parse(source)
    guard diagnostics.isEmpty, let statement = statements.first else {
      throw BQLError(kind: .usage, diagnostics: diagnostics, source: source)
    }
    return try execute(statement, of: source)
  }

  /// Runs OPEN: the store's tables come in, those of one that was open go.
  func open(_ statement: OpenStatement, of source: Source) throws(BQLError) -> Outcome {
    let store: Store
    let contents: (logs: [OpenedLog], items: [OpenedItem])
    do throws(StoreError) {
      store = try Store(path: statement.path, health: storeHealth, memory: lateMemory)
      contents = try store.contents()
    } catch {
      throw self.error(error, of: source, at: statement.range)
    }
    try checkNames(contents.logs, contents.items, of: source, at: statement.range)
    let unsaved = openStore?.store.path == store.path ? openStore?.unsaved ?? [] : []
    forgetStored()
    var open = OpenStore(store: store)
    // What is still there was never in the store: it may be stored now.
    open.unsaved = unsaved.filter(isDefined)
    var warnings: [String] = []
    for opened in contents.logs {
      if let log = opened.log {
        catalog.define(log.name, .log(log))
        open.logs.insert(log.name.lowercased())
      } else if let failure = opened.failure {
        open.damages[opened.name.lowercased()] = failure
        let name = Formatter.print(Identifier(opened.name, range: statement.range))
        warnings.append(
          "'\(opened.name)' cannot be read: \(failure.message); CHECK STORE names every damaged file, "
            + "DROP \(name) removes the log"
        )
      }
    }
    warnings += restore(contents.items, &open)
    openStore = open
    catalog.store = listing(of: store)
    // What was there before is not the store's.
    _ = catalog.takeChanges()
    if contents.logs.isEmpty, contents.items.isEmpty {
      return .report(lines: ["\(store.path): no tables yet; LOAD stores them"], warnings: [])
    }
    let logs = contents.logs.compactMap(\.log).flatMap { $0.report.lines(name: $0.name).prefix(1) }
    return .report(lines: logs + summary(of: contents.items), warnings: warnings)
  }

  /// Refuses a store of which something has the name of what is there and is not the open store's.
  private func checkNames(
    _ logs: [OpenedLog],
    _ items: [OpenedItem],
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) {
    let known = openStore?.logs ?? []
    let log = logs.first { !known.contains($0.name.lowercased()) && catalog[$0.name] != nil }
    let item = clash(items)
    guard let name = log?.name ?? item?.shownName else { return }
    let removal =
      log.map { "DROP \(Formatter.print(Identifier($0.name, range: range)))" } ?? item?.removal
      ?? ""
    throw fail(
      .nameTaken,
      "the store holds '\(name)', and there is another one of that name",
      at: range,
      source,
      hints: ["\(removal) first, or OPEN before anything else"]
    )
  }

  /// Tells how much there is beside logs.
  private func summary(of items: [OpenedItem]) -> [String] {
    func count(_ kind: StoredItem.Kind, _ noun: String) -> String? {
      let count = items.count { $0.item.kind == kind }
      return count == 0 ? nil : count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }
    let counts = [
      count(.table, "table"), count(.attribute, "attribute"), count(.segment, "segment"),
      count(.model, "model"),
    ].compactMap { $0 }
    return counts.isEmpty ? [] : [counts.joined(separator: ", ")]
  }

  /// Refuses an answer that was computed of damaged rows.
  func checkHealth(of source: Source, at range: SourceRange) throws(BQLError) {
    guard let failure = takeDamage() else { return }
    throw error(failure, of: source, at: range)
  }

  /// Takes away the logs that have turned out to be damaged, and says what is wrong with one of them.
  func takeDamage() -> StoreError? {
    let found = storeHealth.take().sorted { $0.key < $1.key }
    for (name, failure) in found {
      if case .log = catalog[name] { _ = catalog.drop(name) }
      if openStore?.logs.remove(name) != nil { openStore?.damages[name] = failure }
    }
    return found.first?.value
  }

  /// The store that is open.
  func requireStore(of source: Source, at range: SourceRange) throws(BQLError) -> OpenStore {
    if let openStore { return openStore }
    throw fail(
      .noStore,
      "no store is open",
      at: range,
      source,
      hints: ["OPEN 'shop.bqs' opens one"]
    )
  }

  /// Runs CHECK STORE: a row a file, and whether it holds what was written.
  func checkStore(of source: Source, at range: SourceRange) throws(BQLError) -> Outcome {
    let open = try requireStore(of: source, at: range)
    let schema = Schema(
      [Field("table", .text), Field("file", .text), Field("bytes", .int), Field("state", .text)]
    )
    let found: [(file: StoredFile, reason: String?)]
    do throws(StoreError) {
      found = try open.store.damages(threads: options.threads) { [cancellation] in
        cancellation.isCancelled
      }
    } catch {
      throw self.error(error, of: source, at: range)
    }
    let rows = zip(listing(of: open.store).files, found).map { listed, found -> [Value] in
      [
        .text(listed.table), .text(found.file.name), .int(Int64(found.file.byteCount)),
        .text(found.reason.map { "damaged: \($0)" } ?? "sound"),
      ]
    }
    return .answer(
      QueryResult(
        relation: Relation(schema: schema, rows: rows),
        timeZone: settings.timeZone,
        notes: []
      )
    )
  }

  /// Runs DROP of a table, which leaves the store too.
  func dropTable(_ name: Identifier, of source: Source) throws(BQLError) -> Outcome {
    let isStored = openStore?.store.holds(name.name) ?? false
    let isDamaged = openStore?.itemDamages[CatalogItem(.table, name.name)] != nil
    guard catalog[name.name] != nil || isStored || isDamaged else {
      let near = NearestNames.nearest(to: name.name, in: catalog.names, limit: 2)
      throw fail(
        .unknownTable,
        "unknown table '\(name.name)'",
        at: name.range,
        source,
        hints: near.map { "did you mean '\($0)'?" }
          + (catalog.names.isEmpty ? [] : ["tables: \(catalog.names.joined(separator: ", "))"])
      )
    }
    if isStored, var open = openStore {
      do throws(StoreError) {
        _ = try open.store.drop(name.name)
      } catch {
        throw self.error(error, of: source, at: name.range)
      }
      open.logs.remove(name.name.lowercased())
      open.damages[name.name.lowercased()] = nil
      openStore = open
      catalog.store = listing(of: open.store)
    }
    _ = catalog.drop(name.name)
    return .done
  }

  func listing(of store: Store) -> StoreListing {
    var listing = StoreListing(path: store.path, files: [], loads: [])
    for log in store.manifest.logs {
      for (index, file) in log.files.enumerated() {
        let part = index < log.partitions.count ? log.partitions[index] : nil
        let userCount = log.partitions.reduce(0) { $0 + $1.userCount }
        listing.files.append(
          StoreListing.File(
            table: log.name,
            name: file.name,
            rowCount: part?.rowCount ?? userCount,
            userCount: part?.userCount ?? userCount,
            byteCount: file.byteCount
          )
        )
      }
      listing.loads += log.loads.map { load in
        StoreListing.Load(
          table: log.name,
          sources: load.files.joined(separator: ", "),
          byteCount: load.byteCount,
          rowsRead: load.rowsRead,
          rowsLoaded: load.rowsLoaded,
          rejectedCount: load.rejectedCount,
          duplicateRows: load.duplicateRows,
          instant: load.instant,
          seconds: load.seconds
        )
      }
    }
    for item in store.manifest.items {
      listing.files += item.parts.map { part in
        StoreListing.File(
          table: item.shownName,
          name: part.file.name,
          rowCount: part.rowCount,
          userCount: nil,
          byteCount: part.file.byteCount
        )
      }
    }
    return listing
  }

  /// Places an error of a store.
  func error(_ error: StoreError, of source: Source, at range: SourceRange) -> BQLError {
    let (code, kind): (DiagnosticCode, BQLError.Kind) =
      switch error {
      case .notAStore: (.notData, .data)
      case .newer: (.notData, .data)
      case .damaged: (.badData, .data)
      case .locked, .changed: (.fileUnwritable, .data)
      case .unfit: (.badData, .data)
      case .system(let action, _, _):
        (["open", "read", "list"].contains(action) ? .fileUnreadable : .fileUnwritable, .data)
      case .cancelled: (.interrupted, .interrupted)
      }
    return fail(code, error.message, at: range, source, kind: kind, hints: error.hints)
  }
}

extension StoreError {
  var message: String {
    switch self {
    case .notAStore(let path, let reason): "'\(path)' is no store: \(reason)"
    case .newer(let path, let version):
      "'\(path)' was written by a later version of bql (layout \(version))"
    case .damaged(let file, let reason): "'\(file)' is damaged: \(reason)"
    case .locked(let path, let process):
      "another process writes to '\(path)'" + (process.map { " (process \($0))" } ?? "")
    case .unfit(let log, let reason): "the rows cannot join those of '\(log)': \(reason.message)"
    case .changed(let path): "another process has changed '\(path)' since it was opened"
    case .system(let action, let file, let code):
      "cannot \(action) '\(file)': \(MappingError(code: code).reason)"
    case .cancelled: "interrupted"
    }
  }

  fileprivate var hints: [String] {
    switch self {
    case .notAStore: ["a store is a folder that OPEN and LOAD make, such as 'shop.bqs'"]
    case .newer: ["use that version"]
    case .damaged:
      ["CHECK STORE names every damaged file; bring the folder back from a copy, or LOAD anew"]
    case .locked: ["end the other process, or read the store only"]
    case .changed(let path): ["OPEN '\(path)' again, and look at what it holds"]
    case .unfit(let log, _):
      ["LOAD … AS another name, or DROP '\(log)' and LOAD all files at once"]
    case .system, .cancelled: []
    }
  }
}

extension MergeError {
  /// Completes "the rows cannot join:".
  fileprivate var message: String {
    switch self {
    case .differentColumns(let missing, let extra):
      [("they lack", missing), ("it lacks", extra)].filter { !$0.1.isEmpty }
        .map { $0 + " " + $1.joined(separator: ", ") }.joined(separator: ", and ")
    case .differentTypes(let column, let first, let later):
      "'\(column)' is \(first.rawValue) there and \(later.rawValue) here"
    case .differentRoles(let role, let first, let later):
      "\(role.rawValue.uppercased()) is \(first.map { "'\($0)'" } ?? "no column") there and "
        + "\(later.map { "'\($0)'" } ?? "no column") here"
    case .differentUsers(let column):
      "all of '\(column)' are UUIDs in one of them, and not in the other"
    case .tooLarge: "a part of the log would have more than 2,147,483,646 rows"
    }
  }
}
