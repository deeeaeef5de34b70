/// Finds good options with few trees, and spends many on the best alone.
///
/// All candidates grow a share of the trees on each fold; the third of least mean validation loss,
/// of equal ones the earlier, grows three times as many, and so on until the rest grow all trees.
/// Each fold keeps the number of trees that was best on its validation rows.
///
/// Source: K. Jamieson, A. Talwalkar, *AISTATS* 2016, doi:10.48550/arXiv.1502.07943.
package struct SuccessiveHalving: Hashable, Sendable {
  /// One candidate on one rung.
  package struct Trial: Hashable, Sendable {
    /// The candidate's place.
    package let candidate: Int
    /// From 0.
    package let rung: Int
    /// Trees at most.
    package let trees: Int
    /// The mean over folds of the mean loss of the validation rows; infinite where a fold cannot be
    /// trained.
    package let loss: Double
    /// The number of trees that was best, the mean over folds, rounded up.
    package let bestTrees: Int
  }

  private static let factor = 3

  /// Rung by rung, candidates by their place.
  package let trials: [Trial]
  /// The options of least loss on the last rung, with their best number of trees.
  package let best: BoostingOptions
  package let bestLoss: Double

  /// Tries candidates; the same answer at any thread count.
  ///
  /// - `candidates`: At least one, see ``BoostingSpace``; their `trees` are the most that are grown.
  /// - `folds`: At least one, see ``TimeFold/folds(times:folds:gap:)``.
  /// - Throws: ``ModelError/parameter(_:)`` with `candidates` or `folds`; what training throws where
  ///   no candidate can be trained on all folds; ``ModelError/interrupted``.
  package init(
    _ table: FeatureTable,
    labels: [Double],
    weights: [Double]? = nil,
    folds: [TimeFold],
    candidates: [BoostingOptions],
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    guard !candidates.isEmpty else { throw .parameter("candidates") }
    guard !folds.isEmpty else { throw .parameter("folds") }
    var parts: [Part] = []
    for fold in folds { parts.append(try Part(table, labels, weights, fold)) }
    var rungs = 1
    var count = candidates.count
    while count > Self.factor, rungs < 5 {
      count = (count + Self.factor - 1) / Self.factor
      rungs += 1
    }
    var alive = Array(candidates.indices)
    var trials: [Trial] = []
    var failure: ModelError?
    for rung in 0..<rungs {
      let divisor = (rung..<rungs - 1).reduce(1) { product, _ in product * Self.factor }
      var own: [Trial] = []
      for place in alive {
        var options = candidates[place]
        options.trees = max(options.trees / divisor, 1)
        do throws(ModelError) {
          own.append(
            try Self.trial(place, rung, options, parts, threads: threads, interruption)
          )
        } catch {
          if error == .interrupted { throw error }
          failure = error
          own.append(
            Trial(candidate: place, rung: rung, trees: options.trees, loss: .infinity, bestTrees: 0)
          )
        }
      }
      trials += own
      let ranked = own.sorted { ($0.loss, $0.candidate) < ($1.loss, $1.candidate) }
      let kept = rung == rungs - 1 ? 1 : (alive.count + Self.factor - 1) / Self.factor
      alive = ranked.prefix(kept).map(\.candidate).sorted()
      if let failure, ranked.first?.loss == .infinity { throw failure }
    }
    let winner = trials.last { $0.candidate == alive[0] }
    self.trials = trials
    var best = candidates[alive[0]]
    best.trees = max(winner?.bestTrees ?? best.trees, 1)
    best.patience = nil
    self.best = best
    bestLoss = winner?.loss ?? .infinity
  }

  /// Rows of one fold.
  private struct Part {
    let table: FeatureTable
    let labels: [Double]
    let weights: [Double]?
    let validation: ValidationRows

    init(
      _ table: FeatureTable,
      _ labels: [Double],
      _ weights: [Double]?,
      _ fold: TimeFold
    ) throws(ModelError) {
      guard labels.count == table.rowCount else {
        throw .shape(expected: table.rowCount, found: labels.count)
      }
      if let weights, weights.count != labels.count {
        throw .shape(expected: labels.count, found: weights.count)
      }
      for row in fold.training + fold.validation where !labels.indices.contains(Int(row)) {
        throw .parameter("folds")
      }
      self.table = table.selecting(fold.training)
      self.labels = fold.training.map { labels[Int($0)] }
      self.weights = weights.map { own in fold.training.map { own[Int($0)] } }
      validation = ValidationRows(
        table.selecting(fold.validation),
        labels: fold.validation.map { labels[Int($0)] },
        weights: weights.map { own in fold.validation.map { own[Int($0)] } }
      )
    }
  }

  private static func trial(
    _ place: Int,
    _ rung: Int,
    _ options: BoostingOptions,
    _ parts: [Part],
    threads: Int,
    _ interruption: Interruption
  ) throws(ModelError) -> Trial {
    var options = options
    options.patience = options.patience ?? 50
    var (loss, trees) = (0.0, 0)
    for part in parts {
      let model = try BoostedTrees(
        part.table,
        labels: part.labels,
        weights: part.weights,
        validation: part.validation,
        options,
        threads: threads,
        interruption: interruption
      )
      guard let least = model.validationLosses.min() else {
        throw .parameter("trees")
      }
      loss += least / Double(parts.count)
      trees += model.trees.count
    }
    return Trial(
      candidate: place,
      rung: rung,
      trees: options.trees,
      loss: loss,
      bestTrees: (trees + parts.count - 1) / parts.count
    )
  }
}
