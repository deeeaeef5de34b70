package import BQLColumnar

extension ArrowReader {
  /// The columns as they are read here.
  ///
  /// - Throws: ``ArrowError/unsupported(column:what:hint:)`` for types that are not read.
  package var relationSchema: Schema {
    get throws(ArrowError) {
      Schema(
        try schema.fields.map { (field) throws(ArrowError) in
          Field(field.name, try field.dataType)
        }
      )
    }
  }

  /// Reads all rows, columns side by side on `threads` threads, with what a reader must know of
  /// values that were changed.
  ///
  /// Chunks have up to `chunkRowCount` rows, a multiple of 64; all texts of a column share one dictionary.
  package func relation(
    threads: Int = 1,
    chunkRowCount: Int = 65_536,
    isCancelled: @Sendable () -> Bool = { false }
  ) throws(ArrowError) -> (relation: Relation, notes: [String]) {
    let schema = try relationSchema
    let order = readingOrder
    let read = try ParallelWork.map(count: schema.count, threads: threads) {
      (place) throws(ArrowError) in
      var decoder = try ArrowColumnDecoder(self, column: order[place], texts: .once)
      var parts: [DecodedPart] = []
      for batch in 0..<batchCount {
        let rowCount = try decoder.open(batch: batch)
        for start in stride(from: 0, to: rowCount, by: chunkRowCount) {
          if isCancelled() { throw .cancelled }
          parts.append(try decoder.read(start..<min(start + chunkRowCount, rowCount)))
        }
      }
      let dictionary = decoder.dictionaryOfTexts
      let columns = parts.map { part in
        switch part {
        case .column(let column): column
        case .codes(let codes, let validity):
          Column(codes: codes, dictionary: dictionary, validity: validity)
        }
      }
      return (columns: columns, note: decoder.note)
    }
    var columns = read
    for (place, index) in order.enumerated() { columns[index] = read[place] }
    var chunks: [Chunk] = []
    for batch in 0..<batchCount {
      let rowCount = try rowCount(ofBatch: batch)
      for start in stride(from: 0, to: rowCount, by: chunkRowCount) {
        let count = min(chunkRowCount, rowCount - start)
        let index = chunks.count
        chunks.append(Chunk(columns.map { $0.columns[index] }, count: count))
      }
    }
    if chunks.isEmpty {
      chunks = [Chunk(schema.fields.map { Column([], type: $0.type) }, count: 0)]
    }
    return (Relation(schema: schema, chunks: chunks), columns.compactMap(\.note))
  }

  /// The columns, those of NULL alone last: reading the others shows whether there are so many rows.
  private var readingOrder: [Int] {
    let fields = schema.fields
    return fields.indices.filter { fields[$0].storedType != .null }
      + fields.indices.filter { fields[$0].storedType == .null }
  }
}
