import BQLColumnar

/// Describes what a model predicts on average where a feature had one value in all rows.
package struct PartialDependence: Hashable, Sendable {
  /// What the feature was set to; NaN for missing.
  package let value: Double
  package let meanMargin: Double
  package let meanPrediction: Double

  /// Sets a feature to each of some values in turn.
  ///
  /// - `feature`: Its place in the table.
  /// - `values`: nil for quantiles of the feature at even shares, up to `points` different ones, of
  ///   categories for each that occurs.
  /// - `points`: At least 2.
  /// - `rows`: Rows averaged over; a sample of the table's, drawn by seed, where it has more.
  /// - Throws: ``ModelError/shape(expected:found:)``, ``ModelError/noRows``,
  ///   ``ModelError/parameter(_:)`` where there is no such feature, ``ModelError/interrupted``.
  /// - Complexity: O(*points* · *rows* · *trees* · *depth*).
  ///
  /// Source: J. H. Friedman, *Annals of Statistics* 29(5), 2001, doi:10.1214/aos/1013203451, 8.2.
  package static func table(
    _ model: BoostedTrees,
    _ table: FeatureTable,
    feature: Int,
    values: [Double]? = nil,
    points: Int = 20,
    rows: Int = 2000,
    seed: UInt64 = 1,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) -> [PartialDependence] {
    try model.check(table)
    guard table.rowCount > 0 else { throw .noRows }
    guard feature >= 0, feature < table.columns.count else { throw .parameter("feature") }
    guard points >= 2 else { throw .parameter("points") }
    guard rows >= 1 else { throw .parameter("rows") }
    let grid = values ?? grid(table.columns[feature], points)
    var random = SeededStream(seed: seed, stream: 0xDE)
    let sample =
      table.rowCount > rows
      ? table.selecting(random.sample(rows, of: table.rowCount)) : table
    let predictor = TreePredictor(model)
    return try ParallelWork.map(
      count: grid.count,
      threads: threads
    ) { (point) throws(ModelError) -> PartialDependence in
      var columns = sample.columns
      columns[feature].values = [Double](repeating: grid[point], count: sample.rowCount)
      let changed = FeatureTable(unchecked: columns, rowCount: sample.rowCount)
      let margins = try predictor.margins(changed, threads: 1, interruption)
      let predictions = margins.map(model.loss.prediction)
      let count = Double(margins.count)
      return PartialDependence(
        value: grid[point],
        meanMargin: BlockSums.sum(margins.span) / count,
        meanPrediction: BlockSums.sum(predictions.span) / count
      )
    }
  }

  private static func grid(_ column: FeatureColumn, _ points: Int) -> [Double] {
    let sorted = Quantiles.sorted(column.values)
    var grid: [Double] = []
    let candidates =
      column.kind == .category
      ? sorted
      : (0..<points).compactMap { Quantiles.quantile(sorted, Double($0) / Double(points - 1)) }
    for value in candidates where grid.last != value { grid.append(value) }
    return grid
  }
}
