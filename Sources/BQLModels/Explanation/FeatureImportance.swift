import BQLColumnar

/// Weighs features by what the trees did with them.
package struct SplitImportance: Hashable, Sendable {
  /// What the splits by each feature gained in training, summed; shape `[features]`.
  package let gains: [Double]
  /// How many splits ask each feature; shape `[features]`.
  package let splits: [Int]

  /// Adds up the splits of a model.
  package init(_ model: BoostedTrees) {
    var gains = [Double](repeating: 0, count: model.featureCount)
    var splits = [Int](repeating: 0, count: model.featureCount)
    for tree in model.trees {
      for node in tree.nodes where !node.isLeaf {
        gains[Int(node.feature)] += node.gain
        splits[Int(node.feature)] += 1
      }
    }
    self.gains = gains
    self.splits = splits
  }
}

/// Weighs a feature by what a measure loses when the feature's values change hands.
package struct PermutationImportance: Hashable, Sendable {
  /// The measure as it is, less its mean over the shuffles.
  package let mean: Double
  /// Its standard deviation over the shuffles, by `n`.
  package let deviation: Double

  /// Shuffles each feature of a table in turn.
  ///
  /// The draws depend on seed, feature and repeat alone: the same numbers at any thread count.
  ///
  /// - `repeats`: Shuffles of each feature, at least 1.
  /// - `measure`: Of margins, larger being better, such as ``RankedScores/rocAUC(weights:)``; nil
  ///   where it has no answer, which leaves the shuffle out.
  /// - Returns: One a feature; nil of a feature without an answer, and of all where the margins as
  ///   they are have none.
  /// - Throws: ``ModelError/shape(expected:found:)``, ``ModelError/noRows``,
  ///   ``ModelError/parameter(_:)``, ``ModelError/interrupted``.
  /// - Complexity: O(*features* · *repeats*) times that of the margins.
  ///
  /// Source: L. Breiman, *Machine Learning* 45, 2001, doi:10.1023/A:1010933404324.
  package static func table(
    _ model: BoostedTrees,
    _ table: FeatureTable,
    repeats: Int = 5,
    seed: UInt64 = 1,
    threads: Int,
    interruption: Interruption = .none,
    measure: @Sendable ([Double]) -> Double?
  ) throws(ModelError) -> [PermutationImportance?] {
    try model.check(table)
    guard table.rowCount > 0 else { throw .noRows }
    guard repeats >= 1 else { throw .parameter("repeats") }
    let predictor = TreePredictor(model)
    let base = measure(try predictor.margins(table, threads: threads, interruption))
    let asked = SplitImportance(model).splits
    return try ParallelWork.map(
      count: table.columns.count,
      threads: threads
    ) { (feature) throws(ModelError) -> PermutationImportance? in
      guard let base else { return nil }
      // No split asks it: nothing can change.
      if asked[feature] == 0 { return PermutationImportance(mean: 0, deviation: 0) }
      var losses: [Double] = []
      for number in 0..<repeats {
        var random = SeededStream(seed: seed, stream: UInt64(feature * repeats + number))
        var columns = table.columns
        columns[feature].values.shuffle(using: &random)
        let shuffled = FeatureTable(unchecked: columns, rowCount: table.rowCount)
        if let value = measure(try predictor.margins(shuffled, threads: 1, interruption)) {
          losses.append(base - value)
        }
      }
      guard !losses.isEmpty else { return nil }
      let mean = losses.reduce(0, +) / Double(losses.count)
      let square = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(losses.count)
      return PermutationImportance(mean: mean, deviation: square.squareRoot())
    }
  }
}
