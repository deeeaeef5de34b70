/// Says how k-means looks for clusters; the defaults are scikit-learn's, but with 10 starts.
package struct KMeansOptions: Hashable, Sendable {
  /// The number of clusters asked for, at least 1.
  package var clusters: Int
  /// How often it starts from other centres; the run of least inertia counts.
  package var starts: Int
  package var seed: UInt64
  /// Of the centres' squared shifts, relative to the mean variance of the columns.
  package var tolerance: Double
  package var maximumIterations: Int

  package init(
    clusters: Int,
    starts: Int = 10,
    seed: UInt64 = 1,
    tolerance: Double = 1e-4,
    maximumIterations: Int = 300
  ) {
    self.clusters = clusters
    self.starts = starts
    self.seed = seed
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
  }

  func check() throws(ModelError) {
    guard clusters >= 1 else { throw .clusterCount(clusters) }
    guard starts >= 1 else { throw .parameter("starts") }
    guard tolerance >= 0 else { throw .parameter("tolerance") }
    guard maximumIterations >= 1 else { throw .parameter("maximumIterations") }
  }
}
