import BQLArrow
import BQLColumnar
import BQLStorage

/// Makes a log of the files of a store, whose numbers stay where they lie: in mapped files.
///
/// Opening reads what is small: the files' metadata, which rows have a value, and who the users are.
/// Values and texts are read when a question asks for them, and then compared with their checksums:
/// see ``LateColumn``.
struct LogReader {
  let stored: StoredLog
  let folder: StoreFolder
  let health: StoreHealth
  let memory: LateMemory
  private let regions: [MemoryRegion]

  /// Maps the files of a log.
  init(
    _ stored: StoredLog,
    in folder: StoreFolder,
    _ health: StoreHealth,
    _ memory: LateMemory
  ) throws(StoreError) {
    self.stored = stored
    self.folder = folder
    self.health = health
    self.memory = memory
    var regions: [MemoryRegion] = []
    for file in stored.files { regions.append(try file.mapped(in: folder)) }
    self.regions = regions
  }

  /// Returns the log.
  func log() throws(StoreError) -> EventLog {
    let last = stored.partitions.count
    guard MemorySlice(regions[last]).withBytes({ Checksum.of($0) }) == stored.files[last].checksum
    else { throw damaged(last, "its checksum is not the one that it was written with") }
    let users = try reader(last)
    guard users.batchCount == stored.partitions.count else { throw damaged(last, "it lacks users") }
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
    guard reader.batchCount == 1, reader.schema.fields.count == stored.fields.count,
      let sums = stored.files[index].parts,
      sums.dictionaries.count == reader.schema.fields.count(where: { $0.dictionary != nil })
    else { throw damaged(index, "its columns are not the log's") }
    guard Checksum.ofMetadata(reader, regions[index]) == sums.metadata else {
      throw damaged(index, "what describes its columns has another checksum")
    }
    let parts = try parts(index, reader, users)
    guard parts.columns.allSatisfy({ $0.count == expected.rowCount }),
      parts.users.rowCount == expected.userCount, parts.users.columns.count == 2,
      let names = UserNames(stored.userType, users.schema.fields[0], parts.users.columns[0]),
      let offsets = parts.users.columns[1].buffers.first?.buffer(
        of: Int32.self,
        count: expected.userCount + 1
      )
    else { throw damaged(index, "it has other rows than the manifest says") }
    let validities = try validities(index, parts.columns, sums.validity)
    var columns: [StoredColumn] = []
    for (position, field) in stored.fields.enumerated() {
      if field.role == .user {
        columns.append(
          StoredColumn(
            type: field.type,
            storage: .perUser(values: names.values, offsets: offsets),
            count: expected.rowCount
          )
        )
        continue
      }
      let dictionary = try dictionary(position, index, reader, sums, &shared)
      let source = ColumnReader(
        type: field.type,
        field: reader.schema.fields[position],
        source: LateColumn(
          stored: parts.columns[position],
          checksum: sums.columns[position],
          name: field.name,
          path: folder.path(of: stored.files[index].name),
          log: stored.name,
          health: health,
          memory: memory
        ),
        validity: validities[position],
        hasShortTimes: field.role == .time && stored.hasShortTimes
      )
      guard let column = source.column(dictionary) else {
        throw damaged(index, "column '\(field.name)' is of another type or length")
      }
      columns.append(column)
    }
    return Partition(rowCount: expected.rowCount, userOffsets: offsets, columns: columns)
  }

  private func parts(
    _ index: Int,
    _ reader: ArrowReader,
    _ users: ArrowReader
  ) throws(StoreError) -> (columns: [ArrowStoredColumn], users: ArrowBatch) {
    do throws(ArrowError) {
      return (try reader.storedColumns(ofBatch: 0), try users.batch(index))
    } catch {
      throw damaged(index, error.reason)
    }
  }

  /// Reads which rows have a value, by column; nil for a column that has all.
  private func validities(
    _ index: Int,
    _ columns: [ArrowStoredColumn],
    _ checksum: UInt64
  ) throws(StoreError) -> [Bitmap?] {
    var sum = Checksum()
    for column in columns { column.validity?.slice.withBytes { sum.update($0) } }
    guard sum.value == checksum else {
      throw damaged(index, "what says which rows have a value has another checksum")
    }
    do throws(ArrowError) {
      var bitmaps: [Bitmap?] = []
      for column in columns {
        var bits = ArrowArray(count: column.count, nullCount: column.nullCount, buffers: [])
        bits.validity = try column.validity.map { (buffer) throws(ArrowError) in
          .slice(try buffer.bytes(ArrowCodecs.decompress))
        }
        bitmaps.append(bits.validityBitmap)
      }
      return bitmaps
    } catch {
      throw damaged(index, error.reason)
    }
  }

  /// Finds a column's dictionary; one that is `shared` by all partitions is the first one's.
  private func dictionary(
    _ position: Int,
    _ index: Int,
    _ reader: ArrowReader,
    _ sums: StoredFile.PartChecksums,
    _ shared: inout [Int: CodeDictionary]
  ) throws(StoreError) -> CodeDictionary? {
    let field = reader.schema.fields[position]
    guard let id = field.dictionary?.id else { return nil }
    if stored.fields[position].isShared, let known = shared[position] { return known }
    let parts: [ArrowStoredColumn]
    do throws(ArrowError) {
      let version = try reader.dictionaryVersion(id: id, ofBatch: 0)
      parts = try reader.storedDictionary(id: id, version: version)
    } catch {
      throw damaged(index, error.reason)
    }
    let number = reader.schema.fields[..<position].count { $0.dictionary != nil }
    guard parts.count == 1,
      let texts = DictionaryReader(
        field: field,
        source: LateColumn(
          stored: parts[0],
          checksum: sums.dictionaries[number],
          name: stored.fields[position].name,
          path: folder.path(of: stored.files[index].name),
          log: stored.name,
          health: health,
          memory: memory
        )
      ).texts
    else { throw damaged(index, "the texts of '\(field.name)' are not what they were") }
    let dictionary = CodeDictionary(texts)
    shared[position] = dictionary
    return dictionary
  }
}

extension Checksum {
  /// Returns the checksum of all bytes of a file but those of its columns and dictionaries.
  static func ofMetadata(_ reader: ArrowReader, _ region: MemoryRegion) -> UInt64 {
    var checksum = Checksum()
    for range in reader.metadataRanges {
      MemorySlice(region).slice(from: range.lowerBound, count: range.count)?.withBytes {
        checksum.update($0)
      }
    }
    return checksum.value
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
  fileprivate var userType: DataType { fields.first { $0.role == .user }?.type ?? .int }

  /// Whether all times, where they are whole seconds, fit 32 bits.
  fileprivate var hasShortTimes: Bool {
    guard let timeRange else { return true }
    return Int32(exactly: timeRange.lowerBound / 1_000_000) != nil
      && Int32(exactly: timeRange.upperBound / 1_000_000) != nil
  }

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
