/// Compares clusterings with different numbers of clusters, and chooses one.
///
/// The simplified silhouette decides: the smallest number within 5 % of the best is chosen
/// (`s ≥ best − 0.05 |best|`). The other indices are shown beside it.
package struct ClusterCountSelection: Sendable {
  /// One number of clusters and what the indices say of it.
  package struct Candidate: Hashable, Sendable {
    package let clusters: Int
    package let model: KMeans
    /// Nil for one cluster.
    package let simplifiedSilhouette: Double?
    /// On a seeded sample of at most 10,000 rows; nil as in ``SilhouetteSample``.
    package let sampledSilhouette: Double?
    package let calinskiHarabasz: Double?
    package let daviesBouldin: Double?
    package let stability: ClusterStability
  }

  /// Ascending by the number of clusters; never empty.
  package let candidates: [Candidate]
  /// The place of the chosen one among them.
  package let chosen: Int
  /// Whether numbers were left out because there are fewer distinct rows.
  package let hasFewerClusters: Bool

  /// How far below the best silhouette a smaller number may stay.
  package static let tolerance = 0.05

  /// Fits k-means and computes all indices for each number of clusters of a range.
  ///
  /// - Parameters:
  ///   - matrix: Scaled; shape `[rows, columns]`, finite.
  ///   - counts: Asked for; the number in `options` is not looked at.
  ///   - options: Of k-means; its seed draws all samples as well.
  ///   - stability: How resamples are made.
  ///   - threads: At most so many.
  ///   - interruption: Asked between the runs of k-means.
  /// - Throws: ``ModelError/clusterCount(_:)`` of a range from below 1 on, and what ``KMeans``
  ///   throws.
  /// - Complexity: The sum of those of its parts.
  package init(
    _ matrix: Matrix,
    counts: ClosedRange<Int>,
    _ options: KMeansOptions,
    stability: ClusterStability.Options = ClusterStability.Options(),
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    guard counts.lowerBound >= 1 else { throw .clusterCount(counts.lowerBound) }
    let rows = try KMeansRows(matrix)
    var models: [KMeans] = []
    var hasFewer = false
    for count in counts {
      var own = options
      own.clusters = count
      let model = try KMeans(rows, own, threads: threads, interruption: interruption)
      hasFewer = model.hasFewerClusters
      // Of the numbers beyond what there is to find, the first stands for what was found.
      if !hasFewer || models.isEmpty { models.append(model) }
      if hasFewer { break }
    }
    let sample = try SilhouetteSample(matrix, seed: options.seed)
    let sampled = try sample.means(of: models.map(\.labels), threads: threads)
    var candidates: [Candidate] = []
    for (model, sampled) in zip(models, sampled) {
      try interruption.check()
      var own = options
      own.clusters = model.counts.count
      let dispersion = try ClusterDispersion(matrix, model.labels, threads: threads)
      candidates.append(
        Candidate(
          clusters: model.counts.count,
          model: model,
          simplifiedSilhouette: try SimplifiedSilhouette.mean(
            matrix,
            model.labels,
            model.centres,
            threads: threads
          ),
          sampledSilhouette: sampled,
          calinskiHarabasz: dispersion.calinskiHarabasz,
          daviesBouldin: dispersion.daviesBouldin,
          stability: try ClusterStability(
            matrix,
            model.labels,
            own,
            stability,
            threads: threads,
            interruption: interruption
          )
        )
      )
    }
    self.candidates = candidates
    hasFewerClusters = hasFewer
    chosen = Self.choice(candidates.map(\.simplifiedSilhouette))
  }

  /// Returns the first place within the tolerance of the best; 0 where there is no silhouette.
  static func choice(_ silhouettes: [Double?]) -> Int {
    guard let best = silhouettes.compactMap({ $0 }).max() else { return 0 }
    let least = best - tolerance * abs(best)
    return silhouettes.firstIndex { silhouette in
      silhouette.map { $0 >= least } ?? false
    } ?? 0
  }
}
