/// Says how a mixture is fitted; the defaults are scikit-learn's, but for the starts of k-means.
package struct MixtureOptions: Hashable, Sendable {
  /// The number of components asked for, at least 1.
  package var components: Int
  package var covariance: MixtureCovariance
  /// Added to each variance, in squared units of the columns; `>= 0`.
  package var regularisation: Double
  /// The gain of the mean log-likelihood below which EM ends; `>= 0`.
  package var tolerance: Double
  package var maximumIterations: Int
  /// Starts of the k-means that EM begins with.
  package var starts: Int
  package var seed: UInt64

  package init(
    components: Int,
    covariance: MixtureCovariance = .full,
    regularisation: Double = 1e-6,
    tolerance: Double = 1e-3,
    maximumIterations: Int = 100,
    starts: Int = 10,
    seed: UInt64 = 1
  ) {
    self.components = components
    self.covariance = covariance
    self.regularisation = regularisation
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
    self.starts = starts
    self.seed = seed
  }

  func check() throws(ModelError) {
    guard components >= 1 else { throw .clusterCount(components) }
    guard regularisation >= 0, regularisation.isFinite else { throw .parameter("regularisation") }
    guard tolerance >= 0 else { throw .parameter("tolerance") }
    guard maximumIterations >= 1 else { throw .parameter("maximumIterations") }
    guard starts >= 1 else { throw .parameter("starts") }
  }
}
