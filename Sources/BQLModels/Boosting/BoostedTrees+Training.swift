import BQLColumnar

/// Holds labelled rows that training does not learn from.
package struct ValidationRows: Sendable {
  package var table: FeatureTable
  package var labels: [Double]
  /// `>= 0`; nil where all rows weigh the same.
  package var weights: [Double]?

  package init(_ table: FeatureTable, labels: [Double], weights: [Double]? = nil) {
    self.table = table
    self.labels = labels
    self.weights = weights
  }
}

extension BoostedTrees {
  /// Learns trees from labelled rows.
  ///
  /// Training ends before `options.trees` trees where no leaf can be split any more. With validation
  /// rows and `options.patience` it ends when that many trees have not lowered their loss, and keeps
  /// the trees up to the lowest.
  ///
  /// - `labels`: Shape `[rows]`; what the loss asks for.
  /// - `interruption`: Asked at every split.
  /// - `weights`: `>= 0`, one of them above; shape `[rows]`, nil where all rows weigh 1.
  /// - Throws: ``ModelError/noRows``, ``ModelError/shape(expected:found:)``,
  ///   ``ModelError/label(row:)``, ``ModelError/oneClass``, ``ModelError/weights``,
  ///   ``ModelError/parameter(_:)``, ``ModelError/interrupted``.
  /// - Complexity: O(*n* · *features*) a level of a tree; a byte a value, some 70 bytes a row and two
  ///   KiB a feature and leaf.
  package init(
    _ table: FeatureTable,
    labels: [Double],
    weights: [Double]? = nil,
    validation: ValidationRows? = nil,
    _ options: BoostingOptions,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    try options.check(table)
    if case .quantile = options.loss, options.monotone.contains(where: { $0 != 0 }) {
      throw .parameter("monotone")
    }
    try Self.check(table, labels, weights, options.loss)
    if let validation {
      guard validation.table.columns.count == table.columns.count else {
        throw .shape(expected: table.columns.count, found: validation.table.columns.count)
      }
      try Self.check(validation.table, validation.labels, validation.weights, options.loss)
    }
    let team = WorkerTeam(threads: threads)
    var training = try BoostingRun(
      table,
      labels,
      weights,
      validation,
      options,
      team,
      interruption
    )
    try training.run()
    let kept = training.bestCount ?? training.trees.count
    self.init(
      trusted: options.loss,
      training.start,
      Array(training.trees.prefix(kept)),
      table.columns.map(\.kind),
      training.losses
    )
  }

  private static func check(
    _ table: FeatureTable,
    _ labels: [Double],
    _ weights: [Double]?,
    _ loss: BoostingLoss
  ) throws(ModelError) {
    guard table.rowCount > 0 else { throw .noRows }
    guard labels.count == table.rowCount else {
      throw .shape(expected: table.rowCount, found: labels.count)
    }
    if let weights {
      guard weights.count == labels.count else {
        throw .shape(expected: labels.count, found: weights.count)
      }
      guard weights.allSatisfy({ $0 >= 0 && $0 < Matrix.largest }),
        weights.contains(where: { $0 > 0 })
      else { throw .weights }
    }
    try loss.check(labels: labels)
  }
}
