import BQLModels
import BQLTestSupport
import Testing

/// A campaign treats those who pay for it, and tuning keeps the best.
@Suite struct CampaignTests {
  private static func customers(_ seed: UInt64) -> (leaving: [Double], values: [Double]) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...60, using: &random)
    return (
      (0..<count).map { _ in Double(Int.random(in: 0...10, using: &random)) / 10 },
      (0..<count).map { _ in Double(Int.random(in: -5...300, using: &random)) * 10 }
    )
  }

  @Test func nobodyElseWouldPay() throws {
    for seed in 0..<100 as Range<UInt64> {
      let (leaving, values) = Self.customers(seed)
      let offer = CampaignOffer(cost: 20, keep: .fixed(0.2), accept: .beta(2, 2))
      let campaign = try Campaign(leaving: leaving, values: values, offer)
      let profits = zip(leaving, values).map { 0.2 * ($0 * ($1 - 20)) - 0.5 * ((1 - $0) * 20) }
      #expect(
        Set(campaign.treated) == Set(profits.indices.filter { profits[$0] > 0 }.map(Int32.init))
      )
      let best = profits.filter { $0 > 0 }.reduce(0, +)
      #expect(abs(campaign.expectedProfit - best) < 1e-9)
      let curve = try campaign.curve(points: 11, draws: 200)
      let top = try #require(curve.first { $0.isOptimal })
      #expect(top.customers == campaign.chosen && abs(top.profit - best) < 1e-9)
      #expect(curve.allSatisfy { $0.profit <= top.profit + 1e-9 })
      #expect(curve.allSatisfy { $0.lower <= $0.upper })
      #expect(curve.first?.profit == 0 && curve.last?.share == 1)
      let last = try #require(curve.last)
      #expect(abs(last.profit - profits.reduce(0, +)) < 1e-9)
      let share = try campaign.shareInterval(draws: 200)
      #expect(share.lower <= share.upper && share.lower >= 0 && share.upper <= 1)
      let left = leaving.map { $0 > 0.5 ? 1.0 : 0 }
      let actual = try campaign.actualProfit(of: campaign.treated, left: left, values: values)
      let plain = campaign.treated.reduce(0) { sum, row in
        sum + (left[Int(row)] == 1 ? 0.2 * (values[Int(row)] - 20) : -0.5 * 20)
      }
      #expect(abs(actual - plain) < 1e-9)
    }
  }

  /// Draws have the moments of their beta distribution, and the same ones for a seed.
  @Test(arguments: [(2.042, 202.116), (6.12, 3.15), (0.4, 0.7)])
  func draws(_ shape: (Double, Double)) throws {
    let (a, b) = shape
    // One customer who leaves for sure and is worth 1 + δ: the profit is γ itself.
    let offer = CampaignOffer(cost: 1, keep: .beta(a, b), accept: .fixed(0))
    let campaign = try Campaign(leaving: [1], values: [2], offer)
    var bounds: [(Double, Double)] = []
    for level in [0.5, 0.9] {
      let point = try #require(
        try campaign.curve(points: 2, draws: 20_000, level: level, seed: 3).last
      )
      #expect(abs(point.profit - a / (a + b)) < 1e-12)
      bounds.append((point.lower, point.upper))
      for (bound, share) in [(point.lower, (1 - level) / 2), (point.upper, (1 + level) / 2)] {
        #expect(abs(SpecialFunctions.incompleteBeta(bound, a, b) - share) < 0.012)
      }
    }
    let again = try campaign.curve(points: 2, draws: 20_000, level: 0.9, seed: 3)
    #expect(again.last?.upper == bounds[1].1)
  }

  @Test func refusals() throws {
    let offer = CampaignOffer(cost: 20)
    #expect(throws: ModelError.noRows) { try Campaign(leaving: [], values: [], offer) }
    #expect(throws: ModelError.notFinite(row: 0, column: 0)) {
      try Campaign(leaving: [1.5], values: [1], offer)
    }
    #expect(throws: ModelError.parameter("keep")) {
      try Campaign(leaving: [1], values: [1], CampaignOffer(cost: 1, keep: .fixed(2)))
    }
    #expect(throws: ModelError.parameter("offer")) {
      try Campaign(leaving: [1], values: [1], CampaignOffer(cost: -1))
    }
    let free = try Campaign(leaving: [0, 0], values: [5, 5], CampaignOffer(cost: 0))
    #expect(free.chosen == 0 && free.expectedProfit == 0)
  }

  @Test func timeFolds() throws {
    let times: [Int64] = [30, 10, 20, 10, 40, 30]
    let folds = try TimeFold.folds(times: times, folds: 2)
    #expect(folds.map(\.validation) == [[0, 5], [4]])
    #expect(folds.map(\.training) == [[1, 2, 3], [0, 1, 2, 3, 5]])
    #expect(
      try TimeFold.folds(times: times, folds: 9, gap: 1).map(\.training) == [[1, 3], [1, 2, 3]]
    )
    #expect(try TimeFold.folds(times: [1, 1], folds: 3).isEmpty)
    #expect(try TimeFold.folds(times: [], folds: 3).isEmpty)
  }

  @Test func halving() throws {
    var random = SeededGenerator(seed: 5)
    let values = (0..<3).map { _ in
      (0..<600).map { _ in Double.random(in: 0..<1, using: &random) }
    }
    let labels = values[0].indices.map { row in
      values[0][row] * values[1][row] + Double.random(in: 0..<0.6, using: &random) > 0.6 ? 1.0 : 0
    }
    let table = try FeatureTable(numbers: values)
    let folds = try TimeFold.folds(times: (0..<600).map { Int64($0 / 150) }, folds: 2)
    var options = BoostingOptions(.logistic)
    options.trees = 60
    // The first one cannot learn.
    options.minimumRows = 400
    let candidates = BoostingSpace.candidates(9, around: options, seed: 4)
    #expect(candidates[0] == options && Set(candidates).count == 9)
    #expect(Array(candidates.prefix(4)) == BoostingSpace.candidates(4, around: options, seed: 4))
    let found = try SuccessiveHalving(
      table,
      labels: labels,
      folds: folds,
      candidates: candidates,
      threads: 2
    )
    #expect(found.trials.map(\.rung).max() == 1)
    #expect(found.trials.count { $0.rung == 0 } == 9 && found.trials.count { $0.rung == 1 } == 3)
    #expect(Set(found.trials.map(\.trees)) == [20, 60])
    let last = found.trials.filter { $0.rung == 1 }
    #expect(found.bestLoss == last.map(\.loss).min())
    #expect(found.best.minimumRows < 400 && found.best.trees <= 60)
    let first = found.trials.filter { $0.rung == 0 }.sorted { $0.loss < $1.loss }
    #expect(Set(first.prefix(3).map(\.candidate)) == Set(last.map(\.candidate)))
    let again = try SuccessiveHalving(
      table,
      labels: labels,
      folds: folds,
      candidates: candidates,
      threads: 1
    )
    #expect(again == found)
    #expect(throws: ModelError.parameter("folds")) {
      try SuccessiveHalving(table, labels: labels, folds: [], candidates: candidates, threads: 1)
    }
    #expect(throws: ModelError.oneClass) {
      try SuccessiveHalving(
        table,
        labels: labels.map { _ in 1 },
        folds: folds,
        candidates: candidates,
        threads: 1
      )
    }
  }
}
