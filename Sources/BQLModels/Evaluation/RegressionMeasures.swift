import Glibc

/// Measures predicted amounts against what they were.
///
/// Shape of all: `[rows]`; weights `>= 0`, nil where all rows weigh 1. Answers are nil where no row
/// has weight, and where a formula has no value.
package struct RegressionMeasures: Hashable, Sendable {
  package let predictions: [Double]
  package let labels: [Double]

  /// Takes predictions and what came true.
  ///
  /// - Throws: ``ModelError/noRows``, ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/notFinite(row:column:)`` (column 0 predictions, 1 labels).
  package init(predictions: [Double], labels: [Double]) throws(ModelError) {
    guard !labels.isEmpty else { throw .noRows }
    guard predictions.count == labels.count else {
      throw .shape(expected: labels.count, found: predictions.count)
    }
    for row in labels.indices {
      if !(abs(predictions[row]) < Matrix.largest) { throw .notFinite(row: row, column: 0) }
      if !(abs(labels[row]) < Matrix.largest) { throw .notFinite(row: row, column: 1) }
    }
    self.predictions = predictions
    self.labels = labels
  }

  /// Returns the root of the mean squared error.
  package func rootMeanSquaredError(weights: [Double]? = nil) -> Double? {
    mean(weights) { ($0 - $1) * ($0 - $1) }?.squareRoot()
  }

  /// Returns the mean size of the error.
  package func meanAbsoluteError(weights: [Double]? = nil) -> Double? {
    mean(weights) { abs($0 - $1) }
  }

  /// Returns the mean of prediction less label: above 0 predictions are too high on the whole.
  package func bias(weights: [Double]? = nil) -> Double? {
    mean(weights) { $0 - $1 }
  }

  /// Returns the share of the labels' variance that is explained, `1 − Σ(y − ŷ)² / Σ(y − ȳ)²`; nil
  /// where labels do not differ.
  package func rSquared(weights: [Double]? = nil) -> Double? {
    guard let middle = mean(weights, { $1 }), let error = mean(weights, { ($0 - $1) * ($0 - $1) }),
      let variance = mean(weights, { ($1 - middle) * ($1 - middle) }), variance > 0
    else { return nil }
    return 1 - error / variance
  }

  /// Returns the mean of `α (y − ŷ)` above the prediction and `(1 − α)(ŷ − y)` below.
  ///
  /// - `share`: `α` in `(0, 1)`; 0.5 is half the mean absolute error.
  package func pinballLoss(_ share: Double, weights: [Double]? = nil) -> Double? {
    mean(weights) { $1 > $0 ? share * ($1 - $0) : (1 - share) * ($0 - $1) }
  }

  /// Returns the mean Poisson deviance `2 (y ln(y / ŷ) − y + ŷ)`; nil where a prediction is not
  /// above 0 or a label is below 0.
  package func poissonDeviance(weights: [Double]? = nil) -> Double? {
    guard predictions.allSatisfy({ $0 > 0 }), labels.allSatisfy({ $0 >= 0 }) else { return nil }
    return mean(weights) { 2 * (($1 > 0 ? $1 * log($1 / $0) : 0) - $1 + $0) }
  }

  /// Returns the share of rows whose label is not above the prediction: `α` of a good quantile.
  package func coverage(weights: [Double]? = nil) -> Double? {
    mean(weights) { $1 <= $0 ? 1 : 0 }
  }

  @inline(__always)
  private func mean(_ weights: [Double]?, _ term: (Double, Double) -> Double) -> Double? {
    var (sum, total) = (0.0, 0.0)
    for row in labels.indices {
      let weight = weights?[row] ?? 1
      if weight == 0 { continue }
      sum += weight * term(predictions[row], labels[row])
      total += weight
    }
    return total > 0 ? sum / total : nil
  }
}
