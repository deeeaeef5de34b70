import BQLColumnar
import Glibc

/// Scales the columns of a matrix by parameters that were fitted once and can be stored.
///
/// A column that was constant when fitted scales to 0 for that value. NaN, which is NULL, is left
/// out when fitting and stays NaN when applied.
package struct Scaling: Hashable, Sendable {
  /// One scale a column; shape `[columns]`.
  package let columns: [ColumnScale]

  /// Restores stored parameters.
  package init(columns: [ColumnScale]) {
    self.columns = columns
  }

  /// The skewness beyond which ``ScalingMethod/auto`` takes logarithms.
  package static let skewed = 1.0

  /// Fits the scales of all columns.
  ///
  /// z-score: mean and standard deviation by `n` (as scikit-learn's StandardScaler). Robust: median
  /// and `q₀.₇₅ − q₀.₂₅`, type 7; where that is 0 though the column is not constant, the standard
  /// deviation takes its place. LOGZ: z-score of `sign(x) ln(1 + |x|)`.
  ///
  /// - Throws: ``ModelError/notFinite(row:column:)`` at an infinity or a number beyond 1e140;
  ///   ``ModelError/noColumns``.
  /// - Complexity: O(rows · columns) time.
  package init(
    fitting matrix: Matrix,
    _ method: ScalingMethod,
    threads: Int = 1
  ) throws(ModelError) {
    guard matrix.columnCount > 0 else { throw .noColumns }
    columns = try ParallelWork.map(
      count: matrix.columnCount,
      threads: threads
    ) { (column) throws(ModelError) in
      let values = matrix.column(column)
      for (row, value) in values.enumerated()
      where !(abs(value) < Matrix.largest) && !value.isNaN {
        throw .notFinite(row: row, column: column)
      }
      return ColumnScale(fitting: values, method)
    }
  }

  /// Applies the scales.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where the number of columns differs.
  package func apply(to matrix: Matrix) throws(ModelError) -> Matrix {
    guard matrix.columnCount == columns.count else {
      throw .shape(expected: columns.count, found: matrix.columnCount)
    }
    var values = matrix.values
    var output = values.mutableSpan
    for (column, scale) in columns.enumerated() {
      var place = column
      while place < output.count {
        output[place] = scale.scaled(output[place])
        place &+= columns.count
      }
    }
    return Matrix(trusted: values, rowCount: matrix.rowCount, columnCount: matrix.columnCount)
  }

  /// Returns scaled numbers in the units they came in, for showing centres.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where the number of columns differs.
  package func unscale(_ matrix: Matrix) throws(ModelError) -> Matrix {
    guard matrix.columnCount == columns.count else {
      throw .shape(expected: columns.count, found: matrix.columnCount)
    }
    var values = matrix.values
    for place in values.indices {
      values[place] = columns[place % columns.count].unscaled(values[place])
    }
    return Matrix(trusted: values, rowCount: matrix.rowCount, columnCount: matrix.columnCount)
  }
}

extension ColumnScale {
  /// Fits the scale of one column; see ``Scaling/init(fitting:_:threads:)``.
  package init(fitting values: [Double], _ method: ScalingMethod) {
    let moments = Moments(values)
    let skewness = moments.skewness
    var (centre, spread) = (moments.mean, moments.variance.squareRoot())
    var chosen = method
    if method == .auto {
      chosen = abs(skewness ?? 0) > Scaling.skewed ? .logZ : .zScore
    }
    switch chosen {
    case .none: (centre, spread) = (0, 1)
    case .zScore, .auto: break
    case .robust:
      let sorted = Quantiles.sorted(values)
      centre = Quantiles.quantile(sorted, 0.5) ?? 0
      let range =
        (Quantiles.quantile(sorted, 0.75) ?? 0) - (Quantiles.quantile(sorted, 0.25) ?? 0)
      if range > 0 { spread = range }
    case .logZ:
      let logarithms = Moments(values.map(Self.signedLogarithm))
      (centre, spread) = (logarithms.mean, logarithms.variance.squareRoot())
    }
    self.init(
      method: chosen,
      centre: centre,
      spread: spread > 0 ? spread : 1,
      skewness: skewness,
      isConstant: moments.isConstant
    )
  }

  /// Returns `sign(x) · ln(1 + |x|)`.
  package static func signedLogarithm(_ value: Double) -> Double {
    value < 0 ? -log1p(-value) : log1p(value)
  }

  /// Scales one number; NaN stays NaN.
  package func scaled(_ value: Double) -> Double {
    let moved = method == .logZ ? Self.signedLogarithm(value) : value
    return (moved - centre) / spread
  }

  /// Returns the number that scales to `value`.
  package func unscaled(_ value: Double) -> Double {
    let moved = value * spread + centre
    guard method == .logZ else { return moved }
    return moved < 0 ? -expm1(-moved) : expm1(moved)
  }
}
