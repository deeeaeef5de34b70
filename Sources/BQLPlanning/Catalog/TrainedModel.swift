package import BQLModels

/// Predicts by what was learnt from rows, and knows what its features are called.
package struct TrainedModel: Hashable, Sendable {
  /// Describes one input.
  package struct Feature: Hashable, Sendable {
    package var name: String
    package var kind: FeatureKind
    /// The texts of a category's codes, from 0; empty for numbers.
    package var categories: [String]

    package init(_ name: String, _ kind: FeatureKind = .number, categories: [String] = []) {
      self.name = name
      self.kind = kind
      self.categories = categories
    }
  }

  package var features: [Feature]
  package var learner: LearnedModel
  /// nil where predictions stay as the learner gives them.
  package var calibration: ProbabilityCalibration?

  package init(
    features: [Feature],
    learner: LearnedModel,
    calibration: ProbabilityCalibration? = nil
  ) {
    self.features = features
    self.learner = learner
    self.calibration = calibration
  }

  /// Whether it predicts a probability.
  package var isClassifier: Bool { learner.loss == .logistic }

  /// Makes predictions of margins: a probability, a mean, a quantile.
  package func predictions(ofMargins margins: [Double]) -> [Double] {
    if let calibration { return margins.map(calibration.probability) }
    return margins.map(learner.loss.prediction)
  }

  /// Returns the prediction of each row.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where the table has other columns,
  ///   ``ModelError/interrupted``.
  package func predictions(
    of table: FeatureTable,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) -> [Double] {
    let margins = try learner.margins(of: table, threads: threads, interruption: interruption)
    return predictions(ofMargins: margins)
  }
}
