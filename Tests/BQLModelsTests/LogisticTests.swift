import BQLModels
import BQLTestSupport
import Testing

/// Logistic regression is at its minimum, on its path too, and takes features as they come.
@Suite struct LogisticTests {
  private static func rows(_ random: inout SeededGenerator) throws -> (Matrix, [Double]) {
    let rows = Int.random(in: 30...200, using: &random)
    let matrix = try ModelRows.whole(&random, rows: rows, columns: 4, range: 7)
    let labels = (0..<rows).map { row in
      matrix[row, 0] + Double(Int.random(in: 0..<7, using: &random)) > 6 ? 1.0 : 0
    }
    return (matrix, labels)
  }

  /// At a minimum the slope of the loss by each coefficient is what the penalty pulls back with.
  @Test func slopesVanish() throws {
    for seed in 0..<40 {
      var random = SeededGenerator(seed: UInt64(seed))
      let (matrix, labels) = try Self.rows(&random)
      guard Set(labels).count == 2 else { continue }
      let weights = labels.map { _ in Double.random(in: 0.1..<2, using: &random) }
      let share = [0, 0.5, 1][seed % 3]
      let penalty = 0.02
      let model = try LogisticRegression(
        matrix,
        labels: labels,
        weights: weights,
        LogisticOptions(penalty: penalty, l1Share: share, tolerance: 1e-11),
        threads: 2
      )
      #expect(model.isConverged)
      let margins = try model.margins(of: matrix)
      let total = weights.reduce(0, +)
      let rests = labels.indices.map {
        weights[$0] / total * (BoostingLoss.logistic.prediction(of: margins[$0]) - labels[$0])
      }
      #expect(abs(rests.reduce(0, +)) < 1e-9, "seed \(seed)")
      for column in 0..<4 {
        let scaled = model.scaledCoefficients[column]
        let deviation = model.coefficients[column] == 0 ? 1 : scaled / model.coefficients[column]
        let mean = labels.indices.reduce(0) { $0 + weights[$1] / total * matrix[$1, column] }
        let slope = labels.indices.reduce(0) {
          $0 + rests[$1] * (matrix[$1, column] - mean)
        }
        if scaled == 0 {
          // A deviation is at most the range.
          #expect(abs(slope) <= penalty * share * 7 + 1e-9, "seed \(seed)")
        } else {
          let pull = penalty * (share * (scaled > 0 ? 1 : -1) + (1 - share) * scaled)
          #expect(abs(slope / deviation + pull) < 1e-8, "seed \(seed)")
        }
      }
    }
  }

  @Test func path() throws {
    var random = SeededGenerator(seed: 3)
    let (matrix, labels) = try Self.rows(&random)
    let options = LogisticOptions(penalty: 0, l1Share: 1)
    let path = try LogisticRegression.path(matrix, labels: labels, options, count: 20, threads: 2)
    #expect(path.count == 20)
    #expect(path[0].scaledCoefficients.allSatisfy { abs($0) < 1e-7 })
    #expect(path[19].scaledCoefficients.contains { abs($0) > 0.1 })
    for own in [path[5], path[19]] {
      var single = options
      single.penalty = own.penalty
      let alone = try LogisticRegression(matrix, labels: labels, single, threads: 1)
      #expect(ModelRows.areClose(alone.coefficients, own.coefficients, 1e-6))
    }
    #expect(
      try LogisticRegression.path(matrix, labels: labels, options, count: 20, threads: 1) == path
    )
  }

  @Test func featuresAsTheyCome() throws {
    var random = SeededGenerator(seed: 4)
    var numbers = (0..<400).map { _ in Double.random(in: 0..<1, using: &random) }
    let codes = (0..<400).map { _ in Double(Int.random(in: 0..<3, using: &random)) }
    let labels = (0..<400).map { row in
      numbers[row] + codes[row] / 2 + Double.random(in: -0.5..<0.5, using: &random) > 1 ? 1.0 : 0
    }
    for row in stride(from: 0, to: 400, by: 9) { numbers[row] = .nan }
    let table = try FeatureTable([
      FeatureColumn(numbers), FeatureColumn(codes, .category),
      FeatureColumn(numbers.map { _ in 5 }),
    ])
    let options = LogisticOptions(penalty: 0.001)
    let model = try LogisticModel(table, labels: labels, options, threads: 2)
    #expect(model.design.columns.count == 6)
    let ranked = try RankedScores(scores: model.margins(of: table), labels: labels)
    #expect(ranked.rocAUC() ?? 0 > 0.85)
    // Unknown and infinite values are missing ones, an unknown category is none.
    let odd = try FeatureTable([
      FeatureColumn([.infinity, .nan]), FeatureColumn([7, .nan], .category),
      FeatureColumn([5, 5]),
    ])
    let margins = try model.margins(of: odd)
    #expect(margins[0] == margins[1] && margins[0].isFinite)
    let validation = ValidationRows(table, labels: labels)
    let chosen = try LogisticModel(
      table,
      labels: labels,
      validation: validation,
      LogisticOptions(penalty: 0, l1Share: 1),
      threads: 2
    )
    #expect(chosen.regression.penalty < 0.01)
    #expect(throws: ModelError.oneClass) {
      try LogisticModel(table, labels: labels.map { _ in 0 }, options, threads: 1)
    }
  }
}
