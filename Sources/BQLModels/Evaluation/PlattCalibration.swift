import Glibc

/// Turns scores into probabilities by a logistic curve: `1 / (1 + e^{−(slope · s + intercept)})`.
///
/// Labels are pulled to the middle, positives to `(N₊ + 1) / (N₊ + 2)` and others to
/// `1 / (N₋ + 2)`, so that few or parted rows do not make the curve a step.
///
/// Source: J. C. Platt, *Advances in Large Margin Classifiers*, 1999; H.-T. Lin, C.-J. Lin, R. C.
/// Weng, *Machine Learning* 68, 2007, doi:10.1007/s10994-007-5018-6 (Newton's method).
package struct PlattCalibration: Hashable, Sendable {
  package let slope: Double
  package let intercept: Double

  /// Fits labels to scores.
  ///
  /// - `labels`: 0 or 1.
  /// - `weights`: `>= 0`; nil where all weigh 1. They enter the counts of both classes as well.
  /// - Throws: ``ModelError/noRows``, ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/notFinite(row:column:)``, ``ModelError/label(row:)``, ``ModelError/weights``.
  /// - Complexity: O(*n*) an iteration, of which there are a dozen or so.
  package init(
    scores: [Double],
    labels: [Double],
    weights: [Double]? = nil
  ) throws(ModelError) {
    guard !scores.isEmpty else { throw .noRows }
    try CalibrationRows.check(scores, labels, weights)
    if let row = labels.firstIndex(where: { $0 != 0 && $0 != 1 }) { throw .label(row: row) }
    var (positives, others, total) = (0.0, 0.0, 0.0)
    // Centred and scaled, so that scores of any size converge alike.
    var (mean, square) = (0.0, 0.0)
    for row in scores.indices {
      let weight = weights?[row] ?? 1
      if labels[row] == 1 { positives += weight } else { others += weight }
      total += weight
      mean += weight * scores[row]
    }
    mean /= total
    for row in scores.indices {
      square += (weights?[row] ?? 1) * (scores[row] - mean) * (scores[row] - mean)
    }
    let deviation = (square / total).squareRoot()
    let scale = deviation > 0 ? 1 / deviation : 0
    let high = (positives + 1) / (positives + 2)
    let low = 1 / (others + 2)
    let points = scores.indices.map { row in
      LogisticCurve.Point(
        score: (scores[row] - mean) * scale,
        target: labels[row] == 1 ? high : low,
        weight: weights?[row] ?? 1
      )
    }
    let start = log((positives + 1) / (others + 1))
    let curve = LogisticCurve(fitting: points, start: start)
    slope = curve.slope * scale
    intercept = curve.intercept - curve.slope * scale * mean
  }

  init(slope: Double, intercept: Double) {
    self.slope = slope
    self.intercept = intercept
  }

  /// Returns the probability of a score; NaN for NaN.
  package func probability(of score: Double) -> Double {
    BoostingLoss.sigmoid(slope * score + intercept)
  }
}
