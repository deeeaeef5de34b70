import BQLColumnar

/// Finds the nearest of given centres.
package enum NearestCentre {
  /// Finds the nearest centre of each row.
  ///
  /// - Parameters:
  ///   - rows: Shape `[rows, columns]`; NaN is NULL.
  ///   - centres: Shape `[clusters, columns]`, at least one, finite.
  ///   - threads: At most so many.
  /// - Returns: The centre's number; of equally near ones the lowest, of a row with NaN −1.
  /// - Throws: ``ModelError/shape(expected:found:)``, ``ModelError/clusterCount(_:)`` without
  ///   centres, ``ModelError/notFinite(row:column:)`` where a centre is not.
  /// - Complexity: O(*n* · *k* · *d*).
  package static func assign(
    _ rows: Matrix,
    to centres: Matrix,
    threads: Int
  ) throws(ModelError) -> [Int32] {
    guard centres.rowCount >= 1 else { throw .clusterCount(centres.rowCount) }
    guard rows.columnCount == centres.columnCount else {
      throw .shape(expected: centres.columnCount, found: rows.columnCount)
    }
    try centres.checkForDistances()
    let columns = rows.columnCount
    let packed = PackedRows.pack(centres.values, rows: centres.rowCount, columns: columns)
    let parts = ParallelWork.map(
      count: RowBlocks.count(rows.rowCount),
      threads: threads
    ) { block in
      let range = RowBlocks.rows(block, of: rows.rowCount)
      let values = Array(rows.values[range.lowerBound * columns..<range.upperBound * columns])
      let points = PackedRows.pack(values, rows: range.count, columns: columns)
      return nearest(points, packed, rows: range.count, PackedRows.width(columns))
    }
    return parts.flatMap { $0 }
  }

  private static func nearest(
    _ points: [SIMD4<Double>],
    _ centres: [SIMD4<Double>],
    rows: Int,
    _ width: Int
  ) -> [Int32] {
    let (points, centres) = (points.span, centres.span)
    return (0..<rows).map { row in
      var (label, least) = (Int32(-1), Double.infinity)
      for centre in 0..<centres.count / width {
        let distance = PackedRows.squaredDistance(points, row, centres, centre, width)
        if distance < least {
          least = distance
          label = Int32(truncatingIfNeeded: centre)
        }
      }
      return label
    }
  }
}
