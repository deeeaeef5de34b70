import BQLColumnar
import BQLModels
import BQLPlanning

/// Tells how good a model is on the rows that it was not shown, beside simple rules.
struct ModelEvaluation {
  let evaluation: Evaluation
  let model: ModelEntry
  let holdout: ModelHoldout
  let schema: Schema
  private let groups: HoldoutGroups
  let context: ExecutionContext
  let notes: Notes

  init(
    _ question: ModelQuestion,
    _ evaluation: Evaluation,
    _ groups: HoldoutGroups,
    _ context: ExecutionContext,
    _ notes: Notes
  ) throws(ExecutionError) {
    guard let holdout = question.model.holdout else { throw .internal("a model without test rows") }
    self.evaluation = evaluation
    model = question.model
    self.holdout = holdout
    schema = question.schema
    self.groups = groups
    self.context = context
    self.notes = notes
  }

  func relation() throws(ExecutionError) -> Relation {
    var rows: [[Value]] = []
    for group in groups.groups {
      let part = HoldoutPart(holdout, group.rows)
      let own: [[Value]]
      switch evaluation.part {
      case .measures: own = try measures(part)
      case .deciles: own = try ModelWork.attempt([]) { () throws(ModelError) in try deciles(part) }
      case .calibration:
        own = try ModelWork.attempt([]) { () throws(ModelError) in try calibration(part) }
      case .thresholds:
        own = try ModelWork.attempt([]) { () throws(ModelError) in try thresholds(part) }
      }
      rows += own.map { group.values + $0 }
    }
    addNotes()
    return Relation(schema: schema, rows: rows)
  }

  private func addNotes() {
    let count = NoteText.count(holdout.labels.count, "test rows")
    var note = "\(count) that training was not shown"
    if evaluation.part == .measures {
      let draws = ModelBootstrap.resamples(of: holdout.labels.count)
      let unit = holdout.keys == nil ? "rows" : "whole users"
      note += "; 95 % intervals by \(draws) resamples of \(unit)"
    }
    notes.add(note)
    if evaluation.part == .deciles || evaluation.part == .calibration {
      notes.add("rows of equal score stay together")
    }
  }

  private func deciles(_ part: HoldoutPart) throws(ModelError) -> [[Value]] {
    let ranked = try RankedScores(scores: part.predictions, labels: part.labels)
    return try ranked.bands(10).map { band in
      [
        .int(Int64(band.number)), .int(Int64(band.rows)), .int(Int64(band.positives)),
        .float(band.rate), ClusterChoice.cell(band.lift),
        ClusterChoice.cell(band.cumulativePositives), ClusterChoice.cell(band.cumulativeLift),
        .float(band.lowestScore), .float(band.highestScore), .float(band.meanScore),
      ]
    }
  }

  private func calibration(_ part: HoldoutPart) throws(ModelError) -> [[Value]] {
    let measures = try ProbabilityMeasures(probabilities: part.predictions, labels: part.labels)
    return try measures.calibrationTable(bins: 10).enumerated().map { index, row in
      [
        .int(Int64(index + 1)), .int(Int64(row.rows)), .float(row.lowest), .float(row.highest),
        .float(row.meanProbability), .float(row.rate), .float(row.lowerRate), .float(row.upperRate),
      ]
    }
  }

  private func thresholds(_ part: HoldoutPart) throws(ModelError) -> [[Value]] {
    let ranked = try RankedScores(scores: part.predictions, labels: part.labels)
    return ranked.thresholdTable((1...19).map { Double($0) / 20 }).map { row in
      [
        .float(row.threshold), ClusterChoice.cell(row.precision), ClusterChoice.cell(row.recall),
        ClusterChoice.cell(row.specificity.map { 1 - $0 }), ClusterChoice.cell(row.f1),
        .int(Int64(row.truePositives)), .int(Int64(row.falsePositives)),
        .int(Int64(row.trueNegatives)), .int(Int64(row.falseNegatives)),
      ]
    }
  }

  private func measures(_ part: HoldoutPart) throws(ExecutionError) -> [[Value]] {
    guard model.model.isClassifier else {
      let measures = try ModelWork.attempt([]) { () throws(ModelError) in
        try NumberMeasures(part, model.model.learner.loss)
      }
      return try rows(part, measures.names, gains: measures.gains) {
        measures.values(weights: $0)
      } of: {
        measures.baseline($0)
      }
    }
    let measures = try ModelWork.attempt([]) { () throws(ModelError) in
      try ClassMeasures(part, top: evaluation.top)
    }
    if evaluation.dimensions.isEmpty { measures.remarks.forEach(notes.add) }
    return try rows(part, measures.names, gains: measures.gains) {
      measures.values(weights: $0)
    } of: {
      measures.baseline($0)
    }
  }

  /// Puts measures, their intervals and those of the baselines side by side.
  ///
  /// - `gains`: By how much the model is better than baselines: their names and, behind the values of
  ///   the measures, their values.
  private func rows(
    _ part: HoldoutPart,
    _ names: [String],
    gains: [String],
    _ values: @Sendable ([Double]?) -> [Double?],
    of baseline: (Int) -> [Double?]
  ) throws(ExecutionError) -> [[Value]] {
    let intervals = try ModelBootstrap.intervals(
      groups: part.groups,
      seed: model.card.seed,
      context
    ) { values($0) }
    let own = values(nil)
    let others = part.baselines.indices.map { baseline($0) }
    var rows: [[Value]] = []
    for (place, name) in (names + gains).enumerated() {
      let interval = intervals.indices.contains(place) ? intervals[place] : nil
      rows.append(
        [
          .text(name), ClusterChoice.cell(own[place]),
          ClusterChoice.cell(own[place] == nil ? nil : interval?.low),
          ClusterChoice.cell(own[place] == nil ? nil : interval?.high),
        ]
          + others.map { $0.indices.contains(place) ? ClusterChoice.cell($0[place]) : .null }
      )
      if place >= names.count, evaluation.dimensions.isEmpty, let interval {
        tell(of: gains[place - names.count], interval)
      }
    }
    return rows
  }

  /// Says whether a gain is more than chance.
  private func tell(of gain: String, _ interval: (low: Double, high: Double)) {
    let rule = gain.split(separator: "_over_").last.map(String.init) ?? gain
    if interval.low > 0 { return }
    notes.add(
      interval.high < 0
        ? "the model is worse than \(rule) on these rows"
        : "the model is not shown to be better than \(rule): the interval of \(gain) holds 0"
    )
  }
}

/// Holds some of the rows that a model was not shown.
struct HoldoutPart: Sendable {
  let labels: [Double]
  let predictions: [Double]
  let groups: [Int32]
  let baselines: [ModelHoldout.Baseline]

  init(_ holdout: ModelHoldout, _ rows: [Int32]) {
    labels = rows.map { holdout.labels[Int($0)] }
    predictions = rows.map { holdout.predictions[Int($0)] }
    groups = rows.map { holdout.groups[Int($0)] }
    baselines = holdout.baselines.map { baseline in
      ModelHoldout.Baseline(
        name: baseline.name,
        predictions: rows.map { baseline.predictions[Int($0)] }
      )
    }
  }
}
