/// Lays out the buffers of a batch behind its metadata, each at a multiple of 64 bytes.
struct ArrowBody {
  /// The buffers in order; those without bytes too.
  let pieces: [ArrowBytes]
  let byteCount: Int
  /// The table `RecordBatch`.
  let table: FlatTable

  /// `types` are those of what the columns' own buffers hold.
  init(rowCount: Int, _ columns: [ArrowArray], _ types: [ArrowType]) {
    var pieces: [ArrowBytes] = []
    var nodes: [Int64] = []
    var buffers: [Int64] = []
    var offset = 0
    for column in columns {
      nodes += [Int64(column.count), Int64(column.nullCount)]
      // A column of NULL alone has no buffers, not even validity.
      let own = column.buffers.isEmpty ? [] : [column.validity ?? .none] + column.buffers
      for buffer in own {
        buffers += [Int64(offset), Int64(buffer.byteCount)]
        offset += (buffer.byteCount + 63) & ~63
      }
      pieces += own
    }
    self.pieces = pieces
    byteCount = offset
    var table = FlatTable([
      (0, .long(Int64(rowCount))),
      (1, .structs(nodes, words: 2)),
      (2, .structs(buffers, words: 2)),
    ])
    // Columns of views say how many buffers of bytes they have.
    let viewed = zip(columns, types).filter { $0.1.layout == .views }
    if !viewed.isEmpty {
      table.set(4, .structs(viewed.map { Int64($0.0.buffers.count - 1) }, words: 1))
    }
    self.table = table
  }
}
