import Glibc

/// Predicts the probability of a class by a weighted sum of columns.
///
/// Minimises `Σ wᵢ ln(1 + e^{∓mᵢ}) / Σ wᵢ + λ (α |β|₁ + (1 − α) |β|² / 2)` with margins
/// `m = intercept + x β`; the penalty is on coefficients of columns scaled to deviation 1, and never
/// on the intercept. Newton's steps, each solved by coordinate descent (without L1 by a
/// factorisation) and halved until the objective falls.
///
/// Columns are numbers without NaN: ``DesignMatrix`` makes them. The same rows give the same bits at
/// any thread count.
///
/// Source: J. Friedman, T. Hastie, R. Tibshirani, *Journal of Statistical Software* 33(1), 2010,
/// doi:10.18637/jss.v033.i01.
package struct LogisticRegression: Hashable, Sendable {
  package let intercept: Double
  /// In units of the columns as given; 0 of constant ones; shape `[columns]`.
  package let coefficients: [Double]
  /// The same in units of the columns' deviations, which can be compared with each other.
  package let scaledCoefficients: [Double]
  package let penalty: Double
  package let iterations: Int
  /// Whether the last step was within the tolerance; without penalty it never is where the classes
  /// can be parted without error.
  package let isConverged: Bool

  /// Fits one penalty.
  ///
  /// - `labels`: 0 or 1, both of them; shape `[rows]`.
  /// - `weights`: `>= 0`; nil where all weigh 1.
  /// - Throws: ``ModelError/noRows``, ``ModelError/noColumns``, ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/notFinite(row:column:)``, ``ModelError/label(row:)``, ``ModelError/oneClass``,
  ///   ``ModelError/weights``, ``ModelError/parameter(_:)``, ``ModelError/interrupted``.
  /// - Complexity: O(*n* · *d*²) an iteration.
  package init(
    _ matrix: Matrix,
    labels: [Double],
    weights: [Double]? = nil,
    _ options: LogisticOptions,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    try options.check()
    let rows = try LogisticRows(matrix, labels, weights, threads: threads, interruption)
    var fit = LogisticFit(rows)
    self = try fit.run(options)
  }

  /// Fits penalties from the least that leaves no coefficient down to a share of it, each from the
  /// coefficients of the one before.
  ///
  /// - `options`: Their penalty is not used; an L1 share below 0.001 counts as 0.001 in finding the
  ///   largest penalty.
  /// - `count`: Of penalties, at least 1, in even ratios.
  /// - `lowest`: The last penalty over the first, in `(0, 1)`.
  /// - Throws: As ``init(_:labels:weights:_:threads:interruption:)``.
  package static func path(
    _ matrix: Matrix,
    labels: [Double],
    weights: [Double]? = nil,
    _ options: LogisticOptions,
    count: Int = 50,
    lowest: Double = 1e-3,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) -> [LogisticRegression] {
    try options.check()
    guard count >= 1, count <= 1 << 16 else { throw .parameter("count") }
    guard lowest > 0, lowest < 1 else { throw .parameter("lowest") }
    let rows = try LogisticRows(matrix, labels, weights, threads: threads, interruption)
    var fit = LogisticFit(rows)
    let largest = try fit.largestPenalty(max(options.l1Share, 1e-3))
    var path: [LogisticRegression] = []
    for step in 0..<count {
      var options = options
      let share = count > 1 ? Double(step) / Double(count - 1) : 0
      options.penalty = largest * pow(lowest, share)
      path.append(try fit.run(options))
    }
    return path
  }

  init(
    _ rows: LogisticRows,
    _ scaled: [Double],
    penalty: Double,
    iterations: Int,
    isConverged: Bool
  ) {
    var intercept = scaled[0]
    var coefficients: [Double] = []
    for column in rows.means.indices {
      let deviation = rows.deviations[column]
      let coefficient = deviation > 0 ? scaled[column + 1] / deviation : 0
      coefficients.append(coefficient)
      intercept -= coefficient * rows.means[column]
    }
    self.intercept = intercept
    self.coefficients = coefficients
    scaledCoefficients = Array(scaled.dropFirst())
    self.penalty = penalty
    self.iterations = iterations
    self.isConverged = isConverged
  }

  init(
    intercept: Double,
    coefficients: [Double],
    scaledCoefficients: [Double],
    penalty: Double,
    iterations: Int,
    isConverged: Bool
  ) {
    self.intercept = intercept
    self.coefficients = coefficients
    self.scaledCoefficients = scaledCoefficients
    self.penalty = penalty
    self.iterations = iterations
    self.isConverged = isConverged
  }

  private static let rowsBetweenChecks = 1024

  /// Returns the margin of each row.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where the columns are not as many,
  ///   ``ModelError/interrupted``.
  package func margins(
    of matrix: Matrix,
    interruption: Interruption = .none
  ) throws(ModelError) -> [Double] {
    guard matrix.columnCount == coefficients.count else {
      throw .shape(expected: coefficients.count, found: matrix.columnCount)
    }
    var margins: [Double] = []
    margins.reserveCapacity(matrix.rowCount)
    for row in 0..<matrix.rowCount {
      if row % Self.rowsBetweenChecks == 0 { try interruption.check() }
      var margin = intercept
      for column in coefficients.indices {
        margin += coefficients[column] * matrix[row, column]
      }
      margins.append(margin)
    }
    return margins
  }
}
