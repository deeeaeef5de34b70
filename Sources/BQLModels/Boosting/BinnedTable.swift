/// Holds a table's bins, eight features to a band.
struct BinnedTable: Sendable {
  let features: [FeatureBins]
  let bands: [FeatureBand]
  let rowCount: Int

  /// Finds the bins of each feature and writes them into bands.
  ///
  /// - Throws: ``ModelError/interrupted``.
  /// - Complexity: O(*n* · *features*) time, a byte a value.
  init(
    _ table: FeatureTable,
    bins: Int,
    _ team: WorkerTeam,
    _ interruption: Interruption
  ) throws(ModelError) {
    try self.init(table, team, interruption) { feature in
      FeatureBins(table.columns[feature], bins: bins)
    }
  }

  /// Writes the bins of a table into bands, by bins found elsewhere.
  ///
  /// - Throws: ``ModelError/interrupted``.
  init(
    _ table: FeatureTable,
    _ features: [FeatureBins],
    _ team: WorkerTeam,
    _ interruption: Interruption
  ) throws(ModelError) {
    try self.init(table, team, interruption) { feature in features[feature] }
  }

  private init(
    _ table: FeatureTable,
    _ team: WorkerTeam,
    _ interruption: Interruption,
    _ bins: @escaping @Sendable (Int) -> FeatureBins
  ) throws(ModelError) {
    rowCount = table.rowCount
    let width = FeatureBand.width
    let count = table.columns.count
    let made = team.map(count: (count + width - 1) / width) { index -> FeatureBand? in
      if interruption.isRequested { return nil }
      let numbers = index * width..<min((index + 1) * width, count)
      let features = numbers.map(bins)
      let band = FeatureBand(
        firstFeature: index * width,
        features: features,
        rows: table.rowCount
      )
      for (place, number) in numbers.enumerated() {
        band.fill(place, features[place].bins(of: table.columns[number].values))
      }
      return band
    }
    try interruption.check()
    bands = made.compactMap { $0 }
    features = bands.flatMap(\.features)
  }

  /// Returns the bin of a row.
  @inline(__always)
  func bin(_ feature: Int, _ row: Int) -> UInt8 {
    let band = bands[feature / FeatureBand.width]
    return UInt8(truncatingIfNeeded: band.words[row] >> UInt64(feature % FeatureBand.width * 8))
  }
}
