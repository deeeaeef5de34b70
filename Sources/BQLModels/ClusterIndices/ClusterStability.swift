import BQLColumnar

/// Says how far clusters come back when k-means sees other rows of the same kind.
package struct ClusterStability: Hashable, Sendable {
  /// The mean adjusted Rand index over the resamples.
  package let mean: Double
  /// Between these the middle 95 % of the resamples lie: quantiles 0.025 and 0.975, type 7.
  package let low: Double
  package let high: Double
  package let resamples: Int

  /// Says how stability is measured.
  package struct Options: Hashable, Sendable {
    package var resamples: Int
    /// Rows drawn for a resample, at most; as many as there are where there are fewer.
    package var resampleRows: Int
    /// Rows on which the two clusterings are compared, at most.
    package var judgedRows: Int
    /// Starts of k-means on each resample.
    package var starts: Int

    package init(
      resamples: Int = 20,
      resampleRows: Int = 10_000,
      judgedRows: Int = 10_000,
      starts: Int = 3
    ) {
      self.resamples = resamples
      self.resampleRows = resampleRows
      self.judgedRows = judgedRows
      self.starts = starts
    }
  }

  /// Fits k-means anew on bootstrap resamples and compares what it says with given labels.
  ///
  /// Each resample draws rows with replacement, at most `options.resampleRows` of them, fits with the
  /// options of k-means but `options.starts` starts, and assigns one seeded sample of the original
  /// rows to the centres it found; the adjusted Rand index of that with `labels` is taken. Where
  /// there are more rows than a resample has, this is the stability of a smaller data set: low
  /// rather than high.
  ///
  /// - Parameters:
  ///   - matrix: Shape `[rows, columns]`, finite.
  ///   - labels: Of the clustering that is judged; shape `[rows]`.
  ///   - kMeans: As the labels were made, but for the starts; its seed draws the rows.
  ///   - options: How resamples are made.
  ///   - threads: At most so many.
  ///   - interruption: Asked between the runs of k-means.
  /// - Throws: What ``KMeans`` throws; ``ModelError/parameter(_:)`` of an option below 1;
  ///   ``ModelError/shape(expected:found:)`` of the labels.
  /// - Complexity: resamples times that of k-means on `resampleRows` rows.
  ///
  /// Source: C. Hennig, *Comput. Stat. Data Anal.* 52(1), 2007, doi:10.1016/j.csda.2006.11.025.
  package init(
    _ matrix: Matrix,
    _ labels: [Int32],
    _ kMeans: KMeansOptions,
    _ options: Options = Options(),
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    try matrix.checkForDistances()
    try kMeans.check()
    guard labels.count == matrix.rowCount else {
      throw .shape(expected: matrix.rowCount, found: labels.count)
    }
    guard options.resamples >= 1 else { throw .parameter("resamples") }
    guard options.resampleRows >= 1 else { throw .parameter("resampleRows") }
    guard options.judgedRows >= 1 else { throw .parameter("judgedRows") }
    guard options.starts >= 1 else { throw .parameter("starts") }
    var random = SeededStream(seed: kMeans.seed, stream: 0xB0_07)
    let judged = random.sample(options.judgedRows, of: matrix.rowCount)
    let judgedMatrix = matrix.selecting(judged)
    let reference = judged.map { labels[Int($0)] }
    let indices = try ParallelWork.map(
      count: options.resamples,
      threads: threads
    ) { (resample) throws(ModelError) in
      var random = SeededStream(seed: kMeans.seed, stream: 0xB0_08 + UInt64(resample))
      let drawn = (0..<min(options.resampleRows, matrix.rowCount)).map { _ in
        Int32(truncatingIfNeeded: random.below(matrix.rowCount))
      }
      var own = kMeans
      own.starts = options.starts
      own.seed = random.next()
      let model = try KMeans(
        matrix.selecting(drawn),
        own,
        threads: 1,
        interruption: interruption
      )
      let found = try NearestCentre.assign(judgedMatrix, to: model.centres, threads: 1)
      return try AdjustedRand.index(reference, found) ?? 0
    }
    let sorted = Quantiles.sorted(indices)
    mean = indices.reduce(0, +) / Double(indices.count)
    low = Quantiles.quantile(sorted, 0.025) ?? mean
    high = Quantiles.quantile(sorted, 0.975) ?? mean
    resamples = options.resamples
  }
}
