import BQLColumnar

/// Measures of every row how much nearer its own centre is than the next.
package enum SimplifiedSilhouette {
  /// Returns the mean of `(b − a) / max(a, b)`: `a` is the distance to the row's own centre, `b`
  /// that to the nearest other one.
  ///
  /// All rows count, none is sampled. A row on both centres counts 0.
  ///
  /// - Parameters:
  ///   - matrix: Shape `[rows, columns]`, finite.
  ///   - labels: The centre of each row, shape `[rows]`.
  ///   - centres: Shape `[clusters, columns]`, finite.
  ///   - threads: At most so many.
  /// - Returns: −1…1, higher is better; nil below two centres.
  /// - Throws: ``ModelError/shape(expected:found:)``, ``ModelError/parameter(_:)`` of labels that are
  ///   no centres, and what ``KMeansRows/init(_:)`` throws.
  /// - Complexity: O(*n* · *k* · *d*).
  ///
  /// Source: E. R. Hruschka et al., *Information Sciences* 176(13), 2006,
  /// doi:10.1016/j.ins.2005.07.015.
  package static func mean(
    _ matrix: Matrix,
    _ labels: [Int32],
    _ centres: Matrix,
    threads: Int
  ) throws(ModelError) -> Double? {
    try matrix.checkForDistances()
    guard centres.rowCount >= 2 else { return nil }
    try centres.checkForDistances()
    guard centres.columnCount == matrix.columnCount else {
      throw .shape(expected: matrix.columnCount, found: centres.columnCount)
    }
    guard try ClusterLabels.count(labels, rows: matrix.rowCount) <= centres.rowCount else {
      throw .parameter("labels")
    }
    let columns = matrix.columnCount
    let width = PackedRows.width(columns)
    let packed = PackedRows.pack(centres.values, rows: centres.rowCount, columns: columns)
    let parts = ParallelWork.map(
      count: RowBlocks.count(matrix.rowCount),
      threads: threads
    ) { block in
      let range = RowBlocks.rows(block, of: matrix.rowCount)
      let values = Array(matrix.values[range.lowerBound * columns..<range.upperBound * columns])
      let points = PackedRows.pack(values, rows: range.count, columns: columns)
      return sum(points, labels, range, packed, width)
    }
    return parts.reduce(0, +) / Double(matrix.rowCount)
  }

  private static func sum(
    _ points: [SIMD4<Double>],
    _ labels: [Int32],
    _ rows: Range<Int>,
    _ centres: [SIMD4<Double>],
    _ width: Int
  ) -> Double {
    let count = centres.count / width
    let (points, labels, centres) = (points.span, labels.span, centres.span)
    var total = 0.0
    for row in rows {
      let own = Int(labels[row])
      var (near, next) = (0.0, Double.infinity)
      for centre in 0..<count {
        let distance = PackedRows.squaredDistance(
          points,
          row &- rows.lowerBound,
          centres,
          centre,
          width
        )
        if centre == own {
          near = distance
        } else if distance < next {
          next = distance
        }
      }
      let most = max(near, next)
      if most > 0 { total += (next.squareRoot() - near.squareRoot()) / most.squareRoot() }
    }
    return total
  }
}
