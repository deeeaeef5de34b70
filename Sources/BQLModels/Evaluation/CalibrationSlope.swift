import Glibc

/// Tells whether predicted log odds are too wide or too narrow, and too high or too low.
///
/// The slope is that of a logistic regression of what happened on the predicted log odds: below 1
/// predictions are too extreme. The intercept is fitted with the slope kept at 1: below 0 they are
/// too high on the whole. A perfect model has 1 and 0.
///
/// Source: D. R. Cox, *Biometrika* 45, 1958, doi:10.1093/biomet/45.3-4.562; E. W. Steyerberg,
/// *Clinical Prediction Models*, 2009, doi:10.1007/978-0-387-77244-8.
package struct CalibrationSlope: Hashable, Sendable {
  package let slope: Double
  package let intercept: Double

  /// Fits what happened to predicted probabilities; nil with one class alone, where probabilities
  /// do not differ, or where they part the classes without error.
  ///
  /// Probabilities are kept 2⁻⁵² away from 0 and 1.
  package init?(_ measures: ProbabilityMeasures, weights: [Double]? = nil) {
    var points: [LogisticCurve.Point] = []
    var (positives, others) = (0.0, 0.0)
    var (mean, square) = (0.0, 0.0)
    for row in measures.labels.indices {
      let weight = weights?[row] ?? 1
      if weight == 0 { continue }
      let kept = min(max(measures.probabilities[row], 0x1p-52), 1 - 0x1p-52)
      let odds = log(kept / (1 - kept))
      let label = measures.labels[row]
      points.append(LogisticCurve.Point(score: odds, target: label, weight: weight))
      if label == 1 { positives += weight } else { others += weight }
      mean += weight * odds
    }
    guard positives > 0, others > 0, !Self.areParted(points) else { return nil }
    let total = positives + others
    mean /= total
    for point in points {
      square += point.weight * (point.score - mean) * (point.score - mean)
    }
    let deviation = (square / total).squareRoot()
    guard deviation > 1e-12 else { return nil }
    let scaled = points.map { point in
      LogisticCurve.Point(
        score: (point.score - mean) / deviation,
        target: point.target,
        weight: point.weight
      )
    }
    let curve = LogisticCurve(fitting: scaled, start: log(positives / others))
    let shift = LogisticCurve(fitting: points, start: 0, slopes: false)
    guard curve.isConverged, shift.isConverged else { return nil }
    slope = curve.slope / deviation
    intercept = shift.intercept
  }

  /// Tells whether one class lies above the other, but for equal scores: no slope is steep enough.
  private static func areParted(_ points: [LogisticCurve.Point]) -> Bool {
    var bounds = [
      (low: Double.infinity, high: -Double.infinity), (low: .infinity, high: -.infinity),
    ]
    for point in points {
      let label = point.target == 1 ? 1 : 0
      bounds[label].low = min(bounds[label].low, point.score)
      bounds[label].high = max(bounds[label].high, point.score)
    }
    return bounds[0].high <= bounds[1].low || bounds[1].high <= bounds[0].low
  }
}
