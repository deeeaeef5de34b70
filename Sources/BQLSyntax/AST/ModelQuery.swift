/// Holds a question to a trained model.
package struct ModelQuery: Hashable, Sendable {
  /// Says what is asked.
  package enum Kind: Hashable, Sendable {
    case evaluate(EvaluateClauses)
    case explain(ExplainModelClauses)
    case predict(PredictClauses)
    case campaign(CampaignClauses)
  }

  package var model: Identifier
  package var kind: Kind

  package init(model: Identifier, kind: Kind) {
    self.model = model
    self.kind = kind
  }

  /// The expressions of its clauses.
  package var expressions: [Expression] {
    switch kind {
    case .evaluate(let clauses): clauses.by
    case .explain(let clauses): [clauses.user].compactMap { $0 }
    case .predict(let clauses): [clauses.asOf, clauses.condition].compactMap { $0 }
    case .campaign(let clauses):
      [clauses.offer, clauses.value, clauses.asOf].compactMap { $0 }
        + (clauses.keep?.expressions ?? []) + (clauses.accept?.expressions ?? [])
    }
  }
}

/// Holds the clauses of `EVALUATE m [TOP 10%] [BY dim, …] [SHOW part]`.
package struct EvaluateClauses: Hashable, Sendable {
  /// Names what is shown of how good a model is.
  package enum Part: String, Hashable, Sendable, CaseIterable {
    /// One row a measure, with intervals, beside the baselines.
    case measures = "MEASURES"
    /// One row a tenth of the rows, from the highest score: lift and gain.
    case deciles = "DECILES"
    /// One row a bin: predicted and observed shares.
    case calibration = "CALIBRATION"
    /// One row a threshold: right and wrong calls.
    case thresholds = "THRESHOLDS"
  }

  package var percent: Choice<Double>?
  package var by: [Expression] = []
  package var part: Choice<Part>?

  package init() {}
}

/// Holds the clauses of `EXPLAIN MODEL m [FOR USER 42] [SHOW part] [TOP k]`.
package struct ExplainModelClauses: Hashable, Sendable {
  /// Names what is shown of why a model predicts what it does.
  package enum Part: String, Hashable, Sendable, CaseIterable {
    /// One row a feature: its weight and direction.
    case importance = "IMPORTANCE"
    /// One row a feature and value: the mean prediction.
    case dependence = "DEPENDENCE"
    /// One row a pair of features: what they add together.
    case interactions = "INTERACTIONS"
  }

  package var user: Expression?
  package var part: Choice<Part>?
  package var top: Choice<Int>?

  package init() {}
}

/// Holds the clauses of `PREDICT m [FROM table] [AS OF t] [WHERE condition]`.
package struct PredictClauses: Hashable, Sendable {
  package var from: TableReference?
  package var asOf: Expression?
  package var condition: Expression?

  package init() {}
}

/// Holds the clauses of `CAMPAIGN m OFFER 20 [KEEP γ] [ACCEPT ψ] [VALUE expr] [AS OF t] [SHOW part]`.
package struct CampaignClauses: Hashable, Sendable {
  /// Names what is shown of a campaign.
  package enum Part: String, Hashable, Sendable, CaseIterable {
    /// One row a user worth treating, the most profitable first.
    case users = "USERS"
    /// One row a share of users: expected profit with its interval.
    case curve = "CURVE"
    /// One row: how many to treat, what it should bring, what it brought on the test rows.
    case summary = "SUMMARY"
  }

  package var offer: Expression?
  package var keep: OfferChance?
  package var accept: OfferChance?
  package var value: Expression?
  package var asOf: Expression?
  package var part: Choice<Part>?

  package init() {}
}

/// Holds `SAVE MODEL m INTO 'm.json' [FORMAT xgboost|lightgbm]`.
package struct SaveModelStatement: Hashable, Sendable {
  package var model: Identifier
  package var into: IntoClause
  package var format: Choice<ModelFormat>?

  package init(model: Identifier, into: IntoClause, format: Choice<ModelFormat>? = nil) {
    self.model = model
    self.into = into
    self.format = format
  }
}

/// Holds `LOAD MODEL 'm.json' [AS m] [FORMAT xgboost|lightgbm]`.
package struct LoadModelStatement: Hashable, Sendable {
  package var path: LoadStatement.Path
  package var name: Identifier?
  package var format: Choice<ModelFormat>?

  package init(path: LoadStatement.Path) {
    self.path = path
  }
}

/// Names a file format of models.
package enum ModelFormat: String, Hashable, Sendable, CaseIterable {
  case bql = "BQL"
  case xgboost = "XGBOOST"
  case lightgbm = "LIGHTGBM"
}
