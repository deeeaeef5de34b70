import BQLColumnar

/// Measures how tight clusters are and how far apart, from the means of their rows.
///
/// Rows are complete (no NaN), labels are from 0; numbers without rows are no clusters.
package struct ClusterDispersion: Hashable, Sendable {
  /// The number of clusters that have rows.
  package let clusters: Int
  package let rowCount: Int
  /// `W = Σᵢ |xᵢ − mean of its cluster|²`.
  package let within: Double
  /// `B = Σ_c n_c |mean_c − mean|²`.
  package let between: Double
  /// The Davies–Bouldin index; nil below two clusters.
  ///
  /// The mean over clusters of the largest `(s_c + s_d) / |mean_c − mean_d|`, `s` the mean distance to
  /// the cluster's mean. Lower is better.
  /// Pairs whose means coincide are passed over; 0 where all do or all rows lie on them.
  ///
  /// Source: D. L. Davies, D. W. Bouldin, *IEEE TPAMI* 1(2), 1979, doi:10.1109/TPAMI.1979.4766909.
  package let daviesBouldin: Double?

  /// The Calinski–Harabasz index; nil below two clusters and when every row is one.
  ///
  /// `(B / (k − 1)) / (W / (n − k))`: higher is better. 1 where `W` is 0, as scikit-learn has it.
  ///
  /// Source: T. Caliński, J. Harabasz, *Communications in Statistics* 3(1), 1974,
  /// doi:10.1080/03610927408827101.
  package var calinskiHarabasz: Double? {
    guard clusters >= 2, rowCount > clusters else { return nil }
    guard within > 0 else { return 1 }
    return between * Double(rowCount - clusters) / (within * Double(clusters - 1))
  }

  /// Measures labelled rows.
  ///
  /// - Parameters:
  ///   - matrix: Shape `[rows, columns]`, finite.
  ///   - labels: Shape `[rows]`, from 0.
  ///   - threads: At most so many.
  /// - Throws: As ``KMeansRows/init(_:)`` of the matrix; ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/parameter(_:)`` of the labels.
  /// - Complexity: O(*n* · *d* + *k*² · *d*).
  package init(
    _ matrix: Matrix,
    _ labels: [Int32],
    threads: Int
  ) throws(ModelError) {
    try matrix.checkForDistances()
    let count = try ClusterLabels.count(labels, rows: matrix.rowCount)
    let columns = matrix.columnCount
    let sums = BlockSums.combined(
      Self.blocks(matrix, threads) { rows in
        Self.sums(matrix, labels, rows, count)
      }
    )
    let sizes = (0..<count).map { sums[count * columns + $0] }
    var means = Array(sums[..<(count * columns)])
    var total = [Double](repeating: 0, count: columns)
    for cluster in 0..<count where sizes[cluster] > 0 {
      for column in 0..<columns {
        total[column] += means[cluster * columns + column]
        means[cluster * columns + column] /= sizes[cluster]
      }
    }
    let (finalMeans, n) = (means, Double(matrix.rowCount))
    let distances = BlockSums.combined(
      Self.blocks(matrix, threads) { rows in
        Self.distances(matrix, labels, rows, finalMeans, count)
      }
    )
    rowCount = matrix.rowCount
    clusters = sizes.count { $0 > 0 }
    within = distances[..<count].reduce(0, +)
    between = (0..<count).reduce(0) { sum, cluster in
      sum
        + sizes[cluster]
        * (0..<columns).reduce(0) { sum, column in
          let apart = means[cluster * columns + column] - total[column] / n
          return sum + apart * apart
        }
    }
    let spreads = (0..<count).map { sizes[$0] > 0 ? distances[count + $0] / sizes[$0] : 0 }
    let present = (0..<count).filter { sizes[$0] > 0 }
    daviesBouldin = Self.daviesBouldin(present, means, spreads, columns)
  }

  private static func blocks(
    _ matrix: Matrix,
    _ threads: Int,
    _ body: @Sendable (Range<Int>) -> [Double]
  ) -> [[Double]] {
    ParallelWork.map(count: RowBlocks.count(matrix.rowCount), threads: threads) { block in
      body(RowBlocks.rows(block, of: matrix.rowCount))
    }
  }

  /// Returns the sums of each cluster's rows, then their numbers.
  private static func sums(
    _ matrix: Matrix,
    _ labels: [Int32],
    _ rows: Range<Int>,
    _ count: Int
  ) -> [Double] {
    let columns = matrix.columnCount
    var sums = [Double](repeating: 0, count: count * columns + count)
    var output = sums.mutableSpan
    let (values, labels) = (matrix.values.span, labels.span)
    for row in rows {
      let label = Int(labels[row])
      for column in 0..<columns {
        output[label &* columns &+ column] += values[row &* columns &+ column]
      }
      output[count &* columns &+ label] += 1
    }
    return sums
  }

  /// Returns each cluster's squared distances to its mean, summed, then its distances.
  private static func distances(
    _ matrix: Matrix,
    _ labels: [Int32],
    _ rows: Range<Int>,
    _ means: [Double],
    _ count: Int
  ) -> [Double] {
    let columns = matrix.columnCount
    var sums = [Double](repeating: 0, count: 2 * count)
    let (values, labels, means) = (matrix.values.span, labels.span, means.span)
    for row in rows {
      let label = Int(labels[row])
      var square = 0.0
      for column in 0..<columns {
        let apart = values[row &* columns &+ column] - means[label &* columns &+ column]
        square += apart * apart
      }
      sums[label] += square
      sums[count + label] += square.squareRoot()
    }
    return sums
  }

  private static func daviesBouldin(
    _ present: [Int],
    _ means: [Double],
    _ spreads: [Double],
    _ columns: Int
  ) -> Double? {
    guard present.count >= 2 else { return nil }
    var sum = 0.0
    for first in present {
      var worst = 0.0
      for second in present where second != first {
        let square = (0..<columns).reduce(0) { sum, column in
          let apart = means[first * columns + column] - means[second * columns + column]
          return sum + apart * apart
        }
        guard square > 0 else { continue }
        worst = max(worst, (spreads[first] + spreads[second]) / square.squareRoot())
      }
      sum += worst
    }
    return sum / Double(present.count)
  }
}
