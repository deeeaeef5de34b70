package import BQLColumnar
package import BQLModels
package import BQLSyntax

/// Holds a model that TRAIN made or LOAD MODEL read, and what is known of it.
package struct ModelEntry: Sendable {
  package var name: String
  /// The statement that made it.
  package var definition: String
  /// nil where the model came from a file of another program.
  package var statement: TrainStatement?
  /// What a prediction is of: `churn`, a column's name.
  package var targetName: String
  /// Whose rows it was trained on; nil where it came from a file.
  package var owner: TrainRows.Owner?
  package var model: TrainedModel
  /// The rows that it was judged by; nil where it came from a file.
  package var holdout: ModelHoldout?
  /// Facts in the order in which SHOW MODELS has them.
  package var card: ModelCard
  /// The states of the tables and attributes that its rows came from; none where it came from a file.
  package var sources: [UserAttribute.TableState]

  package init(
    name: String,
    definition: String,
    statement: TrainStatement?,
    targetName: String,
    owner: TrainRows.Owner?,
    model: TrainedModel,
    holdout: ModelHoldout?,
    card: ModelCard,
    sources: [UserAttribute.TableState] = []
  ) {
    self.name = name
    self.definition = definition
    self.statement = statement
    self.targetName = targetName
    self.owner = owner
    self.model = model
    self.holdout = holdout
    self.card = card
    self.sources = sources
  }
}

/// Holds what says where a model comes from, so that it can be made again.
package struct ModelCard: Hashable, Sendable {
  package var learner: String
  package var split: String
  package var trainRows: Int
  package var testRows: Int
  package var seed: UInt64
  /// A number of the data and labels that the model saw, 16 hexadecimal digits.
  package var fingerprint: String
  package var version: String
  /// What MONOTONE said, such as `orders UP`; empty without it.
  package var monotone: [String]

  package init(
    learner: String,
    split: String,
    trainRows: Int,
    testRows: Int,
    seed: UInt64,
    fingerprint: String,
    version: String,
    monotone: [String] = []
  ) {
    self.learner = learner
    self.split = split
    self.trainRows = trainRows
    self.testRows = testRows
    self.seed = seed
    self.fingerprint = fingerprint
    self.version = version
    self.monotone = monotone
  }
}

/// Holds the rows that a model was not shown, with what it says of them.
package struct ModelHoldout: Sendable {
  /// Holds what a simple rule says of the same rows.
  package struct Baseline: Sendable {
    package var name: String
    package var predictions: [Double]

    package init(name: String, predictions: [Double]) {
      self.name = name
      self.predictions = predictions
    }
  }

  /// Holds what each customer is worth; shape `[rows]`.
  package struct Worth: Sendable {
    /// As it could be known when the prediction was made.
    package var atCutoff: [Double]
    /// With what the horizon brought.
    package var atHorizonEnd: [Double]

    package init(atCutoff: [Double], atHorizonEnd: [Double]) {
      self.atCutoff = atCutoff
      self.atHorizonEnd = atHorizonEnd
    }
  }

  /// 0 and 1 of classes; shape `[rows]`.
  package var labels: [Double]
  package var predictions: [Double]
  package var baselines: [Baseline]
  /// Who each row is of; nil for a table without a key.
  package var keys: Column?
  /// Rows of one number are of one user; shape `[rows]`.
  package var groups: [Int32]
  /// What customers are worth, for campaigns; nil where nothing tells.
  package var values: Worth?
  /// Rows whose features are kept to explain the model by.
  package var sample: [Int32]
  package var sampleTable: FeatureTable

  package init(
    labels: [Double],
    predictions: [Double],
    baselines: [Baseline],
    keys: Column?,
    groups: [Int32],
    values: Worth?,
    sample: [Int32],
    sampleTable: FeatureTable
  ) {
    self.labels = labels
    self.predictions = predictions
    self.baselines = baselines
    self.keys = keys
    self.groups = groups
    self.values = values
    self.sample = sample
    self.sampleTable = sampleTable
  }
}

extension Catalog {
  /// Finds a model without regard to case.
  package func model(named name: String) -> ModelEntry? {
    models.first { $0.name.lowercased() == name.lowercased() }
  }

  /// The name of what a model's rows came from that is no longer as it was; nil where all is.
  package func outdatedSource(of model: ModelEntry) -> String? {
    model.sources.first { state(of: $0.name)?.version != $0.version }?.name
  }

  /// Defines or replaces a model.
  package mutating func define(_ model: ModelEntry) {
    _ = dropModel(model.name)
    models.append(model)
  }

  /// Forgets a model; false where there is none of the name.
  package mutating func dropModel(_ name: String) -> Bool {
    let count = models.count
    noteChange(CatalogItem(.model, name))
    models.removeAll { $0.name.lowercased() == name.lowercased() }
    return models.count < count
  }
}
