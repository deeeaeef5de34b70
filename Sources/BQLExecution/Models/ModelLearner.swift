import BQLColumnar
import BQLModels
import BQLPlanning

/// Learns a model from rows, and what makes its scores probabilities.
struct ModelLearner: Sendable {
  let plan: TrainPlan
  let table: FeatureTable
  /// 0 and 1 of classes.
  let labels: [Double]
  let isClassification: Bool
  let split: ModelSplit
  /// Of the rows; −1, −2, … of snapshots.
  let times: [Double]?
  let context: ExecutionContext

  /// Trees that may pass without progress before training ends, where nothing is said.
  private static let patience = 50

  /// Learns what the plan asks for.
  func learn(_ notes: inout [String]) throws(ModelError) -> (LearnedModel, ProbabilityCalibration?)
  {
    switch plan.learner.method {
    case .gbdt: try learnTrees(&notes)
    case .logistic: try learnLogistic(&notes)
    }
  }

  private func weights(_ rows: [Int32]) -> [Double]? {
    guard plan.isBalanced, isClassification else { return nil }
    let positives = rows.count { labels[Int($0)] == 1 }
    let others = rows.count - positives
    guard positives > 0, others > 0 else { return nil }
    let half = Double(rows.count) / 2
    return rows.map { half / Double(labels[Int($0)] == 1 ? positives : others) }
  }

  private func labels(_ rows: [Int32]) -> [Double] { rows.map { labels[Int($0)] } }

  private func learnTrees(
    _ notes: inout [String]
  ) throws(ModelError) -> (LearnedModel, ProbabilityCalibration?) {
    var options = try self.options()
    if let count = plan.tune { options = try tune(count, options, &notes) }
    var calibration: ProbabilityCalibration?
    let endsEarly = options.patience != nil
    if endsEarly || plan.calibration != nil {
      let validation = ValidationRows(
        table.selecting(split.validation),
        labels: labels(split.validation),
        weights: weights(split.validation)
      )
      let first = try BoostedTrees(
        table.selecting(split.growing),
        labels: labels(split.growing),
        weights: weights(split.growing),
        validation: validation,
        options,
        threads: context.threads,
        interruption: context.interruption
      )
      if endsEarly {
        options.trees = max(first.trees.count, 1)
        options.patience = nil
        notes.append(
          "\(NoteText.count(options.trees, "trees")), as many as helped on the validation part"
        )
      }
      if let method = plan.calibration {
        // The validation part was not learnt from: what it says of the scores is no flattery.
        calibration = try Self.calibrated(
          method,
          first.margins(
            of: validation.table,
            threads: context.threads,
            interruption: context.interruption
          ),
          validation.labels
        )
      }
    }
    let model = try BoostedTrees(
      table.selecting(split.training),
      labels: labels(split.training),
      weights: weights(split.training),
      options,
      threads: context.threads,
      interruption: context.interruption
    )
    return (.trees(model), calibration)
  }

  /// Fits probabilities to margins.
  ///
  /// A rising step function says 0 and 1 where all rows at an end agree, which no finite number of
  /// rows can know: one more row of the other class stands at either end.
  private static func calibrated(
    _ method: TrainPlan.Calibration,
    _ margins: [Double],
    _ labels: [Double]
  ) throws(ModelError) -> ProbabilityCalibration {
    guard method == .isotonic, let low = margins.min(), let high = margins.max() else {
      return try ProbabilityCalibration(.platt, margins: margins, labels: labels)
    }
    return try ProbabilityCalibration(
      .isotonic,
      margins: margins + [low, high],
      labels: labels + [1, 0]
    )
  }

  private func tune(
    _ count: Int,
    _ options: BoostingOptions,
    _ notes: inout [String]
  ) throws(ModelError) -> BoostingOptions {
    let candidates = BoostingSpace.candidates(count, around: options, seed: plan.seed)
    let rows = split.training
    var folds: [TimeFold] = []
    if case .users = plan.rows.owner, let times {
      // Between one cutoff and the next lies the horizon: older labels are known.
      folds = try TimeFold.folds(times: rows.map { Int64(times[Int($0)]) }, folds: 2)
    }
    if folds.isEmpty {
      let validation = Set(split.validation)
      let growing = Set(split.growing)
      // Rows that lie between both are in neither.
      let parts = rows.map { validation.contains($0) ? Int64(2) : growing.contains($0) ? 0 : 1 }
      folds = try TimeFold.folds(times: parts, folds: 1, gap: parts.contains(1) ? 1 : 0)
    }
    let search = try SuccessiveHalving(
      table.selecting(rows),
      labels: labels(rows),
      weights: weights(rows),
      folds: folds,
      candidates: candidates,
      threads: context.threads,
      interruption: context.interruption
    )
    let best = search.best
    notes.append(
      "tuned over \(NoteText.count(count, "settings")): trees \(best.trees), leaves \(best.leaves), "
        + "rate \(Self.shown(best.rate)), min_rows \(best.minimumRows), l1 \(Self.shown(best.l1)), "
        + "l2 \(Self.shown(best.l2)), row_share \(Self.shown(best.rowShare)), column_share "
        + Self.shown(best.columnShare)
    )
    return best
  }

  private static func shown(_ number: Double) -> String {
    let scaled = (number * 1_000).rounded() / 1_000
    return "\(scaled)"
  }

  /// The boosting that the statement asks for; what it leaves open suits tables of customers.
  private func options() throws(ModelError) -> BoostingOptions {
    let numbers = plan.learner.numbers
    let loss: BoostingLoss =
      switch plan.learner.loss {
      case "logistic": .logistic
      case "squared": .squared
      case "poisson": .poisson
      case "quantile": .quantile(numbers["quantile"] ?? 0.5)
      default: isClassification ? .logistic : .squared
      }
    var options = BoostingOptions(loss)
    options.trees = Int(numbers["trees"] ?? 500)
    options.leaves = Int(numbers["leaves"] ?? 15)
    options.rate = numbers["rate"] ?? 0.05
    options.maximumDepth = numbers["depth"].map { Int($0) }
    options.minimumRows = Int(numbers["min_rows"] ?? 20)
    options.minimumHessian = numbers["min_hessian"] ?? options.minimumHessian
    options.minimumGain = numbers["min_gain"] ?? 0
    options.l1 = numbers["l1"] ?? 0
    options.l2 = numbers["l2"] ?? 1
    options.bins = Int(numbers["bins"] ?? 255)
    options.rowShare = numbers["row_share"] ?? 1
    options.columnShare = numbers["column_share"] ?? 0.8
    let patience = Int(numbers["patience"] ?? Double(Self.patience))
    options.patience = patience > 0 ? patience : nil
    options.monotone = plan.monotone
    options.seed = plan.seed
    return options
  }

  private func learnLogistic(
    _ notes: inout [String]
  ) throws(ModelError) -> (LearnedModel, ProbabilityCalibration?) {
    let numbers = plan.learner.numbers
    var options = LogisticOptions(
      penalty: numbers["penalty"] ?? 0,
      l1Share: numbers["l1_share"] ?? 0
    )
    var calibration: ProbabilityCalibration?
    let validation = ValidationRows(
      table.selecting(split.validation),
      labels: labels(split.validation),
      weights: weights(split.validation)
    )
    if numbers["penalty"] == nil {
      options.penalty = try Self.bestPenalty(
        sampled(split.growing),
        labels,
        table,
        validation,
        options,
        context
      )
      notes.append("penalty \(options.penalty), the best of some on the validation part")
    }
    if let method = plan.calibration {
      let first = try LogisticModel(
        table.selecting(split.growing),
        labels: labels(split.growing),
        weights: weights(split.growing),
        options,
        threads: context.threads,
        interruption: context.interruption
      )
      calibration = try Self.calibrated(
        method,
        first.margins(of: validation.table),
        validation.labels
      )
    }
    let model = try LogisticModel(
      table.selecting(split.training),
      labels: labels(split.training),
      weights: weights(split.training),
      options,
      threads: context.threads,
      interruption: context.interruption
    )
    return (.logistic(model), calibration)
  }

  /// Rows that a penalty is chosen on, at most.
  private static let penaltyRows = 10_000

  private func sampled(_ rows: [Int32]) -> [Int32] {
    guard rows.count > Self.penaltyRows else { return rows }
    var random = SeededStream(seed: plan.seed, stream: 0x10615)
    return random.sample(Self.penaltyRows, of: rows.count).sorted().map { rows[Int($0)] }
  }

  private static func bestPenalty(
    _ rows: [Int32],
    _ labels: [Double],
    _ table: FeatureTable,
    _ validation: ValidationRows,
    _ options: LogisticOptions,
    _ context: ExecutionContext
  ) throws(ModelError) -> Double {
    var best = (penalty: 0.01, loss: Double.infinity)
    for penalty in [1, 0.1, 0.01, 0.001] {
      var options = options
      options.penalty = penalty
      options.tolerance = 1e-4
      let model = try LogisticModel(
        table.selecting(rows),
        labels: rows.map { labels[Int($0)] },
        options,
        threads: context.threads,
        interruption: context.interruption
      )
      let margins = try model.margins(of: validation.table)
      var sum = 0.0
      for (margin, label) in zip(margins, validation.labels) {
        sum += BoostingLoss.logistic.loss(margin: margin, label: label)
      }
      if sum < best.loss { best = (penalty, sum) }
    }
    return best.penalty
  }

  /// Fits a logistic regression to a sample of the training rows, to compare the model with.
  func logisticBaseline() throws(ModelError) -> LogisticModel {
    let validation = ValidationRows(
      table.selecting(split.validation),
      labels: labels(split.validation)
    )
    var options = LogisticOptions(penalty: 0, tolerance: 1e-4)
    let rows = sampled(split.growing)
    options.penalty = try Self.bestPenalty(
      rows,
      labels,
      table,
      validation,
      options,
      context
    )
    let fitted = sampled(split.training)
    return try LogisticModel(
      table.selecting(fitted),
      labels: labels(fitted),
      options,
      threads: context.threads,
      interruption: context.interruption
    )
  }
}
