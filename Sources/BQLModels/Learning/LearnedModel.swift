import BQLJSON

/// Holds a model of any learner.
package enum LearnedModel: Hashable, Sendable {
  case trees(BoostedTrees)
  case logistic(LogisticModel)

  /// The learner's name in documents.
  package var name: String {
    switch self {
    case .trees: "trees"
    case .logistic: "logistic"
    }
  }

  /// How the columns are to be read, in the order of training; shape `[features]`.
  package var kinds: [FeatureKind] {
    switch self {
    case .trees(let model): model.kinds
    case .logistic(let model): model.design.kinds
    }
  }

  /// What was minimised.
  package var loss: BoostingLoss {
    switch self {
    case .trees(let model): model.loss
    case .logistic: .logistic
    }
  }

  /// Returns the margin of each row.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where the table has not as many columns.
  package func margins(
    of table: FeatureTable,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) -> [Double] {
    switch self {
    case .trees(let model):
      try model.margins(of: table, threads: threads, interruption: interruption)
    case .logistic(let model): try model.margins(of: table, interruption: interruption)
    }
  }

  /// Returns the prediction of each row, by a calibration where there is one: a probability, a
  /// mean, a quantile.
  ///
  /// - Throws: As ``margins(of:threads:interruption:)``.
  package func predictions(
    of table: FeatureTable,
    calibration: ProbabilityCalibration? = nil,
    threads: Int
  ) throws(ModelError) -> [Double] {
    let margins = try margins(of: table, threads: threads)
    guard let calibration else { return margins.map(loss.prediction) }
    return margins.map(calibration.probability)
  }

  func write(_ writer: inout JSONWriter) {
    switch self {
    case .trees(let model): model.write(&writer)
    case .logistic(let model): model.write(&writer)
    }
  }
}
