import BQLColumnar

/// Holds a sample of rows whose silhouettes are computed from all distances between them.
///
/// The sample is drawn once, so that several clusterings are judged on the same rows and share the
/// distances, which are most of the work.
package struct SilhouetteSample: Sendable {
  /// The rows of the sample, ascending.
  package let rows: [Int32]
  private let points: [SIMD4<Double>]
  private let width: Int

  /// The size of a sample where nothing else is asked for.
  package static let standardSize = 10_000

  /// Draws a sample without replacement; all rows where there are no more than `size`.
  ///
  /// - Throws: What ``KMeansRows/init(_:)`` throws of the matrix; ``ModelError/parameter(_:)`` of a
  ///   size below 1.
  package init(
    _ matrix: Matrix,
    size: Int = SilhouetteSample.standardSize,
    seed: UInt64 = 1
  ) throws(ModelError) {
    try matrix.checkForDistances()
    guard size >= 1 else { throw .parameter("size") }
    var random = SeededStream(seed: seed, stream: 0x51_1E)
    rows = random.sample(size, of: matrix.rowCount)
    let sample = matrix.selecting(rows)
    width = PackedRows.width(matrix.columnCount)
    points = PackedRows.pack(
      sample.values,
      rows: sample.rowCount,
      columns: sample.columnCount
    )
  }

  /// Returns the mean silhouette of each of several clusterings on the sample.
  ///
  /// `s(i) = (b − a) / max(a, b)`: `a` is the mean distance to the other rows of its cluster, `b` the
  /// least mean distance to the rows of another; a row alone in its cluster counts 0. Only rows of
  /// the sample count, as in scikit-learn's `silhouette_score(sample_size=…)`.
  ///
  /// - Parameters:
  ///   - labelings: Labels of all rows of the matrix, from 0; shape `[clusterings][rows]`.
  ///   - threads: At most so many.
  /// - Returns: −1…1 a clustering; nil where fewer than two clusters, or as many as rows, are in the
  ///   sample.
  /// - Throws: ``ModelError/shape(expected:found:)``, ``ModelError/parameter(_:)`` of the labels.
  /// - Complexity: O(*m*² · (*d* + clusterings)), *m* rows in the sample.
  ///
  /// Source: P. J. Rousseeuw, *J. Comput. Appl. Math.* 20, 1987, doi:10.1016/0377-0427(87)90125-7.
  package func means(
    of labelings: [[Int32]],
    threads: Int
  ) throws(ModelError) -> [Double?] {
    var sampled: [Labeling] = []
    for labels in labelings {
      guard labels.count > Int(rows.last ?? 0) else {
        throw .shape(expected: Int(rows.last ?? 0) + 1, found: labels.count)
      }
      _ = try ClusterLabels.count(labels, rows: labels.count)
      sampled.append(Labeling(rows.map { labels[Int($0)] }))
    }
    let usable = sampled
    let blockRows = 128
    let count = rows.count
    let sums = BlockSums.combined(
      ParallelWork.map(
        count: (count + blockRows - 1) / blockRows,
        threads: threads
      ) { block in
        self.sums(block * blockRows..<min((block + 1) * blockRows, count), usable)
      }
    )
    return sampled.enumerated().map { index, labeling in
      let clusters = labeling.sizes.count
      return clusters >= 2 && clusters < count ? sums[index] / Double(count) : nil
    }
  }

  /// The labels of the sample, numbered without gaps.
  private struct Labeling: Sendable {
    var labels: [Int32]
    var sizes: [Int]

    init(_ sampled: [Int32]) {
      let distinct = Set(sampled).sorted()
      var numbers = [Int32](repeating: 0, count: Int(distinct.last ?? 0) + 1)
      for (number, label) in distinct.enumerated() { numbers[Int(label)] = Int32(number) }
      labels = sampled.map { numbers[Int($0)] }
      sizes = [Int](repeating: 0, count: distinct.count)
      for label in labels { sizes[Int(label)] += 1 }
    }
  }

  /// Returns for each clustering the sum of the silhouettes of some rows of the sample.
  private func sums(_ range: Range<Int>, _ labelings: [Labeling]) -> [Double] {
    var totals = [Double](repeating: 0, count: labelings.count)
    var distances = [Double](repeating: 0, count: rows.count)
    for row in range {
      fill(&distances, from: row)
      for (index, labeling) in labelings.enumerated() {
        totals[index] += Self.silhouette(row, distances, labeling)
      }
    }
    return totals
  }

  private func fill(_ distances: inout [Double], from row: Int) {
    let points = points.span
    var output = distances.mutableSpan
    for other in output.indices {
      output[other] =
        PackedRows.squaredDistance(points, row, points, other, width).squareRoot()
    }
  }

  private static func silhouette(
    _ row: Int,
    _ distances: [Double],
    _ labeling: Labeling
  ) -> Double {
    let own = Int(labeling.labels[row])
    guard labeling.sizes.count >= 2, labeling.sizes[own] >= 2 else { return 0 }
    var sums = [Double](repeating: 0, count: labeling.sizes.count)
    var output = sums.mutableSpan
    let (distances, labels) = (distances.span, labeling.labels.span)
    for other in distances.indices { output[Int(labels[other])] += distances[other] }
    let inside = sums[own] / Double(labeling.sizes[own] - 1)
    var outside = Double.infinity
    for cluster in sums.indices where cluster != own {
      outside = min(outside, sums[cluster] / Double(labeling.sizes[cluster]))
    }
    let most = max(inside, outside)
    return most > 0 ? (outside - inside) / most : 0
  }
}
