import BQLColumnar
import Glibc

extension GaussianMixture {
  /// Returns how far each component is responsible for each row: `w_c N(x; c) / Σ w N(x)`.
  ///
  /// - Parameters:
  ///   - matrix: Shape `[rows, columns]`; a row with NaN has NaN.
  ///   - threads: At most so many.
  /// - Returns: Shape `[rows, components]`; rows sum to 1.
  /// - Throws: ``ModelError/shape(expected:found:)`` where the number of columns differs.
  /// - Complexity: O(*n* · *k* · *d*²), of diagonal covariances *d*.
  package func responsibilities(
    of matrix: Matrix,
    threads: Int
  ) throws(ModelError) -> Matrix {
    let densities = try checked(matrix)
    let parts = ParallelWork.map(
      count: RowBlocks.count(matrix.rowCount),
      threads: threads
    ) { block -> [Double] in
      var shares: [Double] = []
      Self.visit(matrix, RowBlocks.rows(block, of: matrix.rowCount), densities) { logarithms in
        let total = MixtureDensities.logSum(logarithms)
        for index in logarithms.indices { shares.append(exp(logarithms[index] - total)) }
      }
      return shares
    }
    return Matrix(
      trusted: parts.flatMap { $0 },
      rowCount: matrix.rowCount,
      columnCount: densities.count
    )
  }

  /// Returns the component of greatest responsibility for each row; −1 for a row with NaN.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where the number of columns differs.
  package func assign(_ matrix: Matrix, threads: Int) throws(ModelError) -> [Int32] {
    Self.judged(matrix, try checked(matrix), threads).labels
  }

  private func checked(_ matrix: Matrix) throws(ModelError) -> MixtureDensities {
    let columns = components.first?.mean.count ?? 0
    guard matrix.columnCount == columns else {
      throw .shape(expected: columns, found: matrix.columnCount)
    }
    return try MixtureDensities(components, covariance)
  }

  /// Returns the labels of all rows and the sum of their log-likelihoods.
  static func judged(
    _ matrix: Matrix,
    _ densities: MixtureDensities,
    _ threads: Int
  ) -> (labels: [Int32], logLikelihood: Double) {
    let parts = ParallelWork.map(
      count: RowBlocks.count(matrix.rowCount),
      threads: threads
    ) { block -> ([Int32], Double) in
      var labels: [Int32] = []
      var total = 0.0
      visit(matrix, RowBlocks.rows(block, of: matrix.rowCount), densities) { logarithms in
        var (label, most) = (-1, -Double.infinity)
        for component in logarithms.indices where logarithms[component] > most {
          (label, most) = (component, logarithms[component])
        }
        labels.append(Int32(truncatingIfNeeded: label))
        total += MixtureDensities.logSum(logarithms)
      }
      return (labels, total)
    }
    return (parts.flatMap { $0.0 }, parts.reduce(0) { $0 + $1.1 })
  }

  /// Calls `body` with the logarithms of the weighted densities of each row.
  private static func visit(
    _ matrix: Matrix,
    _ rows: Range<Int>,
    _ densities: MixtureDensities,
    _ body: (Span<Double>) -> Void
  ) {
    var apart = [Double](repeating: 0, count: matrix.columnCount * densities.count)
    var logarithms = [Double](repeating: 0, count: densities.count)
    var apartSpan = apart.mutableSpan
    var span = logarithms.mutableSpan
    let values = matrix.values.span
    for row in rows {
      densities.evaluate(values, row &* matrix.columnCount, &apartSpan, &span)
      body(span.span)
    }
  }
}
