/// Predicts by a sum of trees, each grown on what those before it left.
///
/// The margin of a row is the start plus what each tree's leaf adds; ``BoostingLoss`` makes a
/// prediction of it. NaN stands for NULL: each split says where missing values go.
///
/// The same table, labels, options and seed give the same bits at any thread count.
///
/// Sources: J. H. Friedman, *Annals of Statistics* 29(5), 2001, doi:10.1214/aos/1013203451; G. Ke et
/// al., *NeurIPS* 2017 (leaf-wise growth on histograms); Y. Shi et al., *NeurIPS* 2022,
/// doi:10.48550/arXiv.2207.09682 (rounded gradients).
package struct BoostedTrees: Hashable, Sendable {
  package let loss: BoostingLoss
  /// The margin before the first tree.
  package let start: Double
  package let trees: [DecisionTree]
  /// How the columns are to be read, in the order of training; shape `[features]`.
  package let kinds: [FeatureKind]
  /// The mean loss of the validation rows after each tree; empty without such.
  package let validationLosses: [Double]

  package var featureCount: Int { kinds.count }

  /// Puts a model together, such as one that was read from a file.
  ///
  /// - Throws: ``ModelError/noColumns``; ``ModelError/parameter(_:)`` where a node's children do not
  ///   come behind it in its tree, or it asks a feature that there is not.
  package init(
    loss: BoostingLoss,
    start: Double,
    trees: [DecisionTree],
    kinds: [FeatureKind],
    validationLosses: [Double] = []
  ) throws(ModelError) {
    guard !kinds.isEmpty else { throw .noColumns }
    for tree in trees {
      guard !tree.nodes.isEmpty else { throw .parameter("trees") }
      var parents = [Int](repeating: 0, count: tree.nodes.count)
      for (place, node) in tree.nodes.enumerated() where !node.isLeaf {
        guard Int(node.feature) < kinds.count, Int(node.categorySet) < tree.categorySets.count
        else { throw .parameter("trees") }
        for child in [Int(node.left), Int(node.right)] {
          guard child > place, child < tree.nodes.count else { throw .parameter("trees") }
          parents[child] += 1
        }
      }
      // A node with two parents, or with none, would make of the tree something else.
      guard parents.dropFirst().allSatisfy({ $0 == 1 }) else { throw .parameter("trees") }
    }
    self.init(trusted: loss, start, trees, kinds, validationLosses)
  }

  init(
    trusted loss: BoostingLoss,
    _ start: Double,
    _ trees: [DecisionTree],
    _ kinds: [FeatureKind],
    _ validationLosses: [Double]
  ) {
    self.loss = loss
    self.start = start
    self.trees = trees
    self.kinds = kinds
    self.validationLosses = validationLosses
  }

  /// Returns the model with its first trees alone.
  package func prefix(_ count: Int) -> BoostedTrees {
    BoostedTrees(
      trusted: loss,
      start,
      Array(trees.prefix(max(count, 0))),
      kinds,
      Array(validationLosses.prefix(max(count, 0)))
    )
  }

  /// Refuses a table whose columns are not those of training.
  func check(_ table: FeatureTable) throws(ModelError) {
    guard table.columns.count == kinds.count else {
      throw .shape(expected: kinds.count, found: table.columns.count)
    }
  }

  /// Returns the margin of each row.
  ///
  /// - Throws: ``ModelError/shape(expected:found:)`` where the table has not as many columns as that
  ///   of training; whether they are the same ones is for the caller to know.
  /// - Complexity: O(*n* · *trees* · *depth*).
  package func margins(
    of table: FeatureTable,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) -> [Double] {
    try check(table)
    return try TreePredictor(self).margins(table, threads: threads, interruption)
  }

  /// Returns the prediction of each row: a probability, a mean, a quantile.
  ///
  /// - Throws: As ``margins(of:threads:interruption:)``.
  package func predictions(of table: FeatureTable, threads: Int) throws(ModelError) -> [Double] {
    try margins(of: table, threads: threads).map(loss.prediction)
  }
}
