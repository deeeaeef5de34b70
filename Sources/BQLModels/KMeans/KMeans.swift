import BQLColumnar

/// Partitions rows into clusters of least squared distance to their centres.
///
/// Minimises `Σᵢ min_c |xᵢ − c|²` by Lloyd's iterations from centres of greedy k-means++, several
/// times. No cluster is empty: where there are fewer distinct rows than clusters were asked for,
/// there are fewer clusters, and ``hasFewerClusters`` says so.
///
/// The same rows, options and seed give the same bits at any thread count.
package struct KMeans: Hashable, Sendable {
  /// Shape `[clusters, columns]`.
  package let centres: Matrix
  /// The cluster of each row, from 0; shape `[rows]`.
  package let labels: [Int32]
  /// Rows of each cluster, at least 1; shape `[clusters]`.
  package let counts: [Int]
  /// `Σᵢ |xᵢ − c(i)|²`.
  package let inertia: Double
  /// Of the start that counts.
  package let iterations: Int
  /// Whether that start came to rest within the iteration limit.
  package let isConverged: Bool
  package let hasFewerClusters: Bool

  /// Fits a matrix without NaN from several starts.
  ///
  /// - Throws: As fitting prepared rows does, and what ``KMeansRows/init(_:)`` throws.
  package init(
    _ matrix: Matrix,
    _ options: KMeansOptions,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    try options.check()
    try self.init(KMeansRows(matrix), options, threads: threads, interruption: interruption)
  }

  /// Fits prepared rows from several starts of greedy k-means++.
  ///
  /// - Throws: ``ModelError/clusterCount(_:)`` below 1, ``ModelError/parameter(_:)``.
  /// - Complexity: O(starts · iterations · *n* · *k* · *d*) time at most; boxes and bounds leave a
  ///   small part of it. O(*n* · min(starts, threads)) memory.
  package init(
    _ rows: KMeansRows,
    _ options: KMeansOptions,
    threads: Int,
    interruption: Interruption = .none
  ) throws(ModelError) {
    try options.check()
    // Each start is computed alike on one thread or on several.
    let within = max(1, threads / options.starts)
    let best = KMeansBest()
    try ParallelWork.forEach(
      count: options.starts,
      threads: threads
    ) { (start) throws(ModelError) in
      var random = SeededStream(seed: options.seed, stream: UInt64(start))
      let centres = KMeansSeeding.centres(
        rows,
        count: min(options.clusters, rows.rowCount),
        random: &random
      )
      let outcome = try LloydRun.outcome(
        rows,
        from: centres,
        options,
        threads: within,
        interruption
      )
      best.offer(outcome, start)
    }
    guard let outcome = best.outcome else { throw .parameter("starts") }
    self.init(rows, outcome, requested: options.clusters)
  }

  /// Fits rows from given centres, in one run.
  ///
  /// - Parameters:
  ///   - rows: Prepared.
  ///   - start: Shape `[clusters, columns]`, finite.
  ///   - options: Tolerance and iteration limit; the others are not looked at.
  ///   - threads: At most so many.
  /// - Throws: ``ModelError/clusterCount(_:)`` without centres, ``ModelError/shape(expected:found:)``
  ///   where the number of columns differs, ``ModelError/notFinite(row:column:)``.
  package init(
    _ rows: KMeansRows,
    from start: Matrix,
    _ options: KMeansOptions,
    threads: Int
  ) throws(ModelError) {
    guard start.rowCount >= 1 else { throw .clusterCount(start.rowCount) }
    guard start.columnCount == rows.columnCount else {
      throw .shape(expected: rows.columnCount, found: start.columnCount)
    }
    try start.checkForDistances()
    let outcome = try LloydRun.outcome(
      rows,
      from: PackedRows.pack(start.values, rows: start.rowCount, columns: start.columnCount),
      options,
      threads: threads,
      .none
    )
    self.init(rows, outcome, requested: start.rowCount)
  }

  /// Leaves clusters without rows out.
  private init(_ rows: KMeansRows, _ outcome: LloydRun.Outcome, requested: Int) {
    let kept = outcome.counts.indices.filter { outcome.counts[$0] > 0 }
    let width = rows.width
    let points = kept.flatMap { outcome.centres[$0 * width..<($0 + 1) * width] }
    var labels = rows.byRow(outcome.labels)
    if kept.count < outcome.counts.count {
      var numbers = [Int32](repeating: -1, count: outcome.counts.count)
      for (number, cluster) in kept.enumerated() { numbers[cluster] = Int32(number) }
      for row in labels.indices { labels[row] = numbers[Int(labels[row])] }
    }
    centres = Matrix(
      trusted: PackedRows.unpack(points, rows: kept.count, columns: rows.columnCount),
      rowCount: kept.count,
      columnCount: rows.columnCount
    )
    self.labels = labels
    counts = kept.map { outcome.counts[$0] }
    inertia = outcome.inertia
    iterations = outcome.iterations
    isConverged = outcome.isConverged
    hasFewerClusters = kept.count < requested
  }
}
