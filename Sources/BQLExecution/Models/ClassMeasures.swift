import BQLModels
import BQLPlanning

/// Measures probabilities against what happened.
struct ClassMeasures: Sendable {
  private struct Scores: Sendable {
    let ranked: RankedScores
    let probabilities: ProbabilityMeasures

    init(_ predictions: [Double], _ labels: [Double]) throws(ModelError) {
      ranked = try RankedScores(scores: predictions, labels: labels)
      probabilities = try ProbabilityMeasures(
        probabilities: predictions.map { min(max($0, 0), 1) },
        labels: labels
      )
    }
  }

  private let model: Scores
  private let baselines: [Scores]
  /// The baselines that the model's gain is told of.
  private let rivals: [Int]
  /// Shares of the rows with the highest scores, and what they are called.
  private let tops: [(share: Double, name: String)]
  let names: [String]
  let gains: [String]

  /// - `top`: The share that TOP asks about, beside the usual ones.
  init(_ part: HoldoutPart, top: Double?) throws(ModelError) {
    model = try Scores(part.predictions, part.labels)
    var baselines: [Scores] = []
    for baseline in part.baselines {
      baselines.append(try Scores(baseline.predictions, part.labels))
    }
    self.baselines = baselines
    rivals = part.baselines.indices.filter { part.baselines[$0].name != "prevalence" }
    gains = rivals.map { "roc_auc_gain_over_" + part.baselines[$0].name }
    let shares = top.map { [$0] } ?? [0.05, 0.1]
    tops = shares.map { share in
      let percent = share * 100
      let isWhole = abs(percent - percent.rounded()) < 1e-9
      let text = isWhole ? "\(Int(percent.rounded()))" : "\((percent * 1e6).rounded() / 1e6)"
      return (share, text)
    }
    names =
      [
        "rows", "base_rate", "roc_auc", "pr_auc", "log_loss", "brier", "calibration_error",
        "calibration_slope", "calibration_intercept",
      ]
      + tops.flatMap { top in
        ["precision_top_\(top.name)", "recall_top_\(top.name)", "lift_top_\(top.name)"]
      }
  }

  /// The measures of the model, then its gains; what is only told of the rows as they are has no
  /// value with weights.
  func values(weights: [Double]?) -> [Double?] {
    var values = Self.measures(model, tops, weights)
    if weights != nil { values[0] = nil }
    let own = values[2]
    for rival in rivals {
      let other = baselines[rival].ranked.rocAUC(weights: weights)
      values.append(own.flatMap { own in other.map { own - $0 } })
    }
    return values
  }

  /// Says of which top the equal scores make much more than was asked for.
  var remarks: [String] {
    tops.compactMap { top in
      guard let share = model.ranked.top(top.share)?.share, share > top.share * 1.2 else {
        return nil
      }
      let percent = FeatureText.number((share * 1_000).rounded() / 10)
      return "the top \(top.name) % is \(percent) % of the rows, for equal scores stay together"
    }
  }

  /// The measures of a baseline.
  func baseline(_ index: Int) -> [Double?] {
    var values = Self.measures(baselines[index], tops, nil)
    (values[0], values[1]) = (nil, nil)
    return values
  }

  private static func measures(
    _ scores: Scores,
    _ tops: [(share: Double, name: String)],
    _ weights: [Double]?
  ) -> [Double?] {
    let (ranked, probabilities) = (scores.ranked, scores.probabilities)
    var (positives, total) = (0.0, 0.0)
    for (row, label) in ranked.labels.enumerated() {
      let weight = weights?[row] ?? 1
      positives += weight * label
      total += weight
    }
    // A curve is fitted to the rows as they are alone.
    let slope = weights == nil ? CalibrationSlope(probabilities) : nil
    var values: [Double?] = [
      Double(ranked.rowCount), total > 0 ? positives / total : nil, ranked.rocAUC(weights: weights),
      ranked.averagePrecision(weights: weights), probabilities.logLoss(weights: weights),
      probabilities.brier(weights: weights),
      probabilities.expectedCalibrationError(weights: weights), slope?.slope, slope?.intercept,
    ]
    for top in tops {
      let found = ranked.top(top.share, weights: weights)
      values += [found?.precision, found?.recall, found?.lift]
    }
    return values
  }
}

/// Measures predicted numbers against what they were.
struct NumberMeasures: Sendable {
  private let model: RegressionMeasures
  private let baselines: [RegressionMeasures]
  private let loss: BoostingLoss
  let names: [String]
  let gains: [String]

  init(_ part: HoldoutPart, _ loss: BoostingLoss) throws(ModelError) {
    model = try RegressionMeasures(predictions: part.predictions, labels: part.labels)
    var baselines: [RegressionMeasures] = []
    for baseline in part.baselines {
      baselines.append(
        try RegressionMeasures(predictions: baseline.predictions, labels: part.labels)
      )
    }
    self.baselines = baselines
    self.loss = loss
    var names = ["rows", "mean", "mean_prediction", "rmse", "mae", "bias", "r_squared"]
    switch loss {
    case .quantile: names += ["pinball_loss", "coverage"]
    case .poisson: names.append("poisson_deviance")
    case .logistic, .squared: break
    }
    self.names = names
    let measure = names.contains("pinball_loss") ? "pinball" : "rmse"
    gains = part.baselines.map { "\(measure)_gain_over_\($0.name)" }
  }

  /// The measures of the model, then by how much its error is smaller than those of the baselines.
  func values(weights: [Double]?) -> [Double?] {
    var values = measures(model, weights)
    if weights != nil { values[0] = nil }
    let own = error(model, weights)
    for baseline in baselines {
      let other = error(baseline, weights)
      values.append(own.flatMap { own in other.map { $0 - own } })
    }
    return values
  }

  /// The measures of a baseline.
  func baseline(_ index: Int) -> [Double?] {
    var values = measures(baselines[index], nil)
    (values[0], values[1]) = (nil, nil)
    return values
  }

  private func error(_ measures: RegressionMeasures, _ weights: [Double]?) -> Double? {
    if case .quantile(let share) = loss { return measures.pinballLoss(share, weights: weights) }
    return measures.rootMeanSquaredError(weights: weights)
  }

  private func measures(_ measures: RegressionMeasures, _ weights: [Double]?) -> [Double?] {
    let bias = measures.bias(weights: weights)
    var (sum, total) = (0.0, 0.0)
    for (row, label) in measures.labels.enumerated() {
      let weight = weights?[row] ?? 1
      sum += weight * label
      total += weight
    }
    let mean = total > 0 ? sum / total : nil
    var values: [Double?] = [
      Double(measures.labels.count), mean, mean.flatMap { mean in bias.map { mean + $0 } },
      measures.rootMeanSquaredError(weights: weights), measures.meanAbsoluteError(weights: weights),
      bias, measures.rSquared(weights: weights),
    ]
    switch loss {
    case .quantile(let share):
      values += [
        measures.pinballLoss(share, weights: weights), measures.coverage(weights: weights),
      ]
    case .poisson: values.append(measures.poissonDeviance(weights: weights))
    case .logistic, .squared: break
    }
    return values
  }
}
