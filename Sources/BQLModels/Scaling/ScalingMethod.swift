/// Says how columns are made comparable before distances are taken.
package enum ScalingMethod: String, Hashable, Sendable, CaseIterable {
  /// As they are.
  case none
  /// Less the mean, by the standard deviation.
  case zScore
  /// Less the median, by the interquartile range.
  case robust
  /// The z-score of `sign(x) · ln(1 + |x|)`.
  case logZ
  /// Each column by itself: ``logZ`` where its sample skewness is beyond ±1, else ``zScore``.
  case auto
}

/// Holds what one column is scaled with: `(f(x) − centre) / spread`.
package struct ColumnScale: Hashable, Sendable {
  /// What was done; never ``ScalingMethod/auto``.
  package let method: ScalingMethod
  /// Of the column, after the logarithm where the method takes one; 0 for ``ScalingMethod/none``.
  package let centre: Double
  /// Never 0: a column without spread has 1, so that it scales to 0.
  package let spread: Double
  /// The sample skewness of the column as it came; nil below three numbers and without spread.
  package let skewness: Double?
  /// Whether all numbers the scale was fitted on were equal.
  package let isConstant: Bool

  package init(
    method: ScalingMethod,
    centre: Double,
    spread: Double,
    skewness: Double?,
    isConstant: Bool
  ) {
    self.method = method
    self.centre = centre
    self.spread = spread
    self.skewness = skewness
    self.isConstant = isConstant
  }
}
