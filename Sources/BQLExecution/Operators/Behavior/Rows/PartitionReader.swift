import BQLColumnar
import BQLStorage

/// Decodes the columns that an expression reads from a partition.
struct PartitionReader {
  let partition: Partition

  /// Returns a chunk of `rows` with a slot for every column of the schema, `columns` filled.
  func decode(_ rows: Range<Int>, columns: [Int]) -> Chunk {
    let needed = Set(columns)
    let missing = Column(repeating: .null, type: .int, count: rows.count)
    return Chunk(
      partition.columns.indices.map {
        needed.contains($0) ? partition.columns[$0].decode(rows) : missing
      },
      count: rows.count
    )
  }

  /// As ``decode(_:columns:)`` for rows of any order.
  func gather(_ rows: [Int32], columns: [Int]) -> Chunk {
    let needed = Set(columns)
    let missing = Column(repeating: .null, type: .int, count: rows.count)
    return Chunk(
      partition.columns.indices.map {
        needed.contains($0) ? partition.columns[$0].gather(rows: rows) : missing
      },
      count: rows.count
    )
  }
}
