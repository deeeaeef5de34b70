import BQLColumnar

extension ArrowMessageReader {
  /// Reads how many rows a table `RecordBatch` has.
  func rowCount(_ table: FlatReader) throws(ArrowError) -> Int {
    let rowCount = try table.number(0, default: Int64(0))
    guard rowCount >= 0, rowCount <= Int64(Int32.max) else {
      throw .damaged(reason: "a batch has \(rowCount) rows")
    }
    return Int(rowCount)
  }

  /// Reads a table `RecordBatch` whose columns have the types given.
  func batch(
    _ table: FlatReader,
    _ types: [ArrowType],
    _ decompress: ArrowDecompress?
  ) throws(ArrowError) -> ArrowBatch {
    var columns: [ArrowArray] = []
    let stored = try storedColumns(table, types)
    columns.reserveCapacity(stored.count)
    for column in stored { columns.append(try column.array(decompress)) }
    return ArrowBatch(rowCount: try rowCount(table), columns: columns)
  }

  /// Finds where the columns of a table `RecordBatch` stand, which have the types given.
  func storedColumns(
    _ table: FlatReader,
    _ types: [ArrowType]
  ) throws(ArrowError) -> [ArrowStoredColumn] {
    let rowCount = try rowCount(table)
    var buffers = try ArrowBufferReader(table, body)
    let nodes = try table.words(1, words: 2)
    guard nodes.count == types.count * 2 else {
      throw .damaged(reason: "a batch has another number of columns than the schema")
    }
    var columns: [ArrowStoredColumn] = []
    columns.reserveCapacity(types.count)
    for (index, type) in types.enumerated() {
      let nullCount = nodes[index * 2 + 1]
      guard nodes[index * 2] == Int64(rowCount), nullCount >= 0, nullCount <= Int64(rowCount) else {
        throw .damaged(reason: "a column has another number of rows than its batch")
      }
      columns.append(try buffers.column(type, count: rowCount, nullCount: Int(nullCount)))
    }
    try checkNullCells(columns, types)
    return columns
  }

  /// Refuses more rows of columns of NULL alone than the bytes of the others speak for.
  ///
  /// No byte stands for such rows: they could be any number.
  private func checkNullCells(
    _ columns: [ArrowStoredColumn],
    _ types: [ArrowType]
  ) throws(ArrowError) {
    let rowCount = columns.first?.count ?? 0
    let byteCount = columns.reduce(location.metadataByteCount) { total, column in
      column.buffers.reduce(total + (column.validity?.byteCount ?? 0)) { $0 + $1.byteCount }
    }
    let (cells, overflow) = rowCount.multipliedReportingOverflow(by: types.count { $0 == .null })
    guard !overflow,
      cells <= ArrowLimits.nullCells.any + byteCount * ArrowLimits.nullCells.perByte
    else {
      throw .unsupported(
        column: nil,
        what: "so many rows of NULL alone (\(rowCount))",
        hint: "leave out the columns without values"
      )
    }
  }
}

/// Bounds what is believed of a batch.
enum ArrowLimits {
  /// Cells of columns of NULL alone that any batch may have, and those for each of its bytes.
  static let nullCells = (any: 1 << 16, perByte: 64)
  /// Bytes of text that views may name for each byte that is there.
  static let viewedBytesPerByte = 1_024
  /// A compressed byte stands for this many at most.
  static let expansion = 1 << 15
}
