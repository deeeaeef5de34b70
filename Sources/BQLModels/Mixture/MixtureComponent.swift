/// Says which covariances the components of a mixture have.
package enum MixtureCovariance: String, Hashable, Sendable, CaseIterable {
  /// Each component its own, of any direction.
  case full
  /// Each component its own variance a column, the columns independent within it.
  case diagonal
}

/// Holds one Gaussian of a mixture.
package struct MixtureComponent: Hashable, Sendable {
  /// Its share of the rows; the weights of a mixture sum to 1.
  package let weight: Double
  /// Shape `[columns]`.
  package let mean: [Double]
  /// Shape `[columns * columns]`, row by row; of a diagonal one `[columns]`.
  package let covariance: [Double]

  package init(weight: Double, mean: [Double], covariance: [Double]) {
    self.weight = weight
    self.mean = mean
    self.covariance = covariance
  }
}
