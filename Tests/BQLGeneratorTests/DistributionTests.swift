import BQLGenerator
import Testing

/// Checks the random numbers and the calendar that everything else stands on.
@Suite struct DistributionTests {
  private static let draws = 40_000

  private func mean(_ draw: (inout RandomStream) -> Double) -> Double {
    var random = RandomStream(seed: 99, index: 1, part: 2)
    var sum = 0.0
    for _ in 0..<Self.draws { sum += draw(&random) }
    return sum / Double(Self.draws)
  }

  @Test func meansAreRight() {
    #expect(abs(mean { $0.uniform() } - 0.5) < 0.01)
    #expect(abs(mean { $0.normal() }) < 0.02)
    #expect(abs(mean { $0.exponential() } - 1) < 0.02)
    #expect(abs(mean { $0.gamma(shape: 0.4) } - 0.4) < 0.02)
    #expect(abs(mean { $0.gamma(shape: 3) } - 3) < 0.05)
    #expect(abs(mean { $0.beta(2, 3) } - 0.4) < 0.01)
    #expect(abs(mean { Double($0.geometric(mean: 2.5)) } - 2.5) < 0.08)
    #expect(abs(mean { Double($0.below(10)) } - 4.5) < 0.08)
  }

  @Test func aliasTableFollowsItsWeights() {
    var table = AliasTable()
    _ = table.append([5, 1])
    let weights = [0.0, 1, 2, 7]
    let range = table.append(weights)
    var random = RandomStream(seed: 4, index: 4, part: 4)
    var counts = [0.0, 0, 0, 0]
    for _ in 0..<Self.draws { counts[table.draw(in: range, &random)] += 1 }
    #expect(counts[0] == 0)
    for (count, weight) in zip(counts, weights) {
      #expect(abs(count / Double(Self.draws) - weight / 10) < 0.012)
    }
  }

  @Test func rhythmAndItsInverseAgree() {
    let rhythm = WeeklyRhythm(fromDay: 18_170)
    for second in stride(from: 0.0, to: 2_000_000, by: 1_234.5) {
      let back = rhythm.second(atActivity: rhythm.activity(atSecond: second))
      #expect(abs(back - second) < 1e-3)
    }
    #expect(WeeklyRhythm.weekday(ofDay: 0) == 3)
    #expect(WeeklyRhythm.weekday(ofDay: -4) == 6)
    #expect(rhythm.weekday(atSecond: 86_400) == 2)
  }

  @Test func assortmentGrowsInSteps() {
    #expect(Assortment.productTarget(users: 1) == 4_000)
    #expect(Assortment.productTarget(users: 20_000) == 4_000)
    #expect(Assortment.productTarget(users: 20_001) == 8_000)
    #expect(Assortment.productTarget(users: 50_000_000) == 64_000)
    let large = AssortmentBuilder(seed: 1, productTarget: 64_000).build()
    #expect((55_000...66_000).contains(large.products.count))
  }
}
