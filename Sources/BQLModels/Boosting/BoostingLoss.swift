import Glibc

/// Says what boosting minimises, and how a margin becomes a prediction.
package enum BoostingLoss: Hashable, Sendable {
  /// `ln(1 + e^{−m})` of positives, `ln(1 + e^{m})` of others; labels are 0 and 1.
  case logistic
  /// `(m − y)² / 2`.
  case squared
  /// `e^m − y m`; labels are `>= 0`.
  case poisson
  /// `α (y − m)` above the margin, `(1 − α)(m − y)` below; `α` in `(0, 1)`.
  case quantile(Double)

  /// Whether all rows have the same second derivative, but for their weights.
  var hasConstantHessian: Bool {
    switch self {
    case .squared, .quantile: true
    case .logistic, .poisson: false
    }
  }

  /// Returns the first and second derivative by the margin.
  ///
  /// The second of the Poisson loss is enlarged by `e^0.7`, which keeps steps from overshooting
  /// (LightGBM's `poisson_max_delta_step`); that of the quantile loss is 1.
  @inline(__always)
  func derivatives(margin: Double, label: Double) -> (gradient: Double, hessian: Double) {
    switch self {
    case .logistic:
      let probability = Self.sigmoid(margin)
      return (probability - label, max(probability * (1 - probability), 1e-16))
    case .squared:
      return (margin - label, 1)
    case .poisson:
      let mean = exp(min(margin, Self.largestLogMean))
      return (mean - label, max(mean * 2.0137527074704766, 1e-16))
    case .quantile(let share):
      return (label > margin ? -share : 1 - share, 1)
    }
  }

  private static let largestLogMean = 300.0

  @inline(__always)
  static func sigmoid(_ margin: Double) -> Double { 1 / (1 + exp(-margin)) }

  /// Returns the prediction of a margin: a probability, a mean, a quantile.
  package func prediction(of margin: Double) -> Double {
    switch self {
    case .logistic: Self.sigmoid(margin)
    case .squared, .quantile: margin
    case .poisson: exp(min(margin, Self.largestLogMean))
    }
  }

  /// Returns the loss of one row.
  package func loss(margin: Double, label: Double) -> Double {
    switch self {
    case .logistic:
      let signed = label > 0.5 ? margin : -margin
      return signed > 0 ? log1p(exp(-signed)) : log1p(exp(signed)) - signed
    case .squared:
      return (margin - label) * (margin - label) / 2
    case .poisson:
      return exp(min(margin, Self.largestLogMean)) - label * margin
    case .quantile(let share):
      return label > margin ? share * (label - margin) : (1 - share) * (margin - label)
    }
  }

  /// Returns the margin that is best for all rows together.
  func start(labels: [Double], weights: [Double]?) -> Double {
    if case .quantile(let share) = self {
      return Self.quantile(labels, weights: weights, share) ?? 0
    }
    var (sum, total) = (0.0, 0.0)
    for row in labels.indices {
      let weight = weights?[row] ?? 1
      sum += weight * labels[row]
      total += weight
    }
    let mean = sum / total
    switch self {
    case .logistic:
      let share = min(max(mean, 1e-15), 1 - 1e-15)
      return log(share / (1 - share))
    case .poisson: return log(max(mean, 1e-15))
    case .squared, .quantile: return mean
    }
  }

  /// Returns the weighted quantile of numbers without NaN, nil of none.
  ///
  /// Without weights type 7, see ``Quantiles/quantile(_:_:)``; with weights the smallest number up
  /// to which at least the share of the weight lies.
  static func quantile(_ values: [Double], weights: [Double]?, _ share: Double) -> Double? {
    guard let weights else { return Quantiles.quantile(Quantiles.sorted(values), share) }
    let order = Quantiles.order(values)
    let total = order.reduce(0) { $0 + weights[Int($1)] }
    var below = 0.0
    for row in order {
      below += weights[Int(row)]
      if below >= share * total { return values[Int(row)] }
    }
    return order.last.map { values[Int($0)] }
  }

  /// Refuses parameters and labels that have no meaning.
  ///
  /// - Throws: ``ModelError/parameter(_:)``, ``ModelError/label(row:)``, ``ModelError/oneClass``.
  func check(labels: [Double]) throws(ModelError) {
    if case .quantile(let share) = self, !(share > 0 && share < 1) { throw .parameter("quantile") }
    for row in labels.indices {
      let label = labels[row]
      guard abs(label) < Matrix.largest else { throw .label(row: row) }
      if self == .logistic, label != 0, label != 1 { throw .label(row: row) }
      if self == .poisson, label < 0 { throw .label(row: row) }
    }
    if self == .logistic, let first = labels.first, labels.allSatisfy({ $0 == first }) {
      throw .oneClass
    }
  }
}
