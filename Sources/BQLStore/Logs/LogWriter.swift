import BQLArrow
import BQLColumnar
import BQLStorage

/// Writes a log as the files of a store: an Arrow file a partition, and one that lists the users.
///
/// A partition's file has the log's columns, rows clustered by user and in time order. The users'
/// file has a batch a partition: what names each user, and the first of its rows.
struct LogWriter {
  let log: EventLog
  let folder: StoreFolder
  /// What the files' names begin with.
  let stem: String
  let threads: Int
  let isCancelled: @Sendable () -> Bool

  static let firstRowName = "first_row"

  /// Writes all files and puts them on the disk.
  func write() throws(StoreError) -> [StoredLog.File] {
    let digits = log.schema.fields.indices.map { column in
      log.schema[column].type == .decimal
        ? log.partitions.map { ArrowColumn.digits($0.columns[column]) }.max() ?? 0 : 0
    }
    let files = try ParallelWork.map(
      count: log.partitions.count + 1,
      threads: threads
    ) { (index) throws(StoreError) in
      if isCancelled() { throw .cancelled }
      return index < log.partitions.count ? try write(index, digits) : try writeUsers()
    }
    return files
  }

  private func write(_ index: Int, _ digits: [Int]) throws(StoreError) -> StoredLog.File {
    let partition = log.partitions[index]
    let columns = partition.columns.enumerated().map { position, column in
      ArrowColumn(
        column,
        named: log.schema[position].name,
        id: Int64(position),
        digits: digits[position]
      )
    }
    let number = String(index + 1000).dropFirst()
    let sink = try StoreFileSink("\(stem)-\(number).arrow", in: folder)
    let writer = try ArrowWriter<StoreError>(.file, schema: ArrowSchema(columns.map(\.field))) {
      (bytes) throws(StoreError) in try sink.append(bytes)
    }
    for column in columns {
      guard let id = column.field.dictionary?.id, let entries = column.dictionary else { continue }
      try writer.writeDictionary(id: id, entries)
    }
    try writer.writeBatch(rowCount: partition.rowCount, columns.map(\.array))
    try writer.finish()
    return try sink.finish()
  }

  private func writeUsers() throws(StoreError) -> StoredLog.File {
    guard let user = log.roles[.user] else { preconditionFailure("a log has users") }
    let batches = log.partitions.map { partition in
      UserNames(values: partition.userValues(user))
    }
    let fields = [
      UserNames.field(of: batches, named: log.schema[user].name),
      ArrowField(Self.firstRowName, .int(bits: 32, isSigned: true), isNullable: false),
    ]
    let sink = try StoreFileSink("\(stem)-users.arrow", in: folder)
    let writer = try ArrowWriter<StoreError>(.file, schema: ArrowSchema(fields)) {
      (bytes) throws(StoreError) in try sink.append(bytes)
    }
    for (partition, names) in zip(log.partitions, batches) {
      // One number more than users: where the last one's rows end.
      let offsets = ArrowArray(
        count: partition.userCount,
        buffers: [ArrowBytes(partition.userOffsets)]
      )
      try writer.writeBatch(
        rowCount: partition.userCount,
        [names.array(as: fields[0].type), offsets]
      )
    }
    try writer.finish()
    return try sink.finish()
  }
}

/// Holds what names the users of a partition, without a dictionary: each name stands once.
private struct UserNames {
  let values: StoredColumn

  /// The field that holds the names of all partitions.
  static func field(of batches: [UserNames], named name: String) -> ArrowField {
    let type: ArrowType =
      if batches.contains(where: { $0.values.type == .text }) {
        batches.allSatisfy({ $0.texts?.uuids != nil || $0.values.count == 0 })
          ? .fixedSizeBinary(byteWidth: 16) : .utf8(isLarge: true)
      } else {
        .int(bits: batches.map { $0.values.integers.bits }.max() ?? 64, isSigned: true)
      }
    return ArrowField(name, type, isNullable: false)
  }

  private var texts: TextDictionary? { values.codeDictionary?.texts }

  func array(as type: ArrowType) -> ArrowArray {
    switch type {
    case .int(let bits, _):
      let own = values.integers
      if own.bits == bits { return own.array }
      let wide = values.wide(values.scale)
      return switch bits {
      case 16: ArrowArray(Buffer(wide.map { Int16(truncatingIfNeeded: $0) }), validity: nil)
      case 32: ArrowArray(Buffer(wide.map { Int32(truncatingIfNeeded: $0) }), validity: nil)
      default: ArrowArray(wide, validity: nil)
      }
    case .fixedSizeBinary:
      let codes = codes
      var words: [UInt64] = []
      words.reserveCapacity(codes.count * 2)
      texts?.uuids?.withSpan { uuids in
        for code in codes {
          words.append(uuids[2 * code].bigEndian)
          words.append(uuids[2 * code + 1].bigEndian)
        }
      }
      return ArrowArray(count: codes.count, buffers: [.uint64s(words)])
    default:
      var offsets: [Int64] = [0]
      var bytes: [UInt8] = []
      for code in codes {
        if let text = texts?.utf8(code) { bytes += text }
        offsets.append(Int64(bytes.count))
      }
      return ArrowArray(count: codes.count, buffers: [.int64s(offsets), .uint8s(bytes)])
    }
  }

  private var codes: [Int] {
    switch values.storage {
    case .codes8(let buffer, _): buffer.map { Int($0) }
    case .codes16(let buffer, _): buffer.map { Int($0) }
    case .codes32(let buffer, _): buffer.map { Int($0) }
    case .int8, .int16, .int32, .int64, .float, .bool, .perUser: []
    }
  }
}
