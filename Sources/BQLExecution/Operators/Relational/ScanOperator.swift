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
    let morsel = morsels[index]
    let partition = log.partitions[morsel.partition]
    var start = morsel.rows.lowerBound
    while start < morsel.rows.upperBound {
      let end = min(start + context.chunkCapacity, morsel.rows.upperBound)
      try context.checkCancelled()
      if let chunk = try decode(partition, start..<end) {
        guard try consume(chunk) else { return }
      }
      start = end
    }
  }

  /// Decodes the filter's columns, then the others at the rows that are left; nil where none is.
  private func decode(
    _ partition: Partition,
    _ rows: Range<Int>
  ) throws(ExecutionError) -> Chunk? {
    guard let filter else {
      return Chunk(columns.map { partition.columns[$0].decode(rows) }, count: rows.count)
    }
    // The filter reads table positions; only those it names are decoded, and any column of as many
    // rows stands for the others.
    let read = filter.columns.map { partition.columns[$0].decode(rows) }
    let missing = read.first ?? Column(repeating: .null, type: .int, count: rows.count)
    var input = [Column](repeating: missing, count: partition.columns.count)
    for (column, values) in zip(filter.columns, read) { input[column] = values }
    let kept = try filter.trueRows(Chunk(input, count: rows.count))
    if kept.isEmpty { return nil }
    let isAll = kept.count == rows.count
    let decoded = columns.map { column in
      if filter.columns.contains(column) {
        return isAll ? input[column] : input[column].gather(kept)
      }
      let stored = partition.columns[column]
      return isAll ? stored.decode(rows) : stored.gather(kept, of: rows)
    }
    return Chunk(decoded, count: kept.count)
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
