import BQLColumnar
import BQLExecution
import BQLFunctions
import BQLPlanning
import BQLStorage
import BQLStore
import BQLSyntax

extension Workspace {
  /// Loads `paths` as LOAD does, as the log `events`; `-` is standard input.
  package func load(paths: [String]) throws(BQLError) -> Outcome {
    let list = paths.map {
      "'"
        + $0.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "''") + "'"
    }
    let source = Source(name: "<arguments>", text: "LOAD \(list.joined(separator: ", "))")
    let (statements, diagnostics) = parse(source)
    guard diagnostics.isEmpty, let statement = statements.first else {
      throw BQLError(kind: .usage, diagnostics: diagnostics, source: source)
    }
    return try execute(statement, of: source)
  }

  /// Runs LOAD.
  func load(
    _ load: LoadStatement,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    let place = load.paths.first?.range ?? range
    let name = load.name?.name ?? Catalog.defaultLog
    try checkTableName(name, of: source, at: load.name?.range ?? range)
    let existing = load.isPlainTable ? nil : storedLog(name)
    try checkReplacement(of: name, load, source, at: load.name?.range ?? place)
    var request = try request(load, name: existing?.name ?? name, of: source)
    for field in existing?.schema.fields ?? [] {
      request.joinedTypes[field.name.lowercased()] = field.type
    }
    let failure = LoadFilterFailure()
    var filter: RowFilter?
    if let condition = load.condition {
      let binder = try binder(source, files: condition.filePaths)
      filter = rowFilter(condition, source, binder, failure)
    }
    let plan: LoadPlan
    do throws(LoadError) {
      plan = try Loader.prepare(request)
    } catch {
      throw self.error(error, of: source, at: load.place(of: error) ?? place)
    }
    let fingerprints =
      load.isPlainTable
      ? [] : try fingerprints(plan.paths, of: load, into: name, source, at: place)
    let spill = logSpill
    let loaded: Loaded
    do throws(LoadError) {
      loaded = try read(plan, request.kind, filter, spill)
    } catch {
      if let failed = failure.error { throw failed }
      if let failed = spill.failure { throw self.error(failed, of: source, at: range) }
      throw self.error(error, of: source, at: load.place(of: error) ?? place)
    }
    // What the condition read of the store's tables may be damaged.
    try checkHealth(of: source, at: range)
    switch loaded {
    case .log(let log):
      return try keep(log, load, spill, fingerprints, as: name, of: source, at: range)
    case .table(let relation, let key, let report):
      return keep(relation, key: key, report, as: name)
    }
  }

  private func read(
    _ plan: LoadPlan,
    _ kind: LoadRequest.Kind,
    _ filter: RowFilter?,
    _ spill: LogSpill
  ) throws(LoadError) -> Loaded {
    switch kind {
    case .log:
      let memory = settings.memoryBytes ?? ByteSize.ofMachine
      return .log(try plan.loadLog(filter: filter, spilling: spill.spilling(memory: memory)))
    case .table(let key):
      let (relation, report) = try plan.loadTable(filter: filter)
      return .table(relation, key: key, report)
    }
  }

  /// Defines a log that was loaded, stored where a store is open, and reports it.
  private func keep(
    _ log: EventLog,
    _ load: LoadStatement,
    _ spill: LogSpill,
    _ fingerprints: [UInt64?],
    as name: String,
    of source: Source,
    at range: SourceRange
  ) throws(BQLError) -> Outcome {
    let existing = storedLog(name)?.name
    var report = log.report
    report.warnings += unmet(load.roles.flatMap(\.aliases), in: spill.logs + [log])
    let saved = try stored(
      log,
      spill,
      fingerprints,
      removesDuplicates: load.dedupExact != nil,
      &report,
      of: source,
      at: range
    )
    define(saved, as: name)
    var lines = report.lines(name: existing.map { "added to \($0)" } ?? name)
    if let existing { lines += saved.report.lines(name: existing).prefix(1) }
    return .report(lines: lines, warnings: report.warnings)
  }

  /// Defines a plain table that was loaded, and reports it.
  private func keep(
    _ relation: Relation,
    key: String?,
    _ report: LoadReport,
    as name: String
  ) -> Outcome {
    catalog.define(name, .relation(relation, kind: .table(key: key)))
    return .report(lines: report.lines(name: name) + keyLines(of: name), warnings: report.warnings)
  }

  /// Refuses a plain table of the name of a log of the store, and a log that cannot be read.
  private func checkReplacement(
    of name: String,
    _ load: LoadStatement,
    _ source: Source,
    at range: SourceRange
  ) throws(BQLError) {
    guard let openStore, openStore.store.holds(name) else { return }
    let isReadable = storedLog(name) != nil
    guard load.isPlainTable || !isReadable else { return }
    throw fail(
      .nameTaken,
      "the store holds a log '\(name)'" + (isReadable ? "" : " that cannot be read"),
      at: range,
      source,
      hints: ["DROP \(Formatter.print(Identifier(name, range: range))) first, or take another name"]
    )
  }

  /// Says what a LOAD asks of the loader.
  private func request(
    _ load: LoadStatement,
    name: String,
    of source: Source
  ) throws(BQLError) -> LoadRequest {
    let kind: LoadRequest.Kind
    if load.isPlainTable {
      kind = .table(key: load.key?.name)
    } else {
      kind = .log(
        roles: load.roles.compactMap { clause in
          Role(rawValue: clause.role.name.lowercased()).map { ($0, clause.column.name) }
        },
        eventAliases: load.roles.flatMap(\.aliases).map { ($0.value.name, $0.name.name) }
      )
    }
    var request = LoadRequest(
      paths: load.paths.map(\.text),
      name: name,
      kind: kind,
      threads: options.threads
    )
    request.dedupExact = load.dedupExact != nil
    request.rejectsInto = load.rejectsInto?.path
    if let csv = load.csv { request.options = try csvOptions(csv, of: source) }
    request.onError =
      switch load.onError?.value {
      case .stop: .stop
      case .null: .null
      case .skip, nil: .skip
      }
    prepare(&request)
    return request
  }

  /// What a LOAD has read.
  private enum Loaded {
    case log(EventLog)
    case table(Relation, key: String?, LoadReport)
  }

  /// Defines a log; where it has the rows of the one before, what was computed from them holds on.
  private func define(_ log: EventLog, as name: String) {
    var isSame = false
    if catalog.isSource(name), case .log(let before)? = catalog[name] {
      isSame = log.hasSameRows(as: before, threads: options.threads)
    }
    catalog.define(name, .log(log), keepsVersion: isSame)
  }

  /// Tells how many users of the log a keyed table has rows of.
  private func keyLines(of table: String) -> [String] {
    guard let (logName, log) = catalog.userLog,
      catalog.keyedTables(for: log).contains(where: { $0.name.lowercased() == table.lowercased() }),
      let found = try? catalog.places(of: table, for: log)
    else { return [] }
    return [
      "\(found.places.matchedCount) of \(log.userCount) users of \(logName) have a row: its columns "
        + "are attributes of users"
    ]
  }

  /// Warns of aliases that may be misspelt: no row has an event of the name that they give.
  private func unmet(_ aliases: [LoadStatement.EventAlias], in parts: [EventLog]) -> [String] {
    let events = parts.flatMap(\.events)
    return aliases.compactMap { alias in
      let isMet = events.contains { $0.name == alias.name.name && $0.rowCount > 0 }
      guard !isMet else { return nil }
      return "no row has the event '\(alias.value.name)', which was to be called "
        + "'\(alias.name.name)'"
    }
  }

  /// Wires progress and Ctrl-C to a load.
  func prepare(_ request: inout LoadRequest) {
    request.isCancelled = { [cancellation] in cancellation.isCancelled }
    if let onProgress {
      request.progress = { progress in
        onProgress(
          Progress(
            bytesRead: progress.bytesRead,
            bytesTotal: progress.bytesTotal ?? 0,
            rows: progress.rowsRead
          )
        )
      }
    }
  }

  /// Binds LOAD's WHERE once the columns are known.
  private func rowFilter(
    _ condition: Expression,
    _ source: Source,
    _ binder: Binder,
    _ failure: LoadFilterFailure
  ) -> RowFilter {
    { [context] schema throws(LoadError) in
      var binder = binder
      guard let bound = binder.bindRowCondition(condition, schema: schema, clause: "WHERE"),
        !binder.hasErrors
      else {
        failure.set(
          BQLError(kind: .statement, diagnostics: binder.diagnostics, source: source)
        )
        throw .filterFailed(reason: binder.diagnostics.first?.message ?? "WHERE did not bind")
      }
      do throws(ExecutionError) {
        let filter = try Executor.rowFilter(bound, schema: schema, context)
        return { chunk throws(LoadError) in
          do throws(ExecutionError) {
            return try filter(chunk)
          } catch {
            throw .filterFailed(reason: "LOAD's WHERE failed: \(error.sentence)")
          }
        }
      } catch {
        throw .filterFailed(reason: "LOAD's WHERE failed: \(error.sentence)")
      }
    }
  }
}

extension LoadStatement {
  /// Where the statement says what a load failed at; nil where that is its files.
  fileprivate func place(of error: LoadError) -> SourceRange? {
    switch error {
    case .unknownColumn(let name, _):
      return key.flatMap { $0.name.lowercased() == name.lowercased() ? $0.range : nil }
        ?? self.roles(of: name).first?.column.range
    case .repeatedRole(let name):
      return self.roles(of: name).dropFirst().first?.column.range ?? repeatedRole
    case .unfitRole(_, let name, _, _), .mixedTimes(let name, _, _), .badTimes(let name, _, _),
      .unknownDateOrder(let name, _):
      return self.roles(of: name).first?.column.range
    case .unwritable: return rejectsInto?.range
    case .fileNotFound(let path, _), .unreadable(let path, _), .notData(let path, _, _),
      .unfitFile(let path, _, _),
      .damagedArchive(let path, _), .missingLibrary(_, _, let path),
      .differentColumns(let path, _, _, _, _), .rolesUnknown(let path, _, _, _),
      .notImplemented(let path, _):
      return paths.first { $0.text == path }?.range
    case .badRow, .tooManyBadRows, .openQuote, .filterFailed, .tooLarge, .outOfMemory, .cancelled:
      return nil
    }
  }

  private func roles(of column: String) -> [RoleClause] {
    roles.filter { $0.column.name.lowercased() == column.lowercased() }
  }

  /// The second of two clauses that give one role.
  private var repeatedRole: SourceRange? {
    var seen: Set<String> = []
    return roles.first { !seen.insert($0.role.name.lowercased()).inserted }?.role.range
  }
}
