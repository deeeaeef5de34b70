extension BootstrapInterval {
  /// Estimates by how much one ranking's ROC-AUC exceeds another's over the same rows.
  ///
  /// - `groups`, `resamples`, `level`, `seed`: As of
  ///   ``estimate(rows:groups:resamples:level:seed:threads:_:)``; each resample draws the same rows
  ///   for both.
  /// - Throws: ``ModelError/shape(expected:found:)`` where rows differ in number or labels, and as
  ///   ``estimate(rows:groups:resamples:level:seed:threads:_:)``.
  package static func differenceOfAUC(
    _ first: RankedScores,
    _ second: RankedScores,
    groups: [Int32]? = nil,
    resamples: Int = 1000,
    level: Double = 0.95,
    seed: UInt64 = 1,
    threads: Int
  ) throws(ModelError) -> BootstrapInterval? {
    guard first.labels == second.labels else {
      throw .shape(expected: first.rowCount, found: second.rowCount)
    }
    return try estimate(
      rows: first.rowCount,
      groups: groups,
      resamples: resamples,
      level: level,
      seed: seed,
      threads: threads
    ) { weights in
      guard let own = first.rocAUC(weights: weights) else { return nil }
      return second.rocAUC(weights: weights).map { own - $0 }
    }
  }
}
