package import BQLColumnar

/// Writes relations as Arrow data.
///
/// `bool` becomes bool, `int` int64, `float` float64, `decimal` decimal128(19, 2), `timestamp`
/// timestamp[us] of a zone, `date` date32, `interval` duration[us], and `text` a dictionary of int32
/// places in utf8 (large_utf8 past 2 GB), one for the whole of the column, with the texts that the
/// rows have and no others. Texts that are not UTF-8 are repaired with U+FFFD.
package enum ArrowEncoder {
  /// Rows of a batch: as many as fit some caches, and a multiple of 64.
  static let batchRowCount = 65_536

  /// Writes the whole of `relation`; `zone` names the clock that its times are shown on, which
  /// changes no instant.
  package static func write<Failure: Error>(
    _ relation: Relation,
    zone: String = "UTC",
    as framing: ArrowFraming,
    to sink: @escaping (Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var texts: [Int: TextUnion] = [:]
    for (index, field) in relation.schema.fields.enumerated() where field.type == .text {
      texts[index] = TextUnion(relation.chunks.map { $0.columns[index] })
    }
    let fields = relation.schema.fields.enumerated().map { index, field in
      ArrowField.writing(
        field,
        zone: zone,
        dictionary: texts[index].map { (Int64(index), $0.isLarge) }
      )
    }
    let writer = try ArrowWriter(framing, schema: ArrowSchema(fields), sink: sink)
    for index in fields.indices {
      guard let text = texts[index] else { continue }
      try writer.writeDictionary(id: Int64(index), text.array)
    }
    var pieces: [BatchPiece] = []
    var rowCount = 0
    for (number, chunk) in relation.chunks.enumerated() {
      var start = 0
      while start < chunk.count {
        let end = min(chunk.count, start + batchRowCount - rowCount)
        pieces.append(BatchPiece(chunk: number, rows: start..<end))
        rowCount += end - start
        start = end
        guard rowCount == batchRowCount else { continue }
        try write(pieces, rowCount, relation, texts, to: writer)
        pieces = []
        rowCount = 0
      }
    }
    if rowCount > 0 { try write(pieces, rowCount, relation, texts, to: writer) }
    try writer.finish()
  }

  private static func write<Failure: Error>(
    _ pieces: [BatchPiece],
    _ rowCount: Int,
    _ relation: Relation,
    _ texts: [Int: TextUnion],
    to writer: ArrowWriter<Failure>
  ) throws(Failure) {
    let arrays = relation.schema.fields.indices.map { index in
      let columns = pieces.map { (column: relation.chunks[$0.chunk].columns[index], piece: $0) }
      let type = relation.schema[index].type
      return BatchEncoder(columns: columns, rowCount: rowCount).array(type, texts[index])
    }
    try writer.writeBatch(rowCount: rowCount, arrays)
  }
}

/// Names rows of one chunk that go into a batch.
struct BatchPiece {
  var chunk: Int
  var rows: Range<Int>
}

/// Gathers the pieces of one column into Arrow's buffers.
struct BatchEncoder {
  let columns: [(column: Column, piece: BatchPiece)]
  let rowCount: Int

  func array(_ type: DataType, _ texts: TextUnion?) -> ArrowArray {
    let validity = validity
    return ArrowArray(
      count: rowCount,
      nullCount: validity.map { rowCount - $0.setCount } ?? 0,
      validity: validity.map { ArrowBytes($0) },
      buffers: [values(type, texts)]
    )
  }

  /// The rows with a value; nil where all have one.
  private var validity: Bitmap? {
    guard columns.contains(where: { $0.column.validity != nil }) else { return nil }
    var words = [UInt64](repeating: 0, count: (rowCount + 63) >> 6)
    var output = words.mutableSpan
    var row = 0
    for (column, piece) in columns {
      for index in piece.rows {
        if column.isValid(index) { output[row >> 6] |= 1 &<< UInt64(row & 63) }
        row += 1
      }
    }
    return Bitmap(words: words, count: rowCount)
  }

  private func values(_ type: DataType, _ texts: TextUnion?) -> ArrowBytes {
    switch type {
    case .bool: return .uint64s(bits)
    case .float: return ArrowBytes(floats)
    case .text: return ArrowBytes(codes(texts))
    case .int, .timestamp, .interval:
      return ArrowBytes(ints(wordsPerRow: 1) { row, value, output in output[row] = value })
    case .decimal:
      return ArrowBytes(
        ints(wordsPerRow: 2) { row, value, output in
          output[row * 2] = value
          // The upper half of 128 bits repeats the sign.
          output[row * 2 + 1] = value >> 63
        }
      )
    case .date:
      return ArrowBytes(
        ints(wordsPerRow: 1) { row, value, output in
          output[row] = Int32(truncatingIfNeeded: value)
        }
      )
    }
  }

  private var bits: [UInt64] {
    var words = [UInt64](repeating: 0, count: (rowCount + 63) >> 6)
    var output = words.mutableSpan
    var row = 0
    for (column, piece) in columns {
      guard case .bools(let bools) = column.values else { continue }
      for index in piece.rows {
        if bools[index], column.isValid(index) { output[row >> 6] |= 1 &<< UInt64(row & 63) }
        row += 1
      }
    }
    return words
  }

  @inline(__always)
  private func ints<Number: BitwiseCopyable & Sendable>(
    wordsPerRow: Int,
    _ put: (Int, Int64, inout MutableSpan<Number>) -> Void
  ) -> Buffer<Number> {
    Buffer(count: rowCount * wordsPerRow) { output in
      var row = 0
      for (column, piece) in columns {
        guard case .ints(let ints) = column.values else { continue }
        let span = ints.span
        for index in piece.rows {
          // What a row without a value holds is arbitrary: nothing of it is written.
          put(row, column.isValid(index) ? span[index] : 0, &output)
          row &+= 1
        }
      }
    }
  }

  private var floats: Buffer<Double> {
    Buffer(count: rowCount) { output in
      var row = 0
      for (column, piece) in columns {
        guard case .floats(let floats) = column.values else { continue }
        let span = floats.span
        for index in piece.rows {
          output[row] = column.isValid(index) ? span[index] : 0
          row &+= 1
        }
      }
    }
  }

  private func codes(_ texts: TextUnion?) -> Buffer<Int32> {
    Buffer(count: rowCount) { output in
      var row = 0
      for (column, piece) in columns {
        guard case .texts(let codes, let dictionary) = column.values else { continue }
        let places = texts?.places(of: dictionary) ?? []
        let span = places.span
        for index in piece.rows {
          let code = Int(codes[index])
          output[row] = column.isValid(index) && code < span.count ? span[code] : 0
          row &+= 1
        }
      }
    }
  }
}
