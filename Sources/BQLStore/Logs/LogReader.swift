import BQLArrow
import BQLColumnar
import BQLStorage

/// Makes a log of the files of a store, whose numbers stay where they lie: in mapped files.
///
/// Opening reads the files' metadata alone. Whether their bytes are those that were written is for
/// ``StoredLogCheck`` to find out, before a question reads them.
struct LogReader {
  let stored: StoredLog
  let folder: StoreFolder
  let regions: [MemoryRegion]

  /// Maps the files of a log.
  init(_ stored: StoredLog, in folder: StoreFolder) throws(StoreError) {
    self.stored = stored
    self.folder = folder
    var regions: [MemoryRegion] = []
    for file in stored.files {
      let path = folder.path(of: file.name)
      let region: MemoryRegion
      do throws(MappingError) {
        region = try MemoryRegion(mappingFileAt: path)
      } catch {
        throw .system(action: "open", file: path, code: error.code)
      }
      guard region.byteCount == file.byteCount else {
        throw .damaged(
          file: path,
          reason: "it has \(region.byteCount) bytes and was written with \(file.byteCount)"
        )
      }
      regions.append(region)
    }
    self.regions = regions
  }

  /// Returns the log.
  func log() throws(StoreError) -> EventLog {
    let users = try reader(stored.partitions.count)
    guard users.batchCount == stored.partitions.count else {
      throw damaged(stored.partitions.count, "it lacks users")
    }
    var shared: [Int: CodeDictionary] = [:]
    var partitions: [Partition] = []
    for index in stored.partitions.indices {
      partitions.append(try partition(index, users, &shared))
    }
    var roles: [Role: Int] = [:]
    for (index, field) in stored.fields.enumerated() {
      if let role = field.role { roles[role] = index }
    }
    return EventLog(
      name: stored.name,
      schema: Schema(stored.fields.map { Field($0.name, $0.type) }),
      roles: RoleBinding(roles),
      partitions: partitions,
      events: stored.events,
      report: stored.report
    )
  }

  private func damaged(_ file: Int, _ reason: String) -> StoreError {
    .damaged(file: folder.path(of: stored.files[file].name), reason: reason)
  }

  private func reader(_ file: Int) throws(StoreError) -> ArrowReader {
    do throws(ArrowError) {
      return try ArrowReader(regions[file])
    } catch {
      throw damaged(file, error.reason)
    }
  }

  private func partition(
    _ index: Int,
    _ users: ArrowReader,
    _ shared: inout [Int: CodeDictionary]
  ) throws(StoreError) -> Partition {
    let expected = stored.partitions[index]
    let reader = try reader(index)
    guard reader.batchCount == 1, reader.schema.fields.count == stored.fields.count else {
      throw damaged(index, "its columns are not the log's")
    }
    let (batch, names) = try batches(index, reader, users)
    guard batch.rowCount == expected.rowCount, names.rowCount == expected.userCount,
      names.columns.count == 2,
      let offsets = names.columns[1].buffers.first?.buffer(
        of: Int32.self,
        count: expected.userCount + 1
      )
    else { throw damaged(index, "it has other rows than the manifest says") }
    var columns: [StoredColumn] = []
    for (position, field) in stored.fields.enumerated() {
      let source = ColumnReader(
        type: field.type,
        field: field.role == .user ? users.schema.fields[0] : reader.schema.fields[position],
        array: field.role == .user ? names.columns[0] : batch.columns[position]
      )
      guard let column = try read(source, position, index, reader, &shared) else {
        throw damaged(index, "column '\(field.name)' is of another type")
      }
      guard field.role == .user else {
        columns.append(column)
        continue
      }
      columns.append(
        StoredColumn(
          type: column.type,
          storage: .perUser(values: column, offsets: offsets),
          count: expected.rowCount
        )
      )
    }
    return Partition(rowCount: expected.rowCount, userOffsets: offsets, columns: columns)
  }

  private func batches(
    _ index: Int,
    _ reader: ArrowReader,
    _ users: ArrowReader
  ) throws(StoreError) -> (ArrowBatch, ArrowBatch) {
    do throws(ArrowError) {
      return (try reader.batch(0), try users.batch(index))
    } catch {
      throw damaged(index, error.reason)
    }
  }

  /// Reads a column; a dictionary that is `shared` by all partitions is read once.
  private func read(
    _ source: ColumnReader,
    _ position: Int,
    _ index: Int,
    _ reader: ArrowReader,
    _ shared: inout [Int: CodeDictionary]
  ) throws(StoreError) -> StoredColumn? {
    guard let id = source.field.dictionary?.id else { return source.column(nil) }
    if stored.fields[position].isShared, let known = shared[position] {
      return source.column(known)
    }
    let parts: [ArrowArray]
    do throws(ArrowError) {
      let version = try reader.dictionaryVersion(id: id, ofBatch: 0)
      parts = try reader.dictionary(id: id, version: version)
    } catch {
      throw damaged(index, error.reason)
    }
    guard parts.count == 1, let texts = source.texts(parts[0]) else { return nil }
    let dictionary = CodeDictionary(texts)
    shared[position] = dictionary
    return source.column(dictionary)
  }
}

extension ArrowError {
  /// Completes "the file is damaged:".
  var reason: String {
    switch self {
    case .damaged(let reason): reason
    case .unsupported(_, let what, _): "it holds \(what)"
    case .unfitValue(let column, _, let reason):
      "column '\(column)' holds what it cannot: \(reason)"
    case .system(let code): "the system says \(code)"
    case .missingLibrary(let library, _): "it needs \(library)"
    case .cancelled: "reading was stopped"
    }
  }
}

extension StoredLog {
  /// What LOAD said of the rows, of all loads together.
  fileprivate var report: LoadReport {
    var report = LoadReport()
    report.files = loads.flatMap(\.files)
    report.byteCount = loads.reduce(0) { $0 + $1.byteCount }
    report.rowsRead = loads.reduce(0) { $0 + $1.rowsRead }
    report.rowsLoaded = partitions.reduce(0) { $0 + $1.rowCount }
    report.userCount = partitions.reduce(0) { $0 + $1.userCount }
    report.duplicateRows = loads.reduce(0) { $0 + $1.duplicateRows }
    report.sessionCount = sessionCount
    report.nullCounts = fields.map { ($0.name, $0.missingCount) }
    report.tiedRows = tiedRows
    report.timeRange = timeRange
    report.seconds = loads.reduce(0) { $0 + $1.seconds }
    return report
  }
}
