import BQLModels
import BQLTestSupport
import Testing

/// Measures agree with counting pairs, rows and resamples one by one.
@Suite struct EvaluationTests {
  private static func draw(
    _ random: inout SeededGenerator
  ) -> (scores: [Double], labels: [Double], weights: [Double]) {
    let rows = Int.random(in: 1...80, using: &random)
    let range = Int.random(in: 1...30, using: &random)
    let scores = (0..<rows).map { _ in Double(Int.random(in: 0..<range, using: &random)) / 32 }
    let labels = (0..<rows).map { _ in random.chance(30) ? 1.0 : 0 }
    let weights = (0..<rows).map { _ in Double(Int.random(in: 0...3, using: &random)) }
    return (scores, labels, weights)
  }

  @Test func ranksAreCountedPairs() throws {
    for seed in 0..<200 {
      var random = SeededGenerator(seed: UInt64(seed))
      let (scores, labels, weights) = Self.draw(&random)
      let ranked = try RankedScores(scores: scores, labels: labels)
      for own in [nil, weights] {
        var (wins, pairs) = (0.0, 0.0)
        for i in labels.indices where labels[i] == 1 {
          for j in labels.indices where labels[j] == 0 {
            let weight = (own?[i] ?? 1) * (own?[j] ?? 1)
            pairs += weight
            wins += weight * (scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0)
          }
        }
        #expect(ranked.rocAUC(weights: own) == (pairs > 0 ? wins / pairs : nil), "seed \(seed)")
      }
      // Weights that are whole numbers are rows that stand there several times.
      let copies = labels.indices.flatMap { [Int](repeating: $0, count: Int(weights[$0])) }
      guard !copies.isEmpty else { continue }
      let copied = try RankedScores(
        scores: copies.map { scores[$0] },
        labels: copies.map { labels[$0] }
      )
      let found = ranked.averagePrecision(weights: weights)
      #expect((found == nil) == (copied.averagePrecision() == nil))
      #expect(abs((found ?? 0) - (copied.averagePrecision() ?? 0)) < 1e-12, "seed \(seed)")
      #expect(ranked.top(0.1, weights: weights) == copied.top(0.1), "seed \(seed)")
    }
  }

  @Test func bandsAndThresholdsCountRows() throws {
    for seed in 0..<200 {
      var random = SeededGenerator(seed: UInt64(seed))
      let (scores, labels, _) = Self.draw(&random)
      let ranked = try RankedScores(scores: scores, labels: labels)
      let bands = try ranked.bands(10)
      #expect(bands.reduce(0) { $0 + $1.rows } == scores.count)
      #expect(bands.reduce(0) { $0 + $1.positives } == Int(labels.reduce(0, +)))
      for (above, below) in zip(bands, bands.dropFirst()) {
        #expect(above.lowestScore > below.highestScore, "seed \(seed)")
      }
      for band in bands {
        let own = scores.indices.filter {
          scores[$0] <= band.highestScore && scores[$0] >= band.lowestScore
        }
        #expect(band.rows == own.count)
        #expect(band.positives == own.count { labels[$0] == 1 })
        let through = scores.indices.filter { scores[$0] >= band.lowestScore }
        #expect(abs(band.cumulativeRows - Double(through.count) / Double(scores.count)) < 1e-12)
      }
      for row in ranked.thresholdTable([0.3, -1, 9]) + ranked.allThresholds() {
        let called = scores.indices.filter { scores[$0] >= row.threshold }
        #expect(row.truePositives == called.count { labels[$0] == 1 })
        #expect(row.falsePositives == called.count { labels[$0] == 0 })
        let all = row.truePositives + row.falsePositives + row.trueNegatives + row.falseNegatives
        #expect(all == scores.count)
      }
    }
  }

  @Test func isotonicIsTheNearestRisingCurve() throws {
    for seed in 0..<100 {
      var random = SeededGenerator(seed: UInt64(seed))
      let (scores, labels, weights) = Self.draw(&random)
      guard weights.contains(where: { $0 > 0 }) else { continue }
      let curve = try IsotonicCalibration(scores: scores, labels: labels, weights: weights)
      let different = Set(scores.indices.filter { weights[$0] > 0 }.map { scores[$0] }).sorted()
      // The largest of the least means of all runs: the minimax formula.
      for (place, score) in different.enumerated() {
        var highest = -Double.infinity
        for start in 0...place {
          var lowest = Double.infinity
          for end in place..<different.count {
            let rows = scores.indices.filter {
              scores[$0] >= different[start] && scores[$0] <= different[end]
            }
            let total = rows.reduce(0) { $0 + weights[$1] }
            lowest = min(lowest, rows.reduce(0) { $0 + weights[$1] * labels[$1] } / total)
          }
          highest = max(highest, lowest)
        }
        #expect(abs(curve.value(of: score) - highest) < 1e-12, "seed \(seed)")
      }
      #expect(curve.value(of: -9) == curve.values.first)
      #expect(curve.value(of: 9) == curve.values.last)
    }
  }

  @Test func intervals() throws {
    var random = SeededGenerator(seed: 2)
    let values = (0..<400).map { _ in Double.random(in: 0..<1, using: &random) }
    let mean: @Sendable ([Double]) -> Double? = { weights in
      let total = weights.reduce(0, +)
      return total > 0 ? zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total : nil
    }
    let found = try #require(try BootstrapInterval.estimate(rows: 400, threads: 2, mean))
    #expect(found == (try BootstrapInterval.estimate(rows: 400, threads: 1, mean)))
    // By the normal distribution: ± 1.96 σ / √n, with σ = 1 / √12.
    #expect(abs((found.upper - found.lower) - 2 * 1.96 * 0.2887 / 20) < 0.005)
    #expect(found.lower < found.estimate && found.estimate < found.upper)
    // Rows that are copies of their group say no more than one of them.
    let grouped = (0..<400).map { values[$0 / 10 * 10] }
    let groups = (0..<400).map { Int32($0 / 10) }
    let groupMean: @Sendable ([Double]) -> Double? = { weights in
      zip(weights, grouped).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    }
    let wide = try #require(
      try BootstrapInterval.estimate(rows: 400, groups: groups, threads: 2, groupMean)
    )
    #expect(abs((wide.upper - wide.lower) / (2 * 1.96 * 0.2887 / 40.0.squareRoot()) - 1) < 0.2)
    let labels = values.map { $0 > 0.6 ? 1.0 : 0 }
    let noisy = values.map { $0 + Double.random(in: -0.6..<0.6, using: &random) }
    let first = try RankedScores(scores: noisy, labels: labels)
    let same = try #require(
      try BootstrapInterval.differenceOfAUC(first, first, threads: 2)
    )
    #expect(same.lower == 0 && same.upper == 0)
    let worse = try RankedScores(scores: values.map { -$0 }, labels: labels)
    let better = try #require(try BootstrapInterval.differenceOfAUC(first, worse, threads: 2))
    #expect(better.lower > 0.5)
    let nothing = try BootstrapInterval.estimate(rows: 3, threads: 1) { _ in nil }
    #expect(nothing == nil)
    #expect(throws: ModelError.noRows) { try BootstrapInterval.estimate(rows: 0, threads: 1, mean) }
  }

  @Test func oneClassHasNoAnswer() throws {
    let ranked = try RankedScores(scores: [1, 2], labels: [0, 0])
    #expect(ranked.rocAUC() == nil && ranked.averagePrecision() == nil)
    #expect(ranked.top(0.5) == nil)
    #expect(try ranked.bands(10).allSatisfy { $0.lift == nil })
    let measures = try ProbabilityMeasures(probabilities: [0, 0], labels: [0, 0])
    #expect(measures.brier() == 0 && measures.expectedCalibrationError() == 0)
    #expect((measures.logLoss() ?? 1) < 1e-15)
    #expect(CalibrationSlope(measures) == nil)
    let parted = try ProbabilityMeasures(probabilities: [0.1, 0.2, 0.9], labels: [0, 0, 1])
    #expect(CalibrationSlope(parted) == nil)
    #expect(try parted.calibrationTable(bins: 3).map(\.rate) == [0, 0, 1])
    #expect(throws: ModelError.notFinite(row: 1, column: 0)) {
      try ProbabilityMeasures(probabilities: [0, 1.1], labels: [0, 0])
    }
    #expect(throws: ModelError.notFinite(row: 0, column: 0)) {
      try RankedScores(scores: [.nan], labels: [0])
    }
    #expect(throws: ModelError.label(row: 0)) { try RankedScores(scores: [1], labels: [2]) }
  }
}
