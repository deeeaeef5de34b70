import Glibc

/// Fits `1 / (1 + e^{−(slope · s + intercept)})` to targets in `0...1`.
struct LogisticCurve {
  struct Point {
    var score: Double
    var target: Double
    var weight: Double
  }

  let slope: Double
  let intercept: Double
  /// Whether a step of Newton's method came to rest.
  let isConverged: Bool

  /// Minimises the cross entropy by Newton's method, halving steps that overshoot.
  ///
  /// - `points`: Scores of about unit size.
  /// - `slopes`: Whether the slope is fitted; it stays 1 else.
  init(fitting points: [Point], start: Double, slopes: Bool = true) {
    var (a, b) = (slopes ? 0.0 : 1.0, start)
    var loss = Self.loss(points, a, b)
    let total = points.reduce(0) { $0 + $1.weight }
    var gradient = Double.infinity
    for _ in 0..<200 {
      var (ga, gb, haa, hab, hbb) = (0.0, 0.0, 1e-300, 0.0, 1e-300)
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
      if !slopes { (ga, haa, hab) = (0, 1, 0) }
      gradient = abs(ga) + abs(gb)
      if gradient <= 1e-13 * total { break }
      let determinant = haa * hbb - hab * hab
      // Scores that do not differ have no slope.
      let isFlat = determinant <= 1e-14 * haa * hbb
      let da = isFlat ? 0 : (hbb * ga - hab * gb) / determinant
      let db = isFlat ? gb / hbb : (haa * gb - hab * ga) / determinant
      var step = 1.0
      var next = Self.loss(points, a - da, b - db)
      // Near the minimum the loss is flat to the last digits.
      let slack = 1e-12 * abs(loss)
      while !(next <= loss + slack), step > 1e-10 {
        step /= 2
        next = Self.loss(points, a - step * da, b - step * db)
      }
      guard next <= loss + slack else { break }
      (a, b, loss) = (a - step * da, b - step * db, next)
    }
    // What is left below that is rounding.
    (slope, intercept, isConverged) = (a, b, gradient <= 1e-9 * total)
  }

  private static func loss(_ points: [Point], _ a: Double, _ b: Double) -> Double {
    points.reduce(0) { sum, point in
      let margin = a * point.score + b
      let softplus = margin > 0 ? margin + log1p(exp(-margin)) : log1p(exp(margin))
      return sum + point.weight * (softplus - point.target * margin)
    }
  }
}
