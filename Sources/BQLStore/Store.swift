import BQLColumnar
package import BQLStorage

/// Keeps event logs in a folder of Arrow files, so that they are there when the program starts again.
///
/// The manifest says which files count. A change writes new files, puts them on the disk and then
/// replaces the manifest at once: a crash at any point leaves the old state or the new one. Files
/// that no manifest names are removed by the next writer. One process writes at a time, any number
/// reads; a reader keeps the state that it opened.
///
/// Not shared between threads.
package final class Store {
  package let folder: StoreFolder
  package private(set) var manifest: StoreManifest
  /// Whether the folder is there; it is made by the first change.
  private var exists: Bool
  private var lock: StoreLock?

  package var path: String { folder.path }

  /// Opens the store at `path`, or one that is yet to be made there.
  package init(path: String) throws(StoreError) {
    folder = StoreFolder(path)
    switch try folder.content() {
    case .nothing:
      exists = false
      manifest = StoreManifest()
    case .other: throw .notAStore(path: path, reason: "it is a file")
    case .folder:
      exists = true
      manifest = try Self.manifest(of: folder)
    }
  }

  private static func manifest(of folder: StoreFolder) throws(StoreError) -> StoreManifest {
    if let bytes = try folder.read(StoreManifest.fileName) {
      return try StoreManifest(bytes, of: folder.path)
    }
    // A first change that was interrupted leaves files that nobody needs, and the lock.
    let names = try folder.names()
    guard names.allSatisfy({ isOwn($0) || $0.hasPrefix(".") }) else {
      throw .notAStore(path: folder.path, reason: "it is a folder without a manifest")
    }
    return StoreManifest()
  }

  /// Whether a file's name is one that a store gives.
  private static func isOwn(_ name: String) -> Bool {
    if name == StoreLock.fileName || name == StoreManifest.fileName { return true }
    if name == StoreManifest.fileName + ".new" { return true }
    return name.hasPrefix("log-") && name.hasSuffix(".arrow")
  }

  // MARK: - Reading

  /// Opens the logs; each with what checks its bytes before they are read.
  package func logs() throws(StoreError) -> [(log: EventLog, check: StoredLogCheck)] {
    while true {
      do throws(StoreError) {
        var opened: [(log: EventLog, check: StoredLogCheck)] = []
        for stored in manifest.logs { opened.append(try open(stored)) }
        return opened
      } catch {
        // A change between reading the manifest and mapping its files has taken them away.
        let present = exists ? try Self.manifest(of: folder) : manifest
        guard present.generation != manifest.generation else { throw error }
        manifest = present
      }
    }
  }

  private func open(
    _ stored: StoredLog
  ) throws(StoreError) -> (log: EventLog, check: StoredLogCheck) {
    let reader = try LogReader(stored, in: folder)
    return (try reader.log(), StoredLogCheck(reader))
  }

  // MARK: - Changing

  /// Stores a log under its name, in place of the one of that name, and returns it as it is stored.
  package func save(
    _ log: EventLog,
    instant: Int64,
    threads: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(StoreError) -> (log: EventLog, check: StoredLogCheck) {
    try beginChange()
    var changed = manifest
    changed.generation += 1
    let writer = LogWriter(
      log: log,
      folder: folder,
      stem: "log-\(changed.generation)",
      threads: threads,
      isCancelled: isCancelled
    )
    let files: [StoredLog.File]
    do throws(StoreError) {
      files = try writer.write()
    } catch {
      removeStrays()
      throw error
    }
    let stored = StoredLog(log, files, loadedAt: instant)
    changed.logs.removeAll { $0.name.lowercased() == log.name.lowercased() }
    changed.logs.append(stored)
    try commit(changed)
    return try open(stored)
  }

  /// Forgets a log and removes its files; false where there is none of the name.
  package func drop(_ name: String) throws(StoreError) -> Bool {
    guard manifest.logs.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
      return false
    }
    try beginChange()
    var changed = manifest
    changed.generation += 1
    changed.logs.removeAll { $0.name.lowercased() == name.lowercased() }
    try commit(changed)
    return true
  }

  /// Takes the lock.
  ///
  /// - Throws: ``StoreError/changed(path:)`` where the state is no longer the one that was opened: what
  ///   others have stored since must not be replaced unseen.
  private func beginChange() throws(StoreError) {
    if !exists {
      try folder.make()
      exists = true
    }
    if lock == nil {
      let taken = try StoreLock(folder)
      guard try Self.manifest(of: folder).generation == manifest.generation else {
        throw .changed(path: folder.path)
      }
      lock = taken
    }
    removeStrays()
  }

  private func commit(_ changed: StoreManifest) throws(StoreError) {
    folder.sync()
    do throws(StoreError) {
      try folder.replace(StoreManifest.fileName, with: changed.bytes)
    } catch {
      removeStrays()
      throw error
    }
    manifest = changed
    removeStrays()
  }

  /// Removes files that the manifest does not name.
  ///
  /// They are of changes that were not finished, or have been replaced. Readers that have mapped
  /// them keep them until they end.
  private func removeStrays() {
    guard let names = try? folder.names() else { return }
    let needed = manifest.fileNames.union([StoreManifest.fileName, StoreLock.fileName])
    for name in names where Self.isOwn(name) && !needed.contains(name) { folder.remove(name) }
  }
}

extension StoredLog {
  /// Describes a log whose files are written.
  fileprivate init(_ log: EventLog, _ files: [File], loadedAt instant: Int64) {
    var roles: [Int: Role] = [:]
    for role in Role.allCases {
      if let column = log.roles[role] { roles[column] = role }
    }
    let report = log.report
    self.init(
      name: log.name,
      fields: log.schema.fields.enumerated().map { index, field in
        Field(
          name: field.name,
          type: field.type,
          role: roles[index],
          missingCount: log.missingCount(ofColumn: index),
          isShared: log.sharesDictionary(ofColumn: index)
        )
      },
      events: log.events,
      partitions: log.partitions.map {
        Partition(rowCount: $0.rowCount, userCount: $0.userCount)
      },
      files: files,
      loads: [
        Load(
          files: report.files,
          byteCount: report.byteCount,
          rowsRead: report.rowsRead,
          rowsLoaded: report.rowsLoaded,
          rejectedCount: report.rejections.reduce(0) { $0 + $1.rowCount },
          duplicateRows: report.duplicateRows,
          instant: instant,
          seconds: report.seconds
        )
      ],
      sessionCount: report.sessionCount,
      tiedRows: report.tiedRows,
      timeRange: report.timeRange
    )
  }
}

extension EventLog {
  /// The rows without a value in a column.
  fileprivate func missingCount(ofColumn index: Int) -> Int {
    partitions.reduce(0) { sum, partition in
      sum + (partition.columns[index].validity.map { $0.count - $0.setCount } ?? 0)
    }
  }

  /// Whether the codes of a column stand for the same texts in all partitions.
  fileprivate func sharesDictionary(ofColumn index: Int) -> Bool {
    guard let first = partitions.first?.columns[index].codeDictionary else { return false }
    return partitions.allSatisfy { $0.columns[index].codeDictionary?.texts === first.texts }
  }
}
