import BQLColumnar
import BQLExecution
import BQLTestSupport
import Glibc
import Testing

/// Estimates what textbooks do: the weeks to relapse of leukaemia patients with 6-mercaptopurine and
/// with a placebo.
///
/// Source: E. J. Freireich et al., *Blood* 21(6), 1963.
@Suite struct SurvivalTests {
  private let treated = SurvivalCurve(
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
    converted: [
      true, true, true, false, true, false, true, false, false, true, true, false, false, false,
      true, true, false, false, false, false, false,
    ]
  )
  private let placebo = SurvivalCurve(
    [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23],
    converted: [Bool](repeating: true, count: 21)
  )

  @Test func theTextbooksCurve() throws {
    #expect(treated.steps.map(\.time) == [6, 7, 10, 13, 16, 22, 23])
    #expect(treated.steps.map(\.atRisk) == [21, 17, 15, 12, 11, 7, 6])
    #expect(treated.steps.map(\.converted) == [3, 1, 1, 1, 1, 1, 1])
    let survival = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    for (step, expected) in zip(treated.steps, survival) {
      #expect(abs(step.survival - expected) < 0.0005)
    }
    let interval = try #require(treated.steps.first?.interval)
    #expect(abs(interval.low - 0.620) < 0.0005)
    #expect(abs(interval.high - 0.952) < 0.0005)
    #expect(treated.time(ofShare: 0.5) == 23)
    #expect(treated.time(ofShare: 0.25) == 13)
    #expect(treated.time(ofShare: 0.75) == nil)
    #expect(placebo.time(ofShare: 0.5) == 8)
    #expect(placebo.steps.last?.survival == 0)
    #expect(placebo.steps.last?.interval == nil)
    #expect(treated.lastTime == 35)
    #expect(treated.atRisk(at: 9) == 16)
    #expect(treated.atRisk(at: 36) == 0)
    #expect(treated.convertedCount(until: 10) == 5)
  }

  @Test func theTextbooksTest() throws {
    let test = try #require(LogRankTest([treated, placebo]))
    #expect(abs(test.statistic - 16.793) < 0.001)
    #expect(test.degrees == 1)
    #expect(abs(test.expected[0] - 19.251) < 0.001)
    #expect(abs(test.expected[1] - 10.749) < 0.001)
    #expect(abs(test.pValue - 4.17e-5) < 0.01e-5)
  }

  @Test func nothingToEstimate() {
    let empty = SurvivalCurve([], converted: [])
    #expect(empty.steps.isEmpty)
    #expect(empty.lastTime == nil)
    #expect(empty.time(ofShare: 0) == nil)
    let waiting = SurvivalCurve([5], converted: [false])
    #expect(waiting.steps.isEmpty)
    #expect(waiting.time(ofShare: 0.25) == nil)
    #expect(waiting.lastTime == 5)
    #expect(LogRankTest([]) == nil)
    #expect(LogRankTest([treated]) == nil)
    #expect(LogRankTest([empty, waiting]) == nil)
    #expect(LogRankTest([treated, empty]) == nil)
  }

  /// Without censoring the curve is the share that is left, to the last digit.
  @Test func withoutCensoringItCounts() {
    let converted = [Bool](repeating: true, count: 9)
    let curve = SurvivalCurve((1...9).map { Int64($0) }, converted: converted)
    #expect(curve.steps.map(\.survival) == (1...9).map { Double(9 - $0) / 9 })
    #expect(curve.time(ofShare: 1.0 / 3) == 3)
  }

  /// Points that tables of the distribution show.
  @Test(arguments: [
    (3.841459, 1, 0.05), (5.991465, 2, 0.05), (7.814728, 3, 0.05), (16.918978, 9, 0.05),
    (18.307038, 10, 0.05), (124.342113, 100, 0.05), (6.634897, 1, 0.01), (2.705543, 1, 0.1),
    (77.929465, 100, 0.95), (0, 4, 1),
  ])
  func chiSquared(_ statistic: Double, _ degrees: Int, _ expected: Double) {
    #expect(abs(ChiSquared.upperTail(statistic, degrees: degrees) - expected) < 1e-7)
  }

  @Test func rankCorrelation() throws {
    let rising = try #require(RankCorrelation([1, 2, 3, 4], [10, 20, 25, 90]))
    #expect(rising.coefficient == 1)
    let falling = try #require(RankCorrelation([1, 2, 3], [3, 2, 1]))
    #expect(falling.coefficient == -1)
    #expect(abs(falling.pValue - erfc(1)) < 1e-12)
    // Ranks 1, 2.5, 2.5, 4 and 1.5, 1.5, 3, 4.
    let tied = try #require(RankCorrelation([1, 2, 2, 3], [5, 5, 6, 7]))
    #expect(abs(tied.coefficient - 3.75 / 4.5) < 1e-12)
    #expect(RankCorrelation([1, 1, 1], [1, 2, 3]) == nil)
    #expect(RankCorrelation([1, 2], [1, 2]) == nil)
  }

  /// The test of random groups, with the covariance of each time by its definition and a linear
  /// system solved by elimination.
  @Test func logRankIsThatOfTheOracle() {
    for seed in 1...500 {
      var random = SeededGenerator(seed: UInt64(seed))
      let groups = (0..<Int.random(in: 2...5, using: &random)).map { _ in
        (0..<Int.random(in: 0...12, using: &random)).map { _ in
          (time: Int64.random(in: 0...8, using: &random), converted: random.chance(60))
        }
      }
      let test = LogRankTest(
        groups.map { SurvivalCurve($0.map(\.time), converted: $0.map(\.converted)) }
      )
      let expected = LogRankOracle(groups)
      #expect((test == nil) == (expected.degrees == 0), "seed \(seed)")
      guard let test else { continue }
      #expect(test.degrees == expected.degrees, "seed \(seed)")
      #expect(
        abs(test.statistic - expected.statistic) < 1e-6 * max(1, expected.statistic),
        "seed \(seed): \(test.statistic), \(expected.statistic)"
      )
      #expect(zip(test.expected, expected.expected).allSatisfy { abs($0 - $1) < 1e-9 })
    }
  }
}

/// The log-rank test by its definition.
private struct LogRankOracle {
  var expected: [Double]
  var statistic = 0.0
  var degrees = 0

  init(_ groups: [[(time: Int64, converted: Bool)]]) {
    let count = groups.count
    expected = [Double](repeating: 0, count: count)
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    let all = groups.flatMap { $0 }
    for time in Set(all.filter(\.converted).map(\.time)) {
      let d = Double(all.count { $0.converted && $0.time == time })
      let n = Double(all.count { $0.time >= time })
      let own = groups.map { group in Double(group.count { $0.time >= time }) }
      for j in 0..<count {
        expected[j] += d * own[j] / n
        for k in 0..<count where n > 1 {
          let same = j == k ? 1.0 : 0
          matrix[j][k] += d * (n - d) / (n - 1) * own[j] / n * (same - own[k] / n)
        }
      }
    }
    // Solve V x = O − E by elimination; directions in which nothing varies are left out.
    var rows = (0..<count).map { j in
      matrix[j] + [Double(groups[j].count { $0.converted }) - expected[j]]
    }
    var solution = [Double](repeating: 0, count: count)
    var pivots: [(row: Int, column: Int)] = []
    for column in 0..<count {
      let next = pivots.count
      guard let best = (next..<count).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
        abs(rows[best][column]) > 1e-9
      else { continue }
      rows.swapAt(next, best)
      for row in 0..<count where row != next {
        let factor = rows[row][column] / rows[next][column]
        for index in 0...count { rows[row][index] -= factor * rows[next][index] }
      }
      pivots.append((next, column))
    }
    for (row, column) in pivots { solution[column] = rows[row][count] / rows[row][column] }
    degrees = pivots.count
    for j in 0..<count {
      statistic += solution[j] * (Double(groups[j].count { $0.converted }) - expected[j])
    }
  }
}
