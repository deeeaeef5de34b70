import BQLArrow
import BQLColumnar
import BQLStorage

/// Writes a log as the files of a store: an Arrow file a partition, and one that lists the users.
///
/// A partition's file has the log's columns, rows clustered by user and in time order. The users'
/// file has a batch a partition: what names each user, and the first of its rows.
struct LogWriter {
  let source: LogSource
  let folder: StoreFolder
  /// What the files' names begin with.
  let stem: String
  let effort: CompressionEffort
  let threads: Int
  let isCancelled: @Sendable () -> Bool

  static let firstRowName = "first_row"

  /// Tells what was written.
  struct Written: Sendable {
    /// The partitions' files in their order, then the users'.
    var files: [StoredFile]
    var facts: [PartitionFacts]
  }

  /// Holds what the users' file and the manifest need of a partition.
  private struct Part: Sendable {
    var file: StoredFile
    var facts: PartitionFacts
    var names: UserNames
    var offsets: Buffer<Int32>
  }

  /// Writes all files and puts them on the disk.
  func write() throws(StoreError) -> Written {
    guard let user = source.roles[.user] else { preconditionFailure("a log has users") }
    let parts = try ParallelWork.map(
      count: source.partitionCount,
      threads: threads
    ) { (index) throws(StoreError) in
      if isCancelled() { throw .cancelled }
      let partition = try source.partition(index)
      return Part(
        file: try write(partition, index),
        facts: PartitionFacts(partition, roles: source.roles),
        names: UserNames(values: partition.userValues(user)),
        offsets: partition.userOffsets
      )
    }
    return Written(
      files: parts.map(\.file) + [try writeUsers(parts, user)],
      facts: parts.map(\.facts)
    )
  }

  private func write(_ partition: Partition, _ index: Int) throws(StoreError) -> StoredFile {
    let columns = partition.columns.enumerated().map { position, column in
      ArrowColumn(
        column,
        named: source.schema[position].name,
        id: Int64(position),
        digits: source.digits[position]
      )
    }
    let sink = try StoreFileSink("\(stem)-\(StoreFileName.padded(index)).arrow", in: folder)
    let writer = try ArrowWriter<StoreError>(.file, schema: ArrowSchema(columns.map(\.field))) {
      (bytes) throws(StoreError) in try sink.append(bytes)
    }
    var dictionarySums: [UInt64] = []
    for column in columns {
      guard let id = column.field.dictionary?.id, let entries = column.dictionary else { continue }
      let body = ArrowBody(
        rowCount: entries.count,
        [entries],
        [column.field.type],
        effort.compression(of: [entries])
      )
      dictionarySums.append(Checksum.of(body.columns[0].dropFirst()))
      try writer.writeDictionary(id: id, body)
    }
    let arrays = columns.map(\.array)
    let body = ArrowBody(
      rowCount: partition.rowCount,
      arrays,
      columns.map(\.field.storedType),
      effort.compression(of: arrays)
    )
    try writer.writeBatch(body)
    try writer.finish()
    var file = try sink.finish(isLasting: effort != .none)
    file.parts = StoredFile.PartChecksums(
      metadata: try metadata(of: file),
      validity: Checksum.of(
        body.columns.indices.flatMap { arrays[$0].nullCount > 0 ? body.columns[$0].prefix(1) : [] }
      ),
      columns: body.columns.map { Checksum.of($0.dropFirst()) },
      dictionaries: dictionarySums
    )
    return file
  }

  private func metadata(of file: StoredFile) throws(StoreError) -> UInt64 {
    let region = try file.mapped(in: folder)
    do throws(ArrowError) {
      return Checksum.ofMetadata(try ArrowReader(region), region)
    } catch {
      throw .damaged(file: folder.path(of: file.name), reason: error.reason)
    }
  }

  private func writeUsers(_ parts: [Part], _ user: Int) throws(StoreError) -> StoredFile {
    let fields = [
      UserNames.field(of: parts.map(\.names), named: source.schema[user].name),
      ArrowField(Self.firstRowName, .int(bits: 32, isSigned: true), isNullable: false),
    ]
    let sink = try StoreFileSink("\(stem)-users.arrow", in: folder)
    let writer = try ArrowWriter<StoreError>(.file, schema: ArrowSchema(fields)) {
      (bytes) throws(StoreError) in try sink.append(bytes)
    }
    for part in parts {
      // One number more than users: where the last one's rows end.
      let offsets = ArrowArray(
        count: part.names.values.count,
        buffers: [ArrowBytes(part.offsets)]
      )
      try writer.writeBatch(
        rowCount: part.names.values.count,
        [part.names.array(as: fields[0].type), offsets]
      )
    }
    try writer.finish()
    return try sink.finish(isLasting: effort != .none)
  }
}

extension Checksum {
  /// Returns the checksum of buffers as they stand in a file, one after the other.
  fileprivate static func of(_ pieces: some Sequence<ArrowBody.Piece>) -> UInt64 {
    var checksum = Checksum()
    for piece in pieces {
      checksum.update(piece.prefix.span)
      piece.bytes.withBytes { checksum.update($0) }
    }
    return checksum.value
  }
}
