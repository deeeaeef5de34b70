/// Lays out the buffers of a batch behind its metadata, each at a multiple of 64 bytes.
package struct ArrowBody {
  /// Holds one buffer as it is written.
  package struct Piece {
    /// In a compressed batch: how many bytes it has when it is not compressed, -1 where these are they.
    package var length: Int64?
    package var bytes: ArrowBytes

    package var byteCount: Int {
      bytes.byteCount + (length == nil ? 0 : ArrowStoredBuffer.prefixByteCount)
    }
  }

  /// The buffers of each column in order, validity first; those without bytes too.
  package let columns: [[Piece]]
  let byteCount: Int
  /// The table `RecordBatch`.
  let table: FlatTable

  /// Lays out columns; `types` are those of what their own buffers hold.
  package init(
    rowCount: Int,
    _ columns: [ArrowArray],
    _ types: [ArrowType],
    _ compression: ArrowCompression? = nil
  ) {
    var laidOut: [[Piece]] = []
    var nodes: [Int64] = []
    var buffers: [Int64] = []
    var offset = 0
    for (index, column) in columns.enumerated() {
      nodes += [Int64(column.count), Int64(column.nullCount)]
      // A column of NULL alone has no buffers, not even validity.
      let own = column.buffers.isEmpty ? [] : [column.validity ?? .none] + column.buffers
      let pieces = own.enumerated().map { place, bytes in
        // What says which rows have a value is read apart from them: it stays as it is.
        compression?.piece(bytes, ofColumn: place > 0 ? index : nil)
          ?? Piece(length: nil, bytes: bytes)
      }
      for piece in pieces {
        buffers += [Int64(offset), Int64(piece.byteCount)]
        offset += (piece.byteCount + 63) & ~63
      }
      laidOut.append(pieces)
    }
    self.columns = laidOut
    byteCount = offset
    var table = FlatTable([
      (0, .long(Int64(rowCount))),
      (1, .structs(nodes, words: 2)),
      (2, .structs(buffers, words: 2)),
    ])
    if let compression {
      table.set(3, .table(FlatTable([(0, .byte(UInt8(compression.codec.rawValue)))])))
    }
    // Columns of views say how many buffers of bytes they have.
    let viewed = zip(columns, types).filter { $0.1.layout == .views }
    if !viewed.isEmpty {
      table.set(4, .structs(viewed.map { Int64($0.0.buffers.count - 1) }, words: 1))
    }
    self.table = table
  }
}

/// Says which columns of a batch are compressed, and how.
package struct ArrowCompression: Sendable {
  package let codec: ArrowCodec
  /// The columns whose values are compressed.
  package let columns: Set<Int>
  /// Returns the bytes compressed; nil where that does not make them fewer.
  package let compress: @Sendable (ArrowBytes) -> ArrowBytes?

  package init(
    codec: ArrowCodec,
    columns: Set<Int>,
    compress: @escaping @Sendable (ArrowBytes) -> ArrowBytes?
  ) {
    self.codec = codec
    self.columns = columns
    self.compress = compress
  }

  /// Lays out a buffer of a compressed batch.
  fileprivate func piece(_ bytes: ArrowBytes, ofColumn column: Int?) -> ArrowBody.Piece {
    // A buffer without bytes has no length either.
    if bytes.byteCount == 0 { return ArrowBody.Piece(length: nil, bytes: bytes) }
    if let column, columns.contains(column), let compressed = compress(bytes) {
      return ArrowBody.Piece(length: Int64(bytes.byteCount), bytes: compressed)
    }
    return ArrowBody.Piece(length: -1, bytes: bytes)
  }
}

extension ArrowBody.Piece {
  /// The eight bytes of the length, the lowest first; none where it is not written.
  package var prefix: [UInt8] {
    guard let length else { return [] }
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> Int64($0 * 8)) }
  }
}
