/// Writes Arrow data, a piece at a time: the schema, dictionaries, batches of rows, the end.
///
/// In a file each dictionary is written once, before the first batch that needs it, and may only
/// grow (``writeDictionary(id:_:isDelta:)``). In a stream a second dictionary of an id replaces the
/// first for the batches behind it.
///
/// Every buffer starts at a multiple of 64 bytes from the start of what is written, so that a mapped
/// file's numbers can be read where they lie. Not shared between threads.
///
/// Source: Apache Arrow columnar format 1.5, "Serialization and Interprocess Communication".
package final class ArrowWriter<Failure: Error> {
  package let framing: ArrowFraming
  package let schema: ArrowSchema
  private let sink: (Span<UInt8>) throws(Failure) -> Void
  private var position = 0
  private var dictionaryBlocks: [Int64] = []
  private var batchBlocks: [Int64] = []
  private var isFinished = false

  /// Begins to write: the magic bytes of a file, and the schema.
  ///
  /// `sink` takes the bytes in order; what it throws ends the writing, and the writer must not be
  /// used any more.
  package init(
    _ framing: ArrowFraming,
    schema: ArrowSchema,
    sink: @escaping (Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    self.framing = framing
    self.schema = schema
    self.sink = sink
    if framing == .file { try append(ArrowFraming.magic + [0, 0]) }
    let message = ArrowMessage.bytes(.schema, schema.table, bodyByteCount: 0)
    try appendMessage(message)
  }

  /// Bytes written so far.
  package var byteCount: Int { position }

  /// Writes the entries of a dictionary that columns of the schema name by `id`; with `isDelta` they
  /// follow those written before.
  package func writeDictionary(
    id: Int64,
    _ entries: ArrowArray,
    isDelta: Bool = false
  ) throws(Failure) {
    guard let type = schema.fields.first(where: { $0.dictionary?.id == id })?.type else {
      preconditionFailure("a column names the dictionary")
    }
    try writeDictionary(
      id: id,
      ArrowBody(rowCount: entries.count, [entries], [type]),
      isDelta: isDelta
    )
  }

  /// Writes the entries of a dictionary that are laid out already.
  package func writeDictionary(
    id: Int64,
    _ body: ArrowBody,
    isDelta: Bool = false
  ) throws(Failure) {
    let dictionary = FlatTable([
      (0, .long(id)), (1, .table(body.table)), (2, .bool(isDelta)),
    ])
    dictionaryBlocks += try append(.dictionaryBatch, dictionary, body)
  }

  /// Writes rows: one array a field of the schema, all of `rowCount` rows.
  package func writeBatch(rowCount: Int, _ columns: [ArrowArray]) throws(Failure) {
    precondition(columns.count == schema.fields.count, "one array a column")
    precondition(columns.allSatisfy { $0.count == rowCount }, "columns of a batch have one length")
    try writeBatch(ArrowBody(rowCount: rowCount, columns, schema.fields.map(\.storedType)))
  }

  /// Writes rows that are laid out already.
  package func writeBatch(_ body: ArrowBody) throws(Failure) {
    batchBlocks += try append(.recordBatch, body.table, body)
  }

  /// Ends the data: the mark of the end, and a file's footer, with notes of its own.
  package func finish(metadata: [ArrowNote] = []) throws(Failure) {
    precondition(!isFinished, "the end is written once")
    isFinished = true
    try append([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
    guard framing == .file else { return }
    let footer = FlatWriter.bytes(
      of: FlatTable([
        (0, .short(ArrowMessage.version)),
        (1, .table(schema.table)),
        (2, .structs(dictionaryBlocks, words: 3)),
        (3, .structs(batchBlocks, words: 3)),
        (4, .tables(metadata.map(\.table))),
      ])
    )
    try append(footer)
    try append(Self.bytes(Int32(truncatingIfNeeded: footer.count)) + ArrowFraming.magic)
  }

  // MARK: - Messages

  /// Writes a message with its body and returns the block that a footer lists it by.
  private func append(
    _ kind: ArrowMessage.Kind,
    _ header: FlatTable,
    _ body: ArrowBody
  ) throws(Failure) -> [Int64] {
    let start = position
    try appendMessage(ArrowMessage.bytes(kind, header, bodyByteCount: body.byteCount))
    let headByteCount = position - start
    for piece in body.columns.joined() {
      try append(piece.prefix)
      try piece.bytes.withBytes { (bytes) throws(Failure) in
        if bytes.count > 0 { try append(bytes) }
      }
      try pad(to: 64)
    }
    return [Int64(start), Int64(headByteCount), Int64(body.byteCount)]
  }

  /// Writes a message's metadata, padded so that what follows starts at a multiple of 64.
  private func appendMessage(_ metadata: [UInt8]) throws(Failure) {
    let end = position + 8 + metadata.count
    let padding = (64 - end % 64) % 64
    let byteCount = Int32(truncatingIfNeeded: metadata.count + padding)
    try append([0xFF, 0xFF, 0xFF, 0xFF] + Self.bytes(byteCount) + metadata)
    try pad(to: 64)
  }

  private func append(_ bytes: [UInt8]) throws(Failure) { try append(bytes.span) }

  private func append(_ bytes: Span<UInt8>) throws(Failure) {
    try sink(bytes)
    position += bytes.count
  }

  private func pad(to alignment: Int) throws(Failure) {
    let padding = (alignment - position % alignment) % alignment
    if padding > 0 { try append([UInt8](repeating: 0, count: padding)) }
  }

  private static func bytes(_ number: Int32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> Int32($0 * 8)) }
  }
}

/// Names how Arrow data are framed: a file can be read from its end, a stream from its start.
package enum ArrowFraming: Hashable, Sendable {
  case file
  case stream

  /// What files begin and end with.
  static let magic = Array("ARROW1".utf8)
}
