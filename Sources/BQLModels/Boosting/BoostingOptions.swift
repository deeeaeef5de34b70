/// Says how trees are boosted; the defaults are LightGBM's, but for the number of bins of
/// categories.
package struct BoostingOptions: Hashable, Sendable {
  package var loss: BoostingLoss
  /// Trees grown at most.
  package var trees = 100
  /// What each tree's answer is multiplied by.
  package var rate = 0.1
  /// Leaves of a tree at most, at least 2.
  package var leaves = 31
  /// Splits on the way to a leaf at most; nil for no limit.
  package var maximumDepth: Int?
  /// Rows of a leaf at least; where second derivatives differ, told by its share of its parent's.
  package var minimumRows = 20
  /// Sum of second derivatives of a leaf at least.
  package var minimumHessian = 1e-3
  /// What a split must gain at least.
  package var minimumGain = 0.0
  package var l1 = 0.0
  package var l2 = 0.0
  /// Bins of a number, 2...255.
  package var bins = 255
  /// The share of rows that a tree sees, drawn without replacement.
  package var rowShare = 1.0
  /// The share of features that a tree sees, at least one.
  package var columnShare = 1.0
  /// Of each feature, +1 where the margin must not fall as it grows, −1 where it must not rise, 0
  /// else; empty for none.
  ///
  /// Categories take 0 only.
  package var monotone: [Int] = []
  /// Added to `l2` where a split is by categories.
  package var categoryL2 = 10.0
  /// Pulls the order of rare categories to the middle; in units of second derivatives.
  package var categorySmoothing = 10.0
  /// Categories on the listed side of a split at most.
  package var maximumCategories = 32
  /// Rows of a category in a node at least; rarer ones are not listed.
  package var categoryRows = 10
  /// Rows between two splits that are tried, where there are more than four categories.
  package var categoryGroupRows = 100
  /// What the rows of class 1 weigh beside their own weights; logistic loss alone.
  package var positiveWeight = 1.0
  /// Ends after so many trees that did not lower the loss of the validation rows; nil for never.
  package var patience: Int?
  package var seed: UInt64 = 1

  /// Takes a loss, and the defaults for all else.
  package init(_ loss: BoostingLoss) { self.loss = loss }

  /// Refuses parameters without meaning.
  ///
  /// - Throws: ``ModelError/parameter(_:)`` with the parameter's name.
  func check(_ table: FeatureTable) throws(ModelError) {
    guard trees >= 0, trees <= 1_000_000 else { throw .parameter("trees") }
    guard rate > 0, rate.isFinite else { throw .parameter("rate") }
    guard leaves >= 2, leaves <= 1 << 17 else { throw .parameter("leaves") }
    guard maximumDepth ?? 1 >= 1 else { throw .parameter("maximumDepth") }
    guard minimumRows >= 1 else { throw .parameter("minimumRows") }
    guard minimumHessian >= 0, minimumHessian.isFinite else { throw .parameter("minimumHessian") }
    guard minimumGain >= 0, minimumGain.isFinite else { throw .parameter("minimumGain") }
    guard l1 >= 0, l1.isFinite else { throw .parameter("l1") }
    guard l2 >= 0, l2.isFinite else { throw .parameter("l2") }
    guard (2...255).contains(bins) else { throw .parameter("bins") }
    guard rowShare > 0, rowShare <= 1 else { throw .parameter("rowShare") }
    guard columnShare > 0, columnShare <= 1 else { throw .parameter("columnShare") }
    guard categoryL2 >= 0, categoryL2.isFinite else { throw .parameter("categoryL2") }
    guard categorySmoothing >= 0, categorySmoothing.isFinite else {
      throw .parameter("categorySmoothing")
    }
    guard categoryRows >= 0 else { throw .parameter("categoryRows") }
    guard categoryGroupRows >= 0 else { throw .parameter("categoryGroupRows") }
    guard maximumCategories >= 1 else { throw .parameter("maximumCategories") }
    guard positiveWeight > 0, positiveWeight.isFinite else { throw .parameter("positiveWeight") }
    guard patience ?? 1 >= 1 else { throw .parameter("patience") }
    guard monotone.isEmpty || monotone.count == table.columns.count else {
      throw .shape(expected: table.columns.count, found: monotone.count)
    }
    for (direction, column) in zip(monotone, table.columns) {
      guard abs(direction) <= 1, direction == 0 || column.kind == .number else {
        throw .parameter("monotone")
      }
    }
  }
}
