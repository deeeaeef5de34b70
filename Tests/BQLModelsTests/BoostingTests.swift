import BQLModels
import BQLTestSupport
import Testing

/// Trees are those that trying everything finds, whatever the loss and the rules.
@Suite struct BoostingTests {
  static let losses: [BoostingLoss] = [.squared, .logistic, .poisson, .quantile(0.3)]

  /// Few values, with ties and gaps; categories with codes from −2 on.
  static func table(
    _ random: inout SeededGenerator,
    rows: Int,
    columns: Int,
    categories: Bool
  ) throws -> FeatureTable {
    try FeatureTable(
      (0..<columns).map { column in
        let range = Int.random(in: 1...8, using: &random)
        let isCategory = categories && column % 2 == 0
        // At most half of many categories are listed: with what is missing fixed to the other side,
        // that is no longer the best of all subsets.
        let hasGaps = random.chance(50) && (!isCategory || range <= 4)
        let values = (0..<rows).map { _ in
          hasGaps && random.chance(20)
            ? Double.nan : Double(Int.random(in: 0..<range, using: &random)) - 2
        }
        return FeatureColumn(values, isCategory ? .category : .number)
      }
    )
  }

  static func labels(
    _ random: inout SeededGenerator,
    _ table: FeatureTable,
    _ loss: BoostingLoss
  ) -> [Double] {
    let labels = (0..<table.rowCount).map { row in
      let first = table.columns[0].values[row]
      let noise = Int.random(in: 0..<4, using: &random)
      let sum = Int(first.isNaN ? 1 : first) + noise
      return loss == .logistic ? Double(sum & 1) : Double(max(sum, 0))
    }
    guard loss == .logistic, Set(labels).count < 2 else { return labels }
    return labels.indices.map { $0 == 0 ? 0 : 1 }
  }

  @Test(arguments: losses) func splitsAreTheBest(_ loss: BoostingLoss) throws {
    for seed in 0..<ModelRows.cases("BOOSTING_CASES", 60) {
      var random = SeededGenerator(seed: UInt64(seed))
      let table = try Self.table(
        &random,
        rows: Int.random(in: 2...60, using: &random),
        columns: Int.random(in: 1...10, using: &random),
        categories: false
      )
      let labels = Self.labels(&random, table, loss)
      var options = BoostingOptions(loss)
      options.trees = 4
      options.rate = 0.3
      options.leaves = Int.random(in: 2...9, using: &random)
      options.minimumRows = Int.random(in: 1...5, using: &random)
      options.minimumHessian = random.chance(50) ? 0 : 0.5
      options.l1 = random.chance(30) ? 0.7 : 0
      options.l2 = random.chance(50) ? 1.5 : 0
      options.minimumGain = random.chance(20) ? 0.2 : 0
      if random.chance(30) { options.maximumDepth = Int.random(in: 1...3, using: &random) }
      if case .quantile = loss { (options.l1, options.l2) = (0, 0) }
      let isWeighted = random.chance(30) && loss != .quantile(0.3)
      let weights =
        isWeighted ? labels.map { _ in Double.random(in: 0.5...2, using: &random) } : nil
      let model = try BoostedTrees(table, labels: labels, weights: weights, options, threads: 2)
      let plain = PlainBoosting(table: table, labels: labels, weights: weights, options: options)
      #expect(plain.findings(model).isEmpty, "seed \(seed)")
    }
  }

  /// Without penalties a run of the ordered categories is the best of all their subsets, unless the
  /// least hessian of a side forbids it: so with losses whose every row has the same.
  @Test(arguments: [BoostingLoss.squared, .quantile(0.3)])
  func categories(_ loss: BoostingLoss) throws {
    for seed in 0..<ModelRows.cases("BOOSTING_CASES", 40) {
      var random = SeededGenerator(seed: UInt64(seed))
      let table = try Self.table(
        &random,
        rows: Int.random(in: 2...60, using: &random),
        columns: Int.random(in: 1...4, using: &random),
        categories: true
      )
      let labels = Self.labels(&random, table, loss)
      var options = BoostingOptions(loss)
      options.trees = 3
      options.leaves = Int.random(in: 2...6, using: &random)
      options.minimumRows = 1
      (options.minimumHessian, options.categoryL2, options.categorySmoothing) = (0, 0, 0)
      (options.categoryRows, options.categoryGroupRows) = (0, 0)
      let model = try BoostedTrees(table, labels: labels, options, threads: 2)
      let plain = PlainBoosting(table: table, labels: labels, weights: nil, options: options)
      #expect(plain.findings(model).isEmpty, "seed \(seed)")
    }
  }

  /// Many rows come in blocks, and columns in bands: no answer may depend on who does which.
  @Test(arguments: losses) func threadsChangeNoBit(_ loss: BoostingLoss) throws {
    var random = SeededGenerator(seed: 11)
    let rows = 20_000
    var columns = (0..<11).map { column in
      FeatureColumn((0..<rows).map { _ in Double.random(in: 0..<1, using: &random) })
    }
    columns.append(
      FeatureColumn(
        (0..<rows).map { _ in Double(Int.random(in: 0..<300, using: &random)) },
        .category
      )
    )
    for row in 0..<rows where random.chance(7) { columns[3].values[row] = .nan }
    let table = try FeatureTable(columns)
    let labels = (0..<rows).map { row in
      let sum = columns[0].values[row] + columns[11].values[row] / 300
      return sum + Double.random(in: 0..<1, using: &random) > 1.4 ? 1.0 : 0
    }
    var options = BoostingOptions(loss)
    (options.trees, options.rowShare, options.columnShare) = (6, 0.7, 0.6)
    options.patience = 3
    let validation = ValidationRows(table.selecting([5, 6, 7, 8]), labels: [0, 1, 0, 1])
    var models: [BoostedTrees] = []
    for threads in [1, 2, 3, 7] {
      models.append(
        try BoostedTrees(table, labels: labels, validation: validation, options, threads: threads)
      )
    }
    #expect(models.allSatisfy { $0 == models[0] })
    let margins = try models[0].margins(of: table, threads: 1)
    #expect(try models[0].margins(of: table, threads: 3) == margins)
    options.seed = 2
    let other = try BoostedTrees(table, labels: labels, validation: validation, options, threads: 2)
    #expect(other != models[0])
  }

  /// Margins of many rows are those of walking each tree row by row.
  @Test func predictionsAreWalks() throws {
    for seed in 0..<40 {
      var random = SeededGenerator(seed: UInt64(seed))
      let table = try Self.table(
        &random,
        rows: Int.random(in: 2...300, using: &random),
        columns: Int.random(in: 1...9, using: &random),
        categories: random.chance(50)
      )
      let labels = Self.labels(&random, table, .squared)
      var options = BoostingOptions(.squared)
      (options.trees, options.minimumRows) = (7, 2)
      let model = try BoostedTrees(table, labels: labels, options, threads: 2)
      var fresh = try Self.table(
        &random,
        rows: Int.random(in: 0...200, using: &random),
        columns: table.columns.count,
        categories: false
      )
      fresh = try FeatureTable(
        zip(fresh.columns, table.columns).map { FeatureColumn($0.values, $1.kind) }
      )
      let found = try model.margins(of: fresh, threads: 2)
      for row in 0..<fresh.rowCount {
        let values = fresh.columns.map { $0.values[row] }
        let plain = model.trees.reduce(model.start) { $0 + $1.nodes[$1.leaf(of: values)].value }
        #expect(found[row] == plain, "seed \(seed), row \(row)")
      }
      #expect(model.prefix(3).trees == Array(model.trees.prefix(3)))
    }
  }
}
