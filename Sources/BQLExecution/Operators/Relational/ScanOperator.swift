import BQLColumnar
import BQLPlanning
import BQLStorage

/// Reads columns of an event log in store order, decoding only rows that pass the filter.
struct LogScanOperator: Operator {
  let log: EventLog
  let columns: [Int]
  let filter: CompiledExpression?

  var method: String { "morsels of whole users" }

  func open(_ context: ExecutionContext) -> any ChunkStream {
    LogScanStream(
      log: log,
      columns: columns,
      filter: filter,
      morsels: log.morsels(targetRows: context.morselRows),
      context: context
    )
  }
}

private struct LogScanStream: ChunkStream {
  let log: EventLog
  let columns: [Int]
  let filter: CompiledExpression?
  let morsels: [Morsel]
  let context: ExecutionContext

  var morselCount: Int { morsels.count }

  func isClustered(_ column: Int) -> Bool { columns[column] == log.roles[.user] }

  func continuesDictionaries(morsel: Int) -> Bool {
    guard morsel > 0 else { return true }
    let partition = morsels[morsel].partition
    let before = morsels[morsel - 1].partition
    return partition == before
      || columns.allSatisfy { column in
        log.partitions[partition].columns[column].codeDictionary
          === log.partitions[before].columns[column].codeDictionary
      }
  }

  func run(
    morsel index: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    try run(morsel: index, by: nil, { _ in nil }, consume)
  }

  func run(
    morsel index: Int,
    by column: Int,
    _ keep: (Column) -> [Int32]?,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    try run(morsel: index, by: .some(column), keep, consume)
  }

  private func run(
    morsel index: Int,
    by column: Int?,
    _ keep: (Column) -> [Int32]?,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    let morsel = morsels[index]
    let partition = log.partitions[morsel.partition]
    var start = morsel.rows.lowerBound
    while start < morsel.rows.upperBound {
      let end = min(start + context.chunkCapacity, morsel.rows.upperBound)
      try context.checkCancelled()
      var reader = RowReader(partition: partition, rows: start..<end)
      if let filter { try reader.apply(filter) }
      if let column, !reader.isEmpty { reader.keep(keep(reader.column(columns[column]))) }
      if !reader.isEmpty {
        let chunk = Chunk(columns.map { reader.column($0) }, count: reader.count)
        guard try consume(chunk) else { return }
      }
      start = end
    }
  }
}

/// Decodes columns of a run of rows, of those that are left of it.
private struct RowReader {
  let partition: Partition
  let rows: Range<Int>
  /// The places behind the run's first row that are left; nil where all are.
  private var places: [Int32]?
  /// Columns decoded before rows were left out, and those places of the run that they have.
  private var decoded: [(column: Int, values: Column)] = []

  init(partition: Partition, rows: Range<Int>) {
    self.partition = partition
    self.rows = rows
  }

  var count: Int { places?.count ?? rows.count }
  var isEmpty: Bool { count == 0 }

  /// Decodes the filter's columns and leaves out the rows where it is not true.
  mutating func apply(_ filter: CompiledExpression) throws(ExecutionError) {
    // The filter reads table positions; only those it names are decoded, and any column of as many
    // rows stands for the others.
    let read = filter.columns.map { column($0) }
    let missing = read.first ?? Column(repeating: .null, type: .int, count: rows.count)
    var input = [Column](repeating: missing, count: partition.columns.count)
    for (column, values) in zip(filter.columns, read) { input[column] = values }
    let kept = try filter.trueRows(Chunk(input, count: rows.count))
    keep(kept.count == rows.count ? nil : kept)
  }

  /// Keeps some of the rows that are left, all for nil.
  mutating func keep(_ kept: [Int32]?) {
    guard let kept else { return }
    for index in decoded.indices {
      decoded[index].values = decoded[index].values.gather(kept)
    }
    places = places.map { places in kept.map { places[Int($0)] } } ?? kept
  }

  /// Returns a column of the log at the rows that are left.
  mutating func column(_ column: Int) -> Column {
    if let known = decoded.first(where: { $0.column == column }) { return known.values }
    let stored = partition.columns[column]
    let values = places.map { stored.gather($0, of: rows) } ?? stored.decode(rows)
    decoded.append((column, values))
    return values
  }
}

/// Reads columns of a relation that is in memory.
struct RelationScanOperator: Operator {
  let relation: Relation
  let columns: [Int]
  let filter: CompiledExpression?

  func open(_ context: ExecutionContext) -> any ChunkStream {
    RelationStream(relation: relation, columns: columns, filter: filter, context: context)
  }
}

/// Streams a relation's chunks, one a morsel, in pieces of the context's capacity.
struct RelationStream: ChunkStream {
  let relation: Relation
  let columns: [Int]
  let filter: CompiledExpression?
  let context: ExecutionContext
  /// Holds the relation's memory as long as it is there.
  let lease: MemoryLease?

  init(
    relation: Relation,
    columns: [Int]? = nil,
    filter: CompiledExpression? = nil,
    context: ExecutionContext,
    lease: MemoryLease? = nil
  ) {
    self.lease = lease
    self.relation = relation
    self.columns = columns ?? Array(0..<relation.schema.count)
    self.filter = filter
    self.context = context
  }

  var morselCount: Int { relation.chunks.count }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    let whole = relation.chunks[morsel]
    var start = 0
    while start < whole.count {
      let end = min(start + context.chunkCapacity, whole.count)
      try context.checkCancelled()
      let rows = start..<end
      let kept: Chunk
      if let filter {
        // Only the columns that the filter reads are cut before it says which rows are left.
        let passing = try filter.trueRows(filter.input(whole, rows: rows))
        let absolute = passing.map { $0 + Int32(truncatingIfNeeded: start) }
        kept = Chunk(columns.map { whole.columns[$0].gather(absolute) }, count: passing.count)
      } else {
        kept = Chunk(columns.map { whole.columns[$0].slice(rows) }, count: rows.count)
      }
      guard try consume(kept) else { return }
      start = end
    }
  }
}
