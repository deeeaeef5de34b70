package import BQLColumnar
package import BQLModels

/// Asks a trained model.
package struct ModelQuestion: Sendable {
  /// Says what is asked.
  package enum Kind: Sendable {
    /// How good it is, on the rows that it was not shown.
    case evaluate(Evaluation)
    /// What it goes by.
    case explain(Explanation)
    /// What it says of one user or row; `shown` is how the statement calls it.
    case explainRow(top: Int, shown: String)
    case predict
    case campaign(CampaignOrder)
  }

  package var kind: Kind
  package var model: ModelEntry
  /// The rows that are predicted, or the groups of BY: the key, then the dimensions; empty else.
  package var input: LogicalPlan
  /// What the input's columns mean, where they are rows to predict.
  package var rows: TrainRows?

  /// Asks for the measures of a model.
  package static func evaluation(of model: ModelEntry) -> ModelQuestion {
    ModelQuestion(
      kind: .evaluate(Evaluation(part: .measures, top: nil, dimensions: [])),
      model: model,
      input: .values(Relation(schema: Schema([]), rows: []))
    )
  }

  /// The question in words, one line.
  var title: String {
    switch kind {
    case .evaluate(let evaluation): "evaluate \(model.name): \(evaluation.part.rawValue)"
    case .explain(let explanation): "explain \(model.name): \(explanation.part.rawValue)"
    case .explainRow(_, let shown): "explain \(model.name) for \(shown)"
    case .predict: "predict \(model.targetName) by \(model.name)"
    case .campaign(let order): "campaign by \(model.name): \(order.part.rawValue)"
    }
  }

  package var schema: Schema {
    switch kind {
    case .evaluate(let evaluation): Schema(evaluation.fields(of: model))
    case .explain(let explanation):
      Schema(explanation.fields(isClassifier: model.model.isClassifier))
    case .explainRow:
      Schema([
        Field("feature", .text), Field("value", .text), Field("contribution", .float),
        Field("effect", .text),
      ])
    case .predict: Schema([key, prediction].compactMap { $0 })
    case .campaign(let order):
      switch order.part {
      case .users:
        Schema(
          [key, prediction, Field("value", .float), Field("expected_profit", .float)]
            .compactMap { $0 }
        )
      case .curve:
        Schema([
          Field("users", .int), Field("share", .float), Field("expected_profit", .float),
          Field("lower", .float), Field("upper", .float), Field("is_best", .bool),
        ])
      case .summary:
        Schema(
          [Field("measure", .text)] + ["value", "lower", "upper"].map { Field($0, .float) }
        )
      }
    }
  }

  private var key: Field? {
    guard let place = rows?.key, let field = rows?.plan.schema[place] else { return nil }
    return field
  }

  private var prediction: Field {
    Field(model.model.isClassifier ? "probability" : "prediction", .float)
  }
}

/// Asks how good a model is.
package struct Evaluation: Sendable {
  /// Names what is shown of how good it is.
  package enum Part: String, Sendable {
    case measures, deciles, calibration, thresholds
  }

  package var part: Part
  /// The share of the rows with the highest scores that TOP asks about.
  package var top: Double?
  /// The dimensions of BY.
  package var dimensions: [Field]

  func fields(of model: ModelEntry) -> [Field] {
    func floats(_ names: [String]) -> [Field] { names.map { Field($0, .float) } }
    switch part {
    case .measures:
      let baselines = model.holdout?.baselines.map(\.name) ?? []
      return dimensions + [Field("measure", .text)]
        + floats(["model", "lower", "upper"] + baselines)
    case .deciles:
      return dimensions
        + [Field("decile", .int), Field("rows", .int), Field("positives", .int)]
        + floats([
          "rate", "lift", "gain", "cumulative_lift", "lowest_score", "highest_score", "mean_score",
        ])
    case .calibration:
      return dimensions + [Field("bin", .int), Field("rows", .int)]
        + floats(["lowest", "highest", "predicted", "observed", "lower", "upper"])
    case .thresholds:
      return dimensions
        + floats(["threshold", "precision", "recall", "false_positive_rate", "f1"])
        + ["true_positives", "false_positives", "true_negatives", "false_negatives"]
        .map { Field($0, .int) }
    }
  }
}

/// Asks what a model goes by.
package struct Explanation: Sendable {
  /// Names what is shown of what it goes by.
  package enum Part: String, Sendable {
    case importance, dependence, interactions
  }

  package var part: Part
  /// Features, or pairs of them, that are shown.
  package var top: Int

  func fields(isClassifier: Bool) -> [Field] {
    switch part {
    case .importance:
      [Field("feature", .text)]
        + ["mean_abs_shap", "share", "direction", "gain", "permutation"].map { Field($0, .float) }
    case .dependence:
      [
        Field("feature", .text), Field("value", .text),
        Field(isClassifier ? "mean_probability" : "mean_prediction", .float),
      ]
    case .interactions:
      [Field("feature", .text), Field("other", .text), Field("mean_abs_shap", .float)]
    }
  }
}

/// Asks whom an offer should go to.
package struct CampaignOrder: Sendable {
  /// Names what is shown of a campaign.
  package enum Part: String, Sendable {
    case users, curve, summary
  }

  package var part: Part
  package var offer: CampaignOffer
}
