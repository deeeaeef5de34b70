import BQLColumnar
import BQLPlanning
import BQLStorage

/// Computes the dimensions of rows: of those that chains count by, a few in a hundred, or of all.
struct DimensionReader: Sendable {
  /// Holds the codes that a morsel's rows got, in the order of first appearance, and the keys
  /// that they stand for.
  struct Found: Sendable {
    var table: GroupTable
    /// One a row of the morsel; −1 for rows that were not asked for.
    var codes: [Int32]
  }

  private let dimensions: [CompiledExpression]
  private let columns: [Int]
  private let log: EventLog
  private let context: ExecutionContext

  init(_ dimensions: [CompiledExpression], _ log: EventLog, _ context: ExecutionContext) {
    self.dimensions = dimensions
    columns = Array(Set(dimensions.flatMap(\.columns))).sorted()
    self.log = log
    self.context = context
  }

  var types: [DataType] { dimensions.map(\.type) }

  /// Returns the codes of all rows of `morsel`.
  func codes(ofAll morsel: Morsel) throws(ExecutionError) -> Found {
    var found = Found(table: GroupTable(types: types), codes: [])
    found.codes.reserveCapacity(morsel.rows.count)
    let reader = PartitionReader(partition: log.partitions[morsel.partition])
    var start = morsel.rows.lowerBound
    while start < morsel.rows.upperBound {
      let rows = start..<min(start + context.chunkCapacity, morsel.rows.upperBound)
      found.codes += try codes(reader.decode(rows, columns: columns), &found.table)
      start = rows.upperBound
    }
    return found
  }

  /// Returns the codes of the rows that the chains of `blocks` count by.
  func codes(
    of blocks: [FunnelChainBlock],
    _ morsel: Morsel
  ) throws(ExecutionError) -> Found {
    var found = Found(
      table: GroupTable(types: types),
      codes: [Int32](repeating: -1, count: morsel.rows.count)
    )
    let reader = PartitionReader(partition: log.partitions[morsel.partition])
    let firstRow = Int32(truncatingIfNeeded: morsel.rows.lowerBound)
    var pending: [Int32] = []
    func take() throws(ExecutionError) {
      let chunk = reader.gather(pending.map { $0 + firstRow }, columns: columns)
      let codes = try codes(chunk, &found.table)
      for (row, code) in zip(pending, codes) { found.codes[Int(row)] = code }
      pending.removeAll(keepingCapacity: true)
    }
    for block in blocks {
      for header in block.headers where header.groupRow >= 0 {
        // Chains of several windows mostly count by one row.
        if pending.last != header.groupRow { pending.append(header.groupRow) }
        if pending.count == context.chunkCapacity { try take() }
      }
    }
    if !pending.isEmpty { try take() }
    return found
  }

  /// Returns the codes of `rows` of `morsel` in their order, and the keys that they stand for.
  func codes(
    ofRows rows: [Int32],
    _ morsel: Morsel
  ) throws(ExecutionError) -> Found {
    var found = Found(table: GroupTable(types: types), codes: [])
    found.codes.reserveCapacity(rows.count)
    let reader = PartitionReader(partition: log.partitions[morsel.partition])
    let firstRow = Int32(truncatingIfNeeded: morsel.rows.lowerBound)
    var start = 0
    while start < rows.count {
      let end = min(start + context.chunkCapacity, rows.count)
      let chunk = reader.gather(rows[start..<end].map { $0 + firstRow }, columns: columns)
      found.codes += try codes(chunk, &found.table)
      start = end
    }
    return found
  }

  private func codes(
    _ chunk: Chunk,
    _ table: inout GroupTable
  ) throws(ExecutionError) -> [Int32] {
    var keys: [Column] = []
    for dimension in dimensions { keys.append(try dimension.evaluate(chunk)) }
    return table.groups(for: keys, count: chunk.count)
  }
}
