import BQLColumnar
import BQLModels
import BQLPlanning

/// Tells what a model goes by, over the rows that it was not shown.
struct ModelExplanation {
  let explanation: Explanation
  let entry: ModelEntry
  let holdout: ModelHoldout
  let schema: Schema
  let context: ExecutionContext
  let notes: Notes

  /// Rows that features are shuffled in, and shuffles of each.
  private static let shuffledRows = 4_000
  private static let shuffles = 5
  /// Rows that are looked through for interactions.
  private static let interactionRows = 200
  /// Rows that a dependence is averaged over, and its points.
  private static let dependenceRows = 2_000
  private static let dependencePoints = 11
  private static let dependenceCategories = 20

  static let rest = "(rest)"

  init(
    _ question: ModelQuestion,
    _ explanation: Explanation,
    _ context: ExecutionContext,
    _ notes: Notes
  ) throws(ExecutionError) {
    guard let holdout = question.model.holdout else { throw .internal("a model without test rows") }
    self.explanation = explanation
    entry = question.model
    self.holdout = holdout
    schema = question.schema
    self.context = context
    self.notes = notes
  }

  private var model: TrainedModel { entry.model }
  private var table: FeatureTable { holdout.sampleTable }
  private var names: [String] { model.features.map(\.name) }

  func relation() throws(ExecutionError) -> Relation {
    let rows: [[Value]]
    switch explanation.part {
    case .importance: rows = try importance()
    case .dependence: rows = try dependence()
    case .interactions: rows = try interactions()
    }
    return Relation(schema: schema, rows: rows)
  }

  /// What the contributions are measured in.
  private var unit: String {
    switch model.learner.loss {
    case .logistic: "log odds"
    case .poisson: "the logarithm of the prediction"
    case .squared, .quantile: "units of \(entry.targetName)"
    }
  }

  /// The features by falling weight, of equal ones in the order of training.
  private func ranked(_ sizes: [Double]) -> [Int] {
    sizes.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
  }

  private func importance() throws(ExecutionError) -> [[Value]] {
    let found = try ModelContributions(model.learner, table, names, context)
    try context.checkCancelled()
    let sizes = found.meanSizes()
    let total = sizes.reduce(0, +)
    var gains: [Double]?
    if case .trees(let trees) = model.learner { gains = SplitImportance(trees).gains }
    let allGains = gains.map { $0.reduce(0, +) }
    func share(_ part: Double, _ whole: Double) -> Value {
      whole > 0 ? .float(part / whole) : .null
    }
    let order = ranked(sizes)
    let top = order.prefix(explanation.top)
    let losses = try shuffled(Array(top))
    var rows = top.enumerated().map { place, feature -> [Value] in
      [
        .text(names[feature]), .float(sizes[feature]), share(sizes[feature], total),
        ClusterChoice.cell(found.direction(feature, table)),
        gains.map { share($0[feature], allGains ?? 0) } ?? .null,
        ClusterChoice.cell(losses[place]),
      ]
    }
    let others = order.dropFirst(explanation.top)
    if !others.isEmpty {
      let size = others.reduce(0) { $0 + sizes[$1] }
      rows.append([
        .text(Self.rest), .float(size), share(size, total), .null,
        gains.map { gains in share(others.reduce(0) { $0 + gains[$1] }, allGains ?? 0) } ?? .null,
        .null,
      ])
    }
    notes.add(
      "mean_abs_shap in \(unit), over \(NoteText.count(table.rowCount, "test rows")); base and "
        + "contributions add up to each prediction (largest gap \(Self.small(found.largestGap)))"
    )
    let measure = model.isClassifier ? "ROC-AUC falls" : "the root mean squared error rises"
    notes.add(
      "direction: rank correlation of value and contribution; permutation: by how much \(measure) "
        + "when the feature is shuffled (\(min(table.rowCount, Self.shuffledRows)) rows, "
        + "\(Self.shuffles) shuffles); none of it proves a cause"
    )
    if others.count > 0 {
      notes.add("\(Self.rest): \(NoteText.count(others.count, "features")), summed")
    }
    return rows
  }

  /// A small number as `3e-16`.
  static func small(_ number: Double) -> String {
    if number == 0 { return "0" }
    var exponent = 0
    var scaled = number
    while scaled < 1, exponent > -400 { (scaled, exponent) = (scaled * 10, exponent - 1) }
    return "\(Int(scaled.rounded()))e\(exponent)"
  }

  /// What the measure of the whole loses when each of some features is shuffled; nil where there is
  /// no measure.
  private func shuffled(_ features: [Int]) throws(ExecutionError) -> [Double?] {
    let count = min(table.rowCount, Self.shuffledRows)
    let places = (0..<count).map { Int32(truncatingIfNeeded: $0) }
    let rows = table.selecting(places)
    let labels = places.map { holdout.labels[Int(holdout.sample[Int($0)])] }
    guard let base = measure(rows, labels) else { return features.map { _ in nil } }
    return try ParallelWork.map(
      count: features.count,
      threads: context.threads
    ) { (index) throws(ExecutionError) -> Double? in
      var losses: [Double] = []
      for shuffle in 0..<Self.shuffles {
        try context.checkCancelled()
        let stream = UInt64(features[index] * Self.shuffles + shuffle)
        var random = SeededStream(seed: entry.card.seed, stream: stream)
        var columns = rows.columns
        columns[features[index]].values.shuffle(using: &random)
        guard let changed = try? FeatureTable(columns), let value = measure(changed, labels) else {
          continue
        }
        losses.append(base - value)
      }
      return losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
    }
  }

  /// The area under the curve of classes, the negative error of numbers.
  private func measure(_ table: FeatureTable, _ labels: [Double]) -> Double? {
    guard let margins = try? model.learner.margins(of: table, threads: 1) else { return nil }
    if model.isClassifier {
      return (try? RankedScores(scores: margins, labels: labels))?.rocAUC()
    }
    let predictions = model.predictions(ofMargins: margins)
    let measures = try? RegressionMeasures(predictions: predictions, labels: labels)
    return measures?.rootMeanSquaredError().map { -$0 }
  }

  private func dependence() throws(ExecutionError) -> [[Value]] {
    let found = try ModelContributions(model.learner, table, names, context)
    let features = ranked(found.meanSizes()).prefix(explanation.top)
    let count = min(table.rowCount, Self.dependenceRows)
    let rows = table.selecting((0..<count).map { Int32(truncatingIfNeeded: $0) })
    var answer: [[Value]] = []
    for feature in features {
      try context.checkCancelled()
      let grid = grid(of: feature)
      let means = try ModelWork.attempt(names) { () throws(ModelError) -> [Double] in
        try ParallelWork.map(
          count: grid.count,
          threads: context.threads
        ) { (point) throws(ModelError) -> Double in
          var columns = rows.columns
          columns[feature].values = [Double](repeating: grid[point], count: count)
          let predictions = try model.predictions(of: FeatureTable(columns), threads: 1)
          return predictions.reduce(0, +) / Double(max(count, 1))
        }
      }
      for (value, mean) in zip(grid, means) {
        let shown = FeatureText.text(value, of: model.features[feature])
        answer.append([.text(names[feature]), shown.map(Value.text) ?? .null, .float(mean)])
      }
    }
    notes.add(
      "mean prediction with the feature set to each value in \(NoteText.count(count, "test rows")); "
        + "a combination that never occurs counts like any other"
    )
    return answer
  }

  /// The values of a feature that are tried: even quantiles, or its commonest categories; missing
  /// last, where it occurs.
  private func grid(of feature: Int) -> [Double] {
    let column = table.columns[feature]
    let sorted = Quantiles.sorted(column.values)
    var grid: [Double] = []
    if column.kind == .category {
      for value in sorted where grid.last != value { grid.append(value) }
      grid = Array(grid.prefix(Self.dependenceCategories))
    } else {
      for point in 0..<Self.dependencePoints {
        let share = Double(point) / Double(Self.dependencePoints - 1)
        guard let value = Quantiles.quantile(sorted, share), grid.last != value else { continue }
        grid.append(value)
      }
    }
    if column.values.contains(where: \.isNaN) { grid.append(.nan) }
    return grid
  }

  private func interactions() throws(ExecutionError) -> [[Value]] {
    guard case .trees(let trees) = model.learner else {
      throw .unfit(
        "a logistic regression adds its features up: there are no interactions",
        hint: "EXPLAIN MODEL \(entry.name) shows what each adds"
      )
    }
    let count = min(table.rowCount, Self.interactionRows)
    let explainer = try ModelWork.attempt(names) { () throws(ModelError) in
      try TreeExplainer(trees, interruption: context.interruption)
    }
    let found = try ParallelWork.map(
      count: count,
      threads: context.threads
    ) { (row) throws(ExecutionError) -> Matrix in
      try context.checkCancelled()
      return try ModelWork.attempt(names) { () throws(ModelError) in
        try explainer.interactions(of: table, row: row, interruption: context.interruption)
      }
    }
    let width = names.count
    var sizes: [(first: Int, second: Int, size: Double)] = []
    for first in 0..<width {
      for second in (first + 1)..<max(width, first + 1) {
        // Half of it stands in each order of the pair.
        let sum = found.reduce(0) { $0 + abs($1[first, second] + $1[second, first]) }
        if sum > 0 { sizes.append((first, second, sum / Double(max(count, 1)))) }
      }
    }
    sizes.sort { ($1.size, $0.first, $0.second) < ($0.size, $1.first, $1.second) }
    var rows = sizes.prefix(explanation.top).map { pair -> [Value] in
      [.text(names[pair.first]), .text(names[pair.second]), .float(pair.size)]
    }
    let others = sizes.dropFirst(explanation.top)
    if !others.isEmpty {
      rows.append([.text(Self.rest), .null, .float(others.reduce(0) { $0 + $1.size })])
    }
    notes.add(
      "what two features add together beyond what each adds alone, in \(unit), over "
        + NoteText.count(count, "test rows")
    )
    return rows
  }
}

/// Shows values of features in words.
enum FeatureText {
  /// The value as it stands in answers; nil where it is missing.
  static func text(_ value: Double, of feature: TrainedModel.Feature) -> String? {
    if value.isNaN { return nil }
    if feature.kind == .category, !feature.categories.isEmpty {
      let place = Int(value)
      return feature.categories.indices.contains(place) ? feature.categories[place] : nil
    }
    return number(value)
  }

  /// A number with four digits that count.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return ValueText.text(.float(value)) }
    var scale = 1.0
    while value != 0, abs(value) * scale < 1_000, scale < 1e12 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() ? "\(Int64(rounded))" : ValueText.text(.float(rounded))
  }
}
