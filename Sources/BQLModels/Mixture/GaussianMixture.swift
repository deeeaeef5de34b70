import BQLColumnar
import Glibc

/// Describes rows as drawn from several Gaussians, fitted by expectation–maximisation.
///
/// Maximises `Σᵢ ln Σ_c w_c N(xᵢ; μ_c, Σ_c)`. The same rows, options and seed give the same bits at
/// any thread count.
///
/// Source: A. P. Dempster, N. M. Laird, D. B. Rubin, *JRSS B* 39(1), 1977,
/// doi:10.1111/j.2517-6161.1977.tb01600.x.
package struct GaussianMixture: Hashable, Sendable {
  package let components: [MixtureComponent]
  package let covariance: MixtureCovariance
  /// The mean log-likelihood of a row under ``components``.
  package let meanLogLikelihood: Double
  /// The component of greatest responsibility for each row; of equal ones the lowest.
  package let labels: [Int32]
  package let iterations: Int
  /// Whether the last iteration gained less than the tolerance.
  package let isConverged: Bool
  /// Whether there are fewer components than asked for, as there are fewer distinct rows.
  package let hasFewerComponents: Bool
  package let rowCount: Int

  /// Free parameters: weights, means and covariances.
  package var parameterCount: Int {
    let columns = components.first?.mean.count ?? 0
    let squares = covariance == .full ? columns * (columns + 1) / 2 : columns
    return components.count * (1 + columns + squares) - 1
  }

  /// The Bayesian information criterion `p ln n − 2 ln L`; lower is better.
  ///
  /// Source: G. Schwarz, *Annals of Statistics* 6(2), 1978, doi:10.1214/aos/1176344136.
  package var bic: Double {
    Double(parameterCount) * log(Double(rowCount)) - 2 * meanLogLikelihood * Double(rowCount)
  }

  /// Akaike's information criterion `2 p − 2 ln L`; lower is better.
  ///
  /// Source: H. Akaike, *IEEE Trans. Autom. Control* 19(6), 1974, doi:10.1109/TAC.1974.1100705.
  package var aic: Double {
    2 * Double(parameterCount) - 2 * meanLogLikelihood * Double(rowCount)
  }

  /// Fits a matrix, starting from the clusters of k-means.
  ///
  /// - Parameters:
  ///   - matrix: Shape `[rows, columns]`, no NaN.
  ///   - options: How.
  ///   - threads: At most so many.
  ///   - interruption: Asked between iterations.
  /// - Throws: What ``KMeans`` throws; ``ModelError/notPositiveDefinite(component:)`` where
  ///   regularisation does not keep a covariance invertible.
  /// - Complexity: O(iterations · *n* · *k* · *d*²), of diagonal covariances *d*.
  package init(
    _ matrix: Matrix,
    _ options: MixtureOptions,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    try options.check()
    let clusters = try KMeans(
      matrix,
      KMeansOptions(clusters: options.components, starts: options.starts, seed: options.seed),
      threads: threads,
      interruption: interruption
    )
    let moments = MixtureMoments(
      components: clusters.counts.count,
      columns: matrix.columnCount,
      covariance: options.covariance
    )
    let sums = Self.blockwise(matrix, threads) { rows in
      moments.sums(matrix, rows, clusters.labels, around: clusters.centres)
    }
    let start = moments.updated(
      sums,
      around: (0..<clusters.counts.count).map(clusters.centres.row),
      regularisation: options.regularisation
    )
    try self.init(matrix, trusted: start, options, threads, interruption)
  }

  /// Restores a mixture to assign rows by; nil unless there are components, all of one shape.
  ///
  /// What is told of the rows that it was fitted on is gone: no labels, of 0 rows.
  package init?(restoring components: [MixtureComponent], _ covariance: MixtureCovariance) {
    guard let columns = components.first?.mean.count else { return nil }
    let size = covariance == .full ? columns * columns : columns
    guard components.allSatisfy({ $0.mean.count == columns && $0.covariance.count == size }) else {
      return nil
    }
    self.components = components
    self.covariance = covariance
    meanLogLikelihood = .nan
    labels = []
    iterations = 0
    isConverged = true
    hasFewerComponents = false
    rowCount = 0
  }

  /// Fits a matrix, starting from given components.
  ///
  /// - Parameters:
  ///   - matrix: Shape `[rows, columns]`, no NaN.
  ///   - start: At least one, each with a mean of the matrix' columns and a covariance of the shape
  ///     that the options ask for; weights positive.
  ///   - options: The number of components is not looked at.
  ///   - threads: At most so many.
  /// - Throws: ``ModelError/clusterCount(_:)`` without components,
  ///   ``ModelError/shape(expected:found:)``, ``ModelError/parameter(_:)`` of weights, what
  ///   ``KMeansRows/init(_:)`` throws of the matrix and
  ///   ``ModelError/notPositiveDefinite(component:)``.
  package init(
    _ matrix: Matrix,
    from start: [MixtureComponent],
    _ options: MixtureOptions,
    threads: Int
  ) throws(ModelError) {
    var own = options
    own.components = start.count
    try own.check()
    try matrix.checkForDistances()
    let columns = matrix.columnCount
    let size = options.covariance == .full ? columns * columns : columns
    for component in start {
      guard component.mean.count == columns else {
        throw .shape(expected: columns, found: component.mean.count)
      }
      guard component.covariance.count == size else {
        throw .shape(expected: size, found: component.covariance.count)
      }
      guard component.weight > 0, component.weight.isFinite else { throw .parameter("weight") }
      guard component.mean.allSatisfy({ abs($0) < Matrix.largest }) else {
        throw .parameter("mean")
      }
    }
    try self.init(matrix, trusted: start, own, threads, .none)
  }

  private init(
    _ matrix: Matrix,
    trusted start: [MixtureComponent],
    _ options: MixtureOptions,
    _ threads: Int,
    _ interruption: Interruption
  ) throws(ModelError) {
    let moments = MixtureMoments(
      components: start.count,
      columns: matrix.columnCount,
      covariance: options.covariance
    )
    var components = start
    var bound = -Double.infinity
    var (iterations, isConverged) = (0, false)
    while iterations < options.maximumIterations, !isConverged {
      try interruption.check()
      iterations += 1
      let densities = try MixtureDensities(components, options.covariance)
      let sums = Self.blockwise(matrix, threads) { rows in
        moments.sums(matrix, rows, densities)
      }
      components = moments.updated(
        sums,
        around: components.map(\.mean),
        regularisation: options.regularisation
      )
      let next = (sums.last ?? 0) / Double(matrix.rowCount)
      isConverged = abs(next - bound) < options.tolerance
      bound = next
    }
    self.components = components
    covariance = options.covariance
    self.iterations = iterations
    self.isConverged = isConverged
    hasFewerComponents = components.count < options.components
    rowCount = matrix.rowCount
    let densities = try MixtureDensities(components, options.covariance)
    let judged = Self.judged(matrix, densities, threads)
    labels = judged.labels
    meanLogLikelihood = judged.logLikelihood / Double(matrix.rowCount)
  }

  private static func blockwise(
    _ matrix: Matrix,
    _ threads: Int,
    _ body: @Sendable (Range<Int>) -> [Double]
  ) -> [Double] {
    BlockSums.combined(
      ParallelWork.map(count: RowBlocks.count(matrix.rowCount), threads: threads) { block in
        body(RowBlocks.rows(block, of: matrix.rowCount))
      }
    )
  }
}
