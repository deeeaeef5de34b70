/// Says how logistic regression is penalised and when it is done.
package struct LogisticOptions: Hashable, Sendable {
  /// `λ >= 0`, of the mean loss.
  package var penalty: Double
  /// The share of the penalty that is L1, `0...1`: 1 is the lasso, 0 is ridge regression.
  package var l1Share: Double
  /// Done when no coefficient, in units of its column's deviation, moves by more.
  package var tolerance: Double
  package var maximumIterations: Int

  package init(
    penalty: Double,
    l1Share: Double = 0,
    tolerance: Double = 1e-8,
    maximumIterations: Int = 100
  ) {
    self.penalty = penalty
    self.l1Share = l1Share
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
  }

  func check() throws(ModelError) {
    guard penalty >= 0, penalty < Matrix.largest else { throw .parameter("penalty") }
    guard l1Share >= 0, l1Share <= 1 else { throw .parameter("l1Share") }
    guard tolerance > 0 else { throw .parameter("tolerance") }
    guard maximumIterations >= 1 else { throw .parameter("maximumIterations") }
  }
}
