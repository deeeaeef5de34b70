/// Holds rows prepared for k-means: packed, in an order that keeps near rows together, boxed.
///
/// Preparing costs about as much as one start of k-means; fits with several numbers of clusters
/// share it.
package struct KMeansRows: Sendable {
  package let rowCount: Int
  package let columnCount: Int
  /// Groups of four numbers a row.
  let width: Int
  /// Packed rows by place; shape `[rowCount * width]`.
  let points: [SIMD4<Double>]
  /// The row at each place; nil where places are rows.
  let order: [Int32]?
  /// Boxes of ``leafRows`` rows.
  let leaves: RowBoxes
  /// Boxes of ``leavesInRun`` leaves.
  let runs: RowBoxes
  /// The mean over columns of the variance by `n`, which the tolerance is relative to.
  let meanVariance: Double

  static let leafRows = 32
  static let leavesInRun = 16
  static let runRows = leafRows * leavesInRun
  /// Rows that one thread works on at a time; a multiple of ``runRows``.
  static let chunkRows = 8192

  /// Prepares the rows of a matrix.
  ///
  /// - Throws: ``ModelError/noRows``, ``ModelError/noColumns``, ``ModelError/tooLarge``, and
  ///   ``ModelError/notFinite(row:column:)`` at NaN, infinities and numbers beyond 1e140: callers
  ///   leave rows with NULL out.
  /// - Complexity: O(*n* · *d*) time and memory.
  package init(_ matrix: Matrix) throws(ModelError) {
    try matrix.checkForDistances()
    rowCount = matrix.rowCount
    columnCount = matrix.columnCount
    width = PackedRows.width(columnCount)
    let packed = PackedRows.pack(matrix.values, rows: rowCount, columns: columnCount)
    if columnCount <= MortonOrder.maximumColumns {
      let order = MortonOrder.order(matrix)
      points = Self.gather(packed, order, width)
      self.order = order
    } else {
      points = packed
      order = nil
    }
    leaves = RowBoxes(points, rows: rowCount, width: width, runLength: Self.leafRows)
    runs = RowBoxes(points, rows: rowCount, width: width, runLength: Self.runRows)
    meanVariance = Self.meanVariance(matrix)
  }

  var chunkCount: Int { (rowCount + Self.chunkRows - 1) / Self.chunkRows }

  /// Returns the places of one chunk.
  func places(_ chunk: Int) -> Range<Int> {
    chunk * Self.chunkRows..<min((chunk + 1) * Self.chunkRows, rowCount)
  }

  /// Returns labels by row from labels by place.
  func byRow(_ labels: [Int32]) -> [Int32] {
    guard let order else { return labels }
    var rows = [Int32](repeating: 0, count: labels.count)
    var output = rows.mutableSpan
    let (labels, places) = (labels.span, order.span)
    for place in labels.indices { output[Int(places[place])] = labels[place] }
    return rows
  }

  private static func gather(
    _ packed: [SIMD4<Double>],
    _ order: [Int32],
    _ width: Int
  ) -> [SIMD4<Double>] {
    var points = [SIMD4<Double>](repeating: .zero, count: packed.count)
    var output = points.mutableSpan
    let (input, order) = (packed.span, order.span)
    for place in order.indices {
      for group in 0..<width {
        output[place &* width &+ group] = input[Int(order[place]) &* width &+ group]
      }
    }
    return points
  }

  private static func meanVariance(_ matrix: Matrix) -> Double {
    var total = 0.0
    let values = matrix.values.span
    for column in 0..<matrix.columnCount {
      let first = values[column]
      var (sum, squares) = (0.0, 0.0)
      var place = column
      while place < values.count {
        let distance = values[place] - first
        sum += distance
        squares += distance * distance
        place &+= matrix.columnCount
      }
      let mean = sum / Double(matrix.rowCount)
      total += max(squares / Double(matrix.rowCount) - mean * mean, 0)
    }
    return total / Double(matrix.columnCount)
  }
}
