import BQLColumnar
package import BQLStorage
import Synchronization

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
  private let isTemporary: Bool
  /// What is found to be damaged while rows are read.
  package let health: StoreHealth
  private let memory: LateMemory

  package var path: String { folder.path }

  /// Makes a store of its own for a log that does not fit into memory; ``forget()`` ends it.
  package init(temporary folder: StoreFolder, health: StoreHealth = StoreHealth()) {
    self.folder = folder
    self.health = health
    // Its files are not compressed.
    memory = LateMemory()
    exists = true
    isTemporary = true
    manifest = StoreManifest()
  }

  /// Removes all files of a temporary store; its logs stay readable.
  package func forget() {
    precondition(isTemporary, "a store that lasts is not forgotten")
    folder.removeAll()
  }

  /// Opens the store at `path`, or one that is yet to be made there; damage that is met later is told
  /// to `health`, and `memory` says where decompressed columns stay.
  package init(
    path: String,
    health: StoreHealth = StoreHealth(),
    memory: LateMemory = LateMemory()
  ) throws(StoreError) {
    folder = StoreFolder(path)
    self.health = health
    self.memory = memory
    isTemporary = false
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
    // A first change that was interrupted leaves the lock, and files that nobody needs.
    let names = try folder.names().filter { !$0.hasPrefix(".") }
    guard names.isEmpty || names.contains(StoreLock.fileName),
      names.allSatisfy({ StoreFileName.isOwn($0) })
    else { throw .notAStore(path: folder.path, reason: "it is a folder without a manifest") }
    return StoreManifest()
  }

  // MARK: - Reading

  /// Opens all that it holds; what is damaged about one thing is no reason not to read the others.
  package func contents() throws(StoreError) -> (logs: [OpenedLog], items: [OpenedItem]) {
    while true {
      let opened = (
        logs: manifest.logs.map { stored in OpenedLog(stored.name, open(stored)) },
        items: manifest.items.map { OpenedItem($0, in: folder) }
      )
      if opened.logs.allSatisfy({ $0.failure == nil }), opened.items.allSatisfy(\.isWhole) {
        return opened
      }
      // A change between reading the manifest and mapping its files may have taken them away.
      let present = exists ? try Self.manifest(of: folder) : manifest
      guard present.generation != manifest.generation else { return opened }
      manifest = present
    }
  }

  private func open(_ stored: StoredLog) -> Result<EventLog, StoreError> {
    do throws(StoreError) {
      return .success(try LogReader(stored, in: folder, health, memory).log())
    } catch {
      return .failure(error)
    }
  }

  /// Compares all bytes of all files with their checksums, and returns what is wrong with each.
  package func damages(
    threads: Int,
    isCancelled: @Sendable () -> Bool
  ) throws(StoreError) -> [(file: StoredFile, reason: String?)] {
    let files = manifest.logs.flatMap(\.files) + manifest.items.flatMap { $0.parts.map(\.file) }
    let reasons = try ParallelWork.map(
      count: files.count,
      threads: threads
    ) { [folder] (index) throws(StoreError) -> String? in
      if isCancelled() { throw .cancelled }
      return files[index].damage(in: folder)
    }
    return zip(files, reasons).map { ($0, $1) }
  }

  /// The LOAD that brought a file of this fingerprint into a log; nil where none did.
  package func load(_ fingerprint: UInt64, into log: String) -> StoredLog.Load? {
    stored(log)?.loads.first { $0.fingerprints.contains(fingerprint) }
  }

  /// The bytes of a log's files; 0 where there is none of the name.
  package func byteCount(of log: String) -> Int {
    stored(log)?.files.reduce(0) { $0 + $1.byteCount } ?? 0
  }

  /// The number of the change that made a log's rows what they are; nil where there is none of the name.
  package func generation(ofLog name: String) -> Int? { stored(name)?.generation }

  /// Whether it has a log of the name, readable or not.
  package func holds(_ name: String) -> Bool { stored(name) != nil }

  private func stored(_ name: String) -> StoredLog? {
    manifest.logs.first { $0.name.lowercased() == name.lowercased() }
  }

  // MARK: - Changing

  /// Says how a change is made.
  package struct Options: Sendable {
    package var threads: Int
    /// Asked now and then, from any thread.
    package var isCancelled: @Sendable () -> Bool

    package init(threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false }) {
      self.threads = threads
      self.isCancelled = isCancelled
    }
  }

  /// Stores a log under its name, in place of the one of that name, and returns it as it is stored.
  package func save(
    _ log: EventLog,
    _ load: StoredLog.Load,
    _ options: Options
  ) throws(StoreError) -> EventLog {
    try replace(LogSource(log, threads: options.threads), .light, options) { ([load], nil) }
  }

  /// Adds the rows of logs, in this order, to `existing`, which is the one stored under their name,
  /// or stores them as a new one, and returns all together.
  ///
  /// The load is recorded with the rows that equal an earlier row in every column; those are left
  /// out where `removesDuplicates`, which holds within each of the logs already.
  package func add(
    _ added: [EventLog],
    _ load: StoredLog.Load,
    to existing: EventLog?,
    removesDuplicates: Bool,
    _ options: Options
  ) throws(StoreError) -> (log: EventLog, load: StoredLog.Load) {
    guard let name = existing?.name ?? added.first?.name else {
      preconditionFailure("there are rows to add")
    }
    let old = existing.map { $0.rowCount > 0 ? [$0] : [] } ?? []
    let logs = old + added.filter { $0.rowCount > 0 }
    let effort = isTemporary ? CompressionEffort.none : .light
    let loads = existing.map { stored($0.name)?.loads ?? [] } ?? []
    guard logs.count > 1, let first = logs.first else {
      // Nothing is there to join.
      guard let only = logs.first ?? existing ?? added.last else {
        preconditionFailure("there are rows to add")
      }
      let source = LogSource(only.renamed(name), threads: options.threads)
      let generation = existing.flatMap { $0 === only ? stored($0.name)?.generation : nil }
      return (try replace(source, effort, options) { (loads + [load], generation) }, load)
    }
    let merge = try merge(first.name) { () throws(MergeError) in
      try LogMerge(logs, threads: options.threads)
    }
    let duplicates = Mutex([Int](repeating: 0, count: merge.partitionCount))
    let source = LogSource(merge, of: logs, named: name, threads: options.threads) {
      let told = $1.telling(duplicatesFrom: old.count, merge.roles, removes: removesDuplicates)
      duplicates.withLock { [count = told.duplicateCount, index = $0] in $0[index] = count }
      return told.partition
    }
    var recorded = load
    let log = try replace(source, effort, options) {
      let told = duplicates.withLock { $0.reduce(0, +) }
      let rowCount = added.reduce(0) { $0 + $1.rowCount }
      let removed = added.reduce(0) { $0 + $1.report.duplicateRows }
      recorded.duplicateRows = told + (removesDuplicates ? removed : 0)
      recorded.rowsLoaded = rowCount - (removesDuplicates ? told : 0)
      let isSame = recorded.rowsLoaded == 0
      return (loads + [recorded], isSame ? existing.flatMap { stored($0.name)?.generation } : nil)
    }
    return (log, recorded)
  }

  /// Puts a part of a log that does not fit into memory into files without a name, and returns it as
  /// it lies there.
  package func spill(_ log: EventLog, _ options: Options) throws(StoreError) -> EventLog {
    try beginChange()
    let source = LogSource(log, threads: options.threads)
    let writer = LogWriter(
      source: source,
      folder: folder,
      stem: StoreFileName.part(manifest.generation + 1),
      effort: .none,
      threads: options.threads,
      isCancelled: options.isCancelled
    )
    // What is mapped stays readable once its name is gone.
    defer { removeStrays() }
    return try open(StoredLog(source, try writer.write(), loads: [], generation: 0)).get()
  }

  /// Takes a user out of every file of a log and returns what is left.
  package func erase(
    _ user: UserPlace,
    of log: EventLog,
    _ options: Options
  ) throws(StoreError) -> EventLog {
    try rewrite(log, erasing: user, .light, options)
  }

  /// Writes a log anew, as small as it gets.
  package func compact(_ log: EventLog, _ options: Options) throws(StoreError) -> EventLog {
    try rewrite(log, erasing: nil, .full, options)
  }

  private func rewrite(
    _ log: EventLog,
    erasing user: UserPlace?,
    _ effort: CompressionEffort,
    _ options: Options
  ) throws(StoreError) -> EventLog {
    let merge = try merge(log.name) { () throws(MergeError) in
      try LogMerge([log], erasing: user, prunes: true, threads: options.threads)
    }
    let source = LogSource(merge, of: [log], named: log.name, threads: options.threads)
    // COMPACT changes no row.
    let generation = user == nil ? stored(log.name)?.generation : nil
    return try replace(source, effort, options) { (stored(log.name)?.loads ?? [], generation) }
  }

  private func merge(
    _ name: String,
    _ make: () throws(MergeError) -> LogMerge
  ) throws(StoreError) -> LogMerge {
    do throws(MergeError) {
      return try make()
    } catch {
      throw .unfit(log: name, error)
    }
  }

  /// Writes a log in place of the one of its name.
  ///
  /// `history` is asked once the rows are written: what was loaded, and the number of the change that
  /// made the rows, where that is not this one.
  private func replace(
    _ source: LogSource,
    _ effort: CompressionEffort,
    _ options: Options,
    history: () -> (loads: [StoredLog.Load], generation: Int?)
  ) throws(StoreError) -> EventLog {
    try beginChange()
    var changed = manifest
    changed.generation += 1
    let writer = LogWriter(
      source: source,
      folder: folder,
      stem: StoreFileName.log(changed.generation),
      effort: effort,
      threads: options.threads,
      isCancelled: options.isCancelled
    )
    let stored: StoredLog
    do throws(StoreError) {
      let written = try writer.write()
      let (loads, generation) = history()
      stored = StoredLog(
        source,
        written,
        loads: loads,
        generation: generation ?? changed.generation
      )
      // What was read of damaged files is not written as if it were sound.
      if let failure = health.failure(of: source.name) { throw failure }
    } catch {
      removeStrays()
      throw error
    }
    if let place = changed.logs.firstIndex(where: {
      $0.name.lowercased() == source.name.lowercased()
    }) {
      changed.logs[place] = stored
    } else {
      changed.logs.append(stored)
    }
    try commit(changed)
    return try open(stored).get()
  }

  /// Forgets a log and removes its files; false where there is none of the name.
  package func drop(_ name: String) throws(StoreError) -> Bool {
    guard holds(name) else { return false }
    try beginChange()
    var changed = manifest
    changed.generation += 1
    changed.logs.removeAll { $0.name.lowercased() == name.lowercased() }
    try commit(changed)
    return true
  }

  /// Takes the lock, for a change that ``commit(_:)`` ends.
  ///
  /// - Throws: ``StoreError/changed(path:)`` where the state is no longer the one that was opened: what
  ///   others have stored since must not be replaced unseen.
  func beginChange() throws(StoreError) {
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

  /// Makes a manifest, whose files are written, the store's at once.
  func commit(_ changed: StoreManifest) throws(StoreError) {
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
  func removeStrays() {
    guard let names = try? folder.names() else { return }
    let needed = manifest.fileNames.union([StoreManifest.fileName, StoreLock.fileName])
    for name in names where StoreFileName.isOwn(name) && !needed.contains(name) {
      folder.remove(name)
    }
  }
}
