import BQLColumnar
import BQLExecution
import BQLPlanning
import BQLStorage
import BQLStore
import BQLSyntax
import Glibc

/// Holds the open store, and what checks the bytes of its logs before they are read.
struct OpenStore {
  let store: Store
  /// By the log's name in lower case.
  var checks: [String: StoredLogCheck] = [:]
}

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
    let logs: [(log: EventLog, check: StoredLogCheck)]
    do throws(StoreError) {
      store = try Store(path: statement.path)
      logs = try store.logs()
    } catch {
      throw self.error(error, of: source, at: statement.range)
    }
    let known = Set((openStore?.checks ?? [:]).keys)
    for (log, _) in logs where !known.contains(log.name.lowercased()) {
      guard catalog[log.name] != nil else { continue }
      throw fail(
        .nameTaken,
        "the store holds '\(log.name)', and another table is called that",
        at: statement.range,
        source,
        hints: [
          "DROP \(Formatter.print(Identifier(log.name, range: statement.range))) first, or OPEN "
            + "before LOAD"
        ]
      )
    }
    for name in known { _ = catalog.drop(name) }
    var opened = OpenStore(store: store)
    for (log, check) in logs {
      catalog.define(log.name, .log(log))
      opened.checks[log.name.lowercased()] = check
    }
    openStore = opened
    catalog.store = listing(of: store)
    if logs.isEmpty {
      return .report(lines: ["\(store.path): no tables yet; LOAD stores them"], warnings: [])
    }
    return .report(
      lines: logs.flatMap { log, _ in log.report.lines(name: log.name).prefix(1) },
      warnings: []
    )
  }

  /// Stores a log that was loaded, where a store is open, and returns it as it is then.
  func stored(
    _ log: EventLog,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> EventLog {
    guard var open = openStore else { return log }
    do throws(StoreError) {
      let saved = try open.store.save(
        log,
        instant: Int64(time(nil)) * 1_000_000,
        threads: options.threads
      ) { [cancellation] in cancellation.isCancelled }
      open.checks[log.name.lowercased()] = saved.check
      openStore = open
      catalog.store = listing(of: open.store)
      return saved.log
    } catch {
      throw self.error(error, of: source, at: range)
    }
  }

  /// Refuses to load into a log of the store, whose rows it would have to join.
  func checkAppends(to name: String, of source: Source, at range: SourceRange) throws(BQLError) {
    guard let open = openStore, open.checks[name.lowercased()] != nil else { return }
    throw fail(
      .notImplemented,
      "not implemented yet: adding rows to a log of a store, here '\(name)' of \(open.store.path)",
      at: range,
      source,
      hints: ["DROP \(Formatter.print(Identifier(name, range: range))) and LOAD all files at once"]
    )
  }

  /// Compares the bytes of the store's logs with what was written, once, before a statement reads
  /// them.
  func verifyStore(of source: Source, at range: SourceRange) throws(BQLError) {
    guard let open = openStore else { return }
    do throws(StoreError) {
      for check in open.checks.values {
        try check.run(threads: options.threads) { [cancellation] in cancellation.isCancelled }
      }
    } catch {
      throw self.error(error, of: source, at: range)
    }
  }

  /// Runs CHECK STORE: a row a file, and whether it holds what was written.
  func checkStore(of source: Source, at range: SourceRange) throws(BQLError) -> Outcome {
    guard let open = openStore else {
      throw fail(
        .noStore,
        "no store is open",
        at: range,
        source,
        hints: ["OPEN 'shop.bqs' opens one"]
      )
    }
    let schema = Schema(
      [Field("table", .text), Field("file", .text), Field("bytes", .int), Field("state", .text)]
    )
    var rows: [[Value]] = []
    do throws(StoreError) {
      for log in open.store.manifest.logs {
        guard let check = open.checks[log.name.lowercased()] else { continue }
        let found = try check.damages(threads: options.threads) { [cancellation] in
          cancellation.isCancelled
        }
        rows += found.map { file, reason in
          [
            .text(log.name), .text(file.name), .int(Int64(file.byteCount)),
            .text(reason.map { "damaged: \($0)" } ?? "sound"),
          ]
        }
      }
    } catch {
      throw self.error(error, of: source, at: range)
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
    guard catalog[name.name] != nil else {
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
    if var open = openStore, open.checks[name.name.lowercased()] != nil {
      do throws(StoreError) {
        _ = try open.store.drop(name.name)
      } catch {
        throw self.error(error, of: source, at: name.range)
      }
      open.checks[name.name.lowercased()] = nil
      openStore = open
      catalog.store = listing(of: open.store)
    }
    _ = catalog.drop(name.name)
    return .done
  }

  private func listing(of store: Store) -> StoreListing {
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
    return listing
  }

  /// Places an error of a store.
  private func error(_ error: StoreError, of source: Source, at range: SourceRange) -> BQLError {
    let (code, kind): (DiagnosticCode, BQLError.Kind) =
      switch error {
      case .notAStore: (.notData, .data)
      case .newer: (.notData, .data)
      case .damaged: (.badData, .data)
      case .locked, .changed: (.fileUnwritable, .data)
      case .system(let action, _, _):
        (["open", "read", "list"].contains(action) ? .fileUnreadable : .fileUnwritable, .data)
      case .cancelled: (.interrupted, .interrupted)
      }
    return fail(code, error.message, at: range, source, kind: kind, hints: error.hints)
  }
}

extension StoreError {
  fileprivate var message: String {
    switch self {
    case .notAStore(let path, let reason): "'\(path)' is no store: \(reason)"
    case .newer(let path, let version):
      "'\(path)' was written by a later version of bql (layout \(version))"
    case .damaged(let file, let reason): "'\(file)' is damaged: \(reason)"
    case .locked(let path, let process):
      "another process writes to '\(path)'" + (process.map { " (process \($0))" } ?? "")
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
    case .system, .cancelled: []
    }
  }
}
