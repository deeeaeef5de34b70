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
  /// - Parameters:
  ///   - labels: 0 or 1.
  ///   - weights: `>= 0`; nil where all weigh 1. They enter the counts of both classes as well.
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
      Point(
        score: (scores[row] - mean) * scale,
        target: labels[row] == 1 ? high : low,
        weight: weights?[row] ?? 1
      )
    }
    let start = log((positives + 1) / (others + 1))
    let (a, b) = Self.minimum(points, start)
    slope = a * scale
    intercept = b - a * scale * mean
  }

  private struct Point {
    var score: Double
    var target: Double
    var weight: Double
  }

  private static func minimum(_ points: [Point], _ start: Double) -> (Double, Double) {
    var (a, b) = (0.0, start)
    var loss = Self.loss(points, a, b)
    for _ in 0..<200 {
      var (ga, gb, haa, hab, hbb) = (0.0, 0.0, 1e-12, 0.0, 1e-12)
      for point in points {
        let share = BoostingLoss.sigmoid(a * point.score + b)
        let rest = point.weight * (share - point.target)
        let curve = point.weight * share * (1 - share)
        ga += rest * point.score
        gb += rest
        haa += curve * point.score * point.score
        hab += curve * point.score
        hbb += curve
      }
      let determinant = haa * hbb - hab * hab
      guard determinant > 0, abs(ga) + abs(gb) > 1e-13 * Double(points.count) else { break }
      let da = (hbb * ga - hab * gb) / determinant
      let db = (haa * gb - hab * ga) / determinant
      var step = 1.0
      var next = Self.loss(points, a - da, b - db)
      while next > loss, step > 1e-10 {
        step /= 2
        next = Self.loss(points, a - step * da, b - step * db)
      }
      guard next <= loss else { break }
      (a, b, loss) = (a - step * da, b - step * db, next)
    }
    return (a, b)
  }

  private static func loss(_ points: [Point], _ a: Double, _ b: Double) -> Double {
    points.reduce(0) { sum, point in
      let margin = a * point.score + b
      let softplus = margin > 0 ? margin + log1p(exp(-margin)) : log1p(exp(margin))
      return sum + point.weight * (softplus - point.target * margin)
    }
  }

  /// Returns the probability of a score; NaN for NaN.
  package func probability(of score: Double) -> Double {
    BoostingLoss.sigmoid(slope * score + intercept)
  }
}
