/// Holds rows in flight between operators: columns of one length.
package struct Chunk: Sendable {
  /// The rows of a full chunk: the measured optimum between per-chunk overhead and cache size.
  package static let defaultCapacity = 4_096

  package let columns: [Column]
  /// The number of rows; kept apart because a chunk may have no columns (`SELECT count(*)`).
  package let count: Int

  /// Makes a chunk of columns that have `count` rows each.
  package init(_ columns: [Column], count: Int) {
    precondition(columns.allSatisfy { $0.count == count }, "columns of a chunk have one length")
    self.columns = columns
    self.count = count
  }

  /// Returns the rows at `rows`, in their order.
  package func gather(_ rows: [Int32]) -> Chunk {
    Chunk(columns.map { $0.gather(rows) }, count: rows.count)
  }

  /// Returns the rows of `range`.
  package func slice(_ range: Range<Int>) -> Chunk {
    Chunk(columns.map { $0.slice(range) }, count: range.count)
  }
}
