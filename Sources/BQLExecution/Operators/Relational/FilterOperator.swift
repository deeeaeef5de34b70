import BQLColumnar

/// Keeps the rows where a condition is true.
struct FilterOperator: Operator {
  let input: any Operator
  let predicate: CompiledExpression

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let stream = try input.open(context)
    return MappedStream(input: stream, places: nil) { [predicate] chunk throws(ExecutionError) in
      let rows = try predicate.trueRows(chunk)
      return rows.count == chunk.count ? chunk : chunk.gather(rows)
    }
  }
}

/// Computes expressions of each row.
struct ProjectOperator: Operator {
  let input: any Operator
  let expressions: [CompiledExpression]

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let stream = try input.open(context)
    let places = expressions.map(\.column)
    return MappedStream(input: stream, places: places) {
      [expressions] chunk throws(ExecutionError) in
      var columns: [Column] = []
      for expression in expressions { columns.append(try expression.evaluate(chunk)) }
      return Chunk(columns, count: chunk.count)
    }
  }
}

/// Turns each chunk of a stream into another.
struct MappedStream: ChunkStream {
  let input: any ChunkStream
  /// The input's column that each output column is, nil where it is computed; nil as a whole where
  /// columns stay what they are.
  let places: [Int?]?
  let transform: @Sendable (Chunk) throws(ExecutionError) -> Chunk

  var morselCount: Int { input.morselCount }

  func isClustered(_ column: Int) -> Bool {
    guard let places else { return input.isClustered(column) }
    return places[column].map(input.isClustered) ?? false
  }

  func continuesDictionaries(morsel: Int) -> Bool { input.continuesDictionaries(morsel: morsel) }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    try input.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
      let mapped = try transform(chunk)
      if mapped.count == 0 { return true }
      return try consume(mapped)
    }
  }

  func run(
    morsel: Int,
    by column: Int,
    _ keep: (Column) -> [Int32]?,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    // Only where every column is one of the input can no row that is left out fail.
    guard let places, let place = places[column], places.allSatisfy({ $0 != nil }) else {
      return try run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
        guard let rows = keep(chunk.columns[column]) else { return try consume(chunk) }
        return rows.isEmpty ? true : try consume(chunk.gather(rows))
      }
    }
    try input.run(morsel: morsel, by: place, keep) { (chunk: Chunk) throws(ExecutionError) in
      try consume(try transform(chunk))
    }
  }
}
