import BQLColumnar
import BQLModels
import BQLPlanning

/// Predicts by rules that anyone could make up: what a model must be better than.
struct ModelBaselines {
  private let learner: ModelLearner
  private let rows: ModelRows

  init(_ learner: ModelLearner, _ rows: ModelRows) {
    self.learner = learner
    self.rows = rows
  }

  /// Learns each rule from the training rows, and applies it to the test rows.
  ///
  /// Classes have a logistic regression, the recency rule (the chance by the time since the last
  /// purchase, by a logistic curve) and the base rate; numbers the recency rule (their mean by steps)
  /// and the mean.
  func predictions(
    training: [Int32],
    test: [Int32]
  ) throws(ModelError) -> [ModelHoldout.Baseline] {
    let labels = training.map { learner.labels[Int($0)] }
    let mean = labels.reduce(0, +) / Double(max(labels.count, 1))
    var baselines: [ModelHoldout.Baseline] = []
    if learner.isClassification, learner.plan.learner.method != .logistic {
      let model = try learner.logisticBaseline()
      let margins = try model.margins(
        of: learner.table.selecting(test),
        interruption: learner.context.interruption
      )
      baselines.append(
        ModelHoldout.Baseline(
          name: "logistic",
          predictions: margins.map(BoostingLoss.logistic.prediction)
        )
      )
    }
    if let recency = rows.recency {
      baselines.append(
        ModelHoldout.Baseline(
          name: "recency_rule",
          predictions: try byRecency(recency, training, test, labels)
        )
      )
    }
    baselines.append(
      ModelHoldout.Baseline(
        name: learner.isClassification ? "prevalence" : "mean",
        predictions: [Double](repeating: mean, count: test.count)
      )
    )
    return baselines
  }

  private func byRecency(
    _ recency: [Double],
    _ training: [Int32],
    _ test: [Int32],
    _ labels: [Double]
  ) throws(ModelError) -> [Double] {
    // Who never bought is as long ago as anyone.
    let longest = training.reduce(0) { $1 >= 0 ? max($0, Self.finite(recency[Int($1)])) : $0 }
    func known(_ row: Int32) -> Double {
      recency[Int(row)].isNaN ? longest : recency[Int(row)]
    }
    let seen = training.map(known)
    if learner.isClassification {
      let curve = try PlattCalibration(scores: seen, labels: labels)
      return test.map { curve.probability(of: known($0)) }
    }
    let falling = try IsotonicCalibration(scores: seen.map { -$0 }, labels: labels)
    return test.map { falling.value(of: -known($0)) }
  }

  private static func finite(_ number: Double) -> Double { number.isNaN ? 0 : number }
}

/// Looks for what tells the answer itself.
struct ModelLeaks {
  /// Beyond these areas under the curve a model, and a single feature, are suspicious.
  private static let suspiciousModel = 0.98
  private static let suspiciousFeature = 0.95

  private let model: Double?
  /// The area of each feature alone, in either direction; nil where there is none.
  private let features: [Double?]

  init(
    _ table: FeatureTable,
    _ test: [Int32],
    _ holdout: ModelHoldout,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    model = (try? RankedScores(scores: holdout.predictions, labels: holdout.labels))?.rocAUC()
    features = try ParallelWork.map(
      count: table.columns.count,
      threads: context.threads
    ) { (index) throws(ExecutionError) -> Double? in
      try context.checkCancelled()
      var (scores, labels): ([Double], [Double]) = ([], [])
      for (place, row) in test.enumerated() {
        let value = table.columns[index].values[Int(row)]
        if value.isNaN { continue }
        scores.append(value)
        labels.append(holdout.labels[place])
      }
      guard let area = (try? RankedScores(scores: scores, labels: labels))?.rocAUC() else {
        return nil
      }
      return max(area, 1 - area)
    }
  }

  /// Says what looks too good to be true.
  func warnings(names: [String]) -> [String] {
    let strong = features.indices.filter { (features[$0] ?? 0) > Self.suspiciousFeature }
    var warnings: [String] = []
    let listed = strong.prefix(5).map { "\(names[$0]) (\(Self.shown(features[$0])))" }
    if !strong.isEmpty {
      warnings.append(
        "leakage? one feature alone nearly tells the answer: \(listed.joined(separator: ", "))"
          + (strong.count > 5 ? " and \(strong.count - 5) more" : "")
          + "; leave it out unless it is known before"
      )
    }
    if let model, model > Self.suspiciousModel, strong.isEmpty {
      warnings.append(
        "leakage? an area under the curve of \(Self.shown(model)) is rarely honest: is every feature "
          + "known at the time of the prediction?"
      )
    }
    return warnings
  }

  private static func shown(_ area: Double?) -> String {
    area.map { "\(($0 * 1_000).rounded() / 1_000)" } ?? "-"
  }
}
