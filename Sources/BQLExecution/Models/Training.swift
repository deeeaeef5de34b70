import BQLColumnar
import BQLModels
package import BQLPlanning

/// Trains models: from the rows of a plan to something that can be judged and asked.
package enum Training {
  /// Rows of each class that training and test need.
  private static let fewestRows = 30
  /// Test rows whose features are kept to explain the model by.
  private static let explainedRows = 10_000

  /// Learns what a plan asks for.
  ///
  /// The same rows, seed and version give the same bits at any thread count.
  package static func run(
    _ plan: TrainPlan,
    version: String,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> (entry: ModelEntry, notes: [String]) {
    var notes: [String] = []
    let rows = try ModelRows(plan.rows, context, notes: &notes)
    let labels = try ModelLabels(plan, rows)
    let known = labels.values.indices.filter { !labels.values[$0].isNaN }
      .map { Int32(truncatingIfNeeded: $0) }
    if known.count < rows.rowCount {
      notes.append(
        "\(NoteText.count(rows.rowCount - known.count, "rows")) without a label left out"
      )
    }
    let split = ModelSplit(rows, known: known, plan)
    try check(split, labels, plan)
    try context.checkCancelled()
    let features = rows.features(seenIn: split.training)
    let table = try rows.table(features, threads: context.threads)
    let names = features.map(\.name)
    let learner = ModelLearner(
      plan: plan,
      table: table,
      labels: labels.values,
      isClassification: labels.isClassification,
      split: split,
      times: rows.times,
      context: context
    )
    var facts: [String] = []
    let (learnt, calibration) = try ModelWork.attempt(names) {
      () throws(ModelError) -> (LearnedModel, ProbabilityCalibration?) in
      try learner.learn(&facts)
    }
    try context.checkCancelled()
    let model = TrainedModel(features: features, learner: learnt, calibration: calibration)
    let holdout = try ModelWork.attempt(names) { () throws(ModelError) in
      try self.holdout(of: model, rows, learner, plan, context)
    }
    notes += describe(split, labels, plan, context) + facts
    if labels.isClassification {
      notes += try ModelLeaks(table, split.test, holdout, context).warnings(names: names)
    }
    let entry = ModelEntry(
      name: plan.name,
      definition: plan.definition,
      statement: nil,
      targetName: targetName(plan.target),
      owner: plan.rows.owner,
      model: model,
      holdout: holdout,
      card: ModelCard(
        learner: plan.learner.method.rawValue,
        split: split.description,
        trainRows: split.training.count,
        testRows: split.test.count,
        seed: plan.seed,
        fingerprint: fingerprint(table, labels.values),
        version: version,
        monotone: plan.monotoneNames
      ),
      sources: plan.sources
    )
    return (entry, notes)
  }

  private static func targetName(_ target: TrainPlan.Target) -> String {
    switch target {
    case .churn: "churn"
    case .highValue: "high_value"
    case .revenue: "revenue"
    case .returning: "return"
    case .conversion: "conversion"
    case .column(let name): name
    }
  }

  /// Refuses rows that no model can be learnt from or judged by.
  private static func check(
    _ split: ModelSplit,
    _ labels: ModelLabels,
    _ plan: TrainPlan
  ) throws(ExecutionError) {
    for (part, rows) in [("to learn from", split.training), ("to test", split.test)] {
      guard labels.isClassification else {
        guard rows.count >= fewestRows else {
          throw .unfit(
            "\(NoteText.count(rows.count, "rows")) \(part), and a model needs \(fewestRows)",
            hint: hint(plan)
          )
        }
        continue
      }
      let positives = rows.count { labels.values[Int($0)] == 1 }
      for (count, what) in [(positives, "1"), (rows.count - positives, "0")]
      where count < fewestRows {
        throw .unfit(
          "\(NoteText.count(count, "rows")) of class \(what) \(part), and a model needs "
            + "\(fewestRows) of each",
          hint: hint(plan)
        )
      }
    }
    if split.growing.isEmpty || split.validation.isEmpty {
      throw .unfit("too few rows to learn from", hint: hint(plan))
    }
  }

  private static func hint(_ plan: TrainPlan) -> String {
    guard case .users(let owner) = plan.rows.owner, let newest = owner.cutoffs.first else {
      return "more rows, or another SPLIT"
    }
    let span = newest + owner.horizon - owner.logStart
    let days = { (span: Int64) in span / 86_400_000_000 }
    let longest = span / 3
    return "the log spans \(days(span)) days and the HORIZON \(days(owner.horizon)); the longest "
      + "that fits two cutoffs is \(days(longest)) days"
  }

  private static func describe(
    _ split: ModelSplit,
    _ labels: ModelLabels,
    _ plan: TrainPlan,
    _ context: ExecutionContext
  ) -> [String] {
    let counts =
      "\(NoteText.count(split.training.count, "rows")) to learn from, \(split.test.count) to test"
    var notes = ["\(counts); split: \(split.description)"]
    if labels.isClassification { notes[0] += "; class 1: \(labels.positive)" }
    if split.undated > 0 {
      notes.append("\(NoteText.count(split.undated, "rows")) without a time left out")
    }
    if split.purged > 0 {
      notes.append(
        "\(NoteText.count(split.purged, plan.rows.unitName)) left out: they went on when the test had "
          + "begun"
      )
    }
    if !plan.monotoneNames.isEmpty {
      notes.append(
        "monotone: \(plan.monotoneNames.joined(separator: ", ")); as a feature grows the score never "
          + "falls (UP) or never rises (DOWN)"
      )
    }
    guard case .users(let owner) = plan.rows.owner else { return notes }
    let shown = owner.cutoffs.map { ValueText.text(timestamp: $0, in: context.timeZone) }
    let days = FeatureText.number(Double(owner.horizon) / 86_400_000_000)
    notes.append(
      "cutoffs, the newest first: \(shown.joined(separator: ", ")); features up to each, labels up to "
        + "\(days) days behind it"
    )
    return notes
  }

  /// Lets the model and simple rules speak of the rows that it was not shown.
  private static func holdout(
    of model: TrainedModel,
    _ rows: ModelRows,
    _ learner: ModelLearner,
    _ plan: TrainPlan,
    _ context: ExecutionContext
  ) throws(ModelError) -> ModelHoldout {
    let (test, training) = (learner.split.test, learner.split.training)
    let table = learner.table.selecting(test)
    var random = SeededStream(seed: plan.seed, stream: 0x5A3)
    let sample =
      test.count > explainedRows
      ? random.sample(explainedRows, of: test.count).sorted()
      : test.indices.map { Int32(truncatingIfNeeded: $0) }
    return ModelHoldout(
      labels: test.map { learner.labels[Int($0)] },
      predictions: try model.predictions(
        of: table,
        threads: context.threads,
        interruption: context.interruption
      ),
      baselines: try ModelBaselines(learner, rows).predictions(training: training, test: test),
      keys: rows.keys?.gather(test),
      groups: test.map { rows.groups[Int($0)] },
      values: worth(rows, test, plan),
      sample: sample,
      sampleTable: table.selecting(sample)
    )
  }

  /// What customers were worth at the cutoff, and with the horizon known; nil where nothing tells.
  private static func worth(
    _ rows: ModelRows,
    _ test: [Int32],
    _ plan: TrainPlan
  ) -> ModelHoldout.Worth? {
    guard case .users(let owner) = plan.rows.owner, let spent = rows.spent,
      let revenue = rows.revenue,
      let times = rows.times
    else { return nil }
    func cutoff(_ row: Int32) -> Int64 {
      let step = Int(-times[Int(row)])
      return owner.cutoffs.indices.contains(step - 1) ? owner.cutoffs[step - 1] : 0
    }
    func money(_ number: Double) -> Double { number.isNaN ? 0 : number }
    return ModelHoldout.Worth(
      atCutoff: test.map { owner.worth(of: money(spent[Int($0)]), at: cutoff($0)) },
      atHorizonEnd: test.map { row in
        let all = money(spent[Int(row)]) + money(revenue[Int(row)])
        return owner.worth(of: all, at: cutoff(row) + owner.horizon)
      }
    )
  }

  /// A number of all that the model saw: FNV-1a over the bits of features and labels.
  private static func fingerprint(_ table: FeatureTable, _ labels: [Double]) -> String {
    let columns = table.columns.map(\.values) + [labels]
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for column in columns {
      for value in column {
        hash = (hash ^ (value.isNaN ? 0x7FF8_0000_0000_0000 : value.bitPattern)) &* 0x100_0000_01B3
      }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
