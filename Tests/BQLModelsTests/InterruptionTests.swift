import BQLModels
import BQLTestSupport
import Synchronization
import Testing

/// Long computations stop when they are asked to, soon and wherever they are.
@Suite struct InterruptionTests {
  /// Stops at the question of a given number, and counts the questions.
  private final class Clock: Sendable {
    private let asked = Atomic<Int>(0)
    private let limit: Int

    init(stopsAfter limit: Int) { self.limit = limit }

    var questions: Int { asked.load(ordering: .relaxed) }

    var interruption: Interruption {
      Interruption { self.asked.add(1, ordering: .relaxed).oldValue >= self.limit }
    }
  }

  private static let rows = 6_000

  private static func table() throws -> (table: FeatureTable, labels: [Double]) {
    var random = SeededGenerator(seed: 5)
    let columns = (0..<12).map { _ in
      (0..<rows).map { _ in Double.random(in: -3...3, using: &random) }
    }
    let labels = (0..<rows).map { row in
      let margin = columns[0][row] * columns[1][row] + columns[2][row]
      return Double.random(in: -2...2, using: &random) < margin ? 1.0 : 0
    }
    return (try FeatureTable(numbers: columns), labels)
  }

  private static func options(_ trees: Int = 20) -> BoostingOptions {
    var options = BoostingOptions(.logistic)
    options.trees = trees
    options.leaves = 8
    return options
  }

  /// Runs a computation that asks at least `steps` times whether to stop, and stops it at the first,
  /// the last, and some questions between.
  private func check(
    _ steps: Int,
    _ body: (Interruption) throws -> Void
  ) throws {
    let whole = Clock(stopsAfter: .max)
    try body(whole.interruption)
    let questions = whole.questions
    #expect(questions >= steps)
    for limit in [0, 1, questions / 3, questions / 2, questions - 1] {
      let clock = Clock(stopsAfter: limit)
      #expect(throws: ModelError.interrupted, "question \(limit) of \(questions)") {
        try body(clock.interruption)
      }
      // Two threads may ask once more each, and the parts of one step that have begun.
      #expect(clock.questions <= limit + 16, "question \(limit) of \(questions)")
    }
  }

  @Test func boosting() throws {
    let (table, labels) = try Self.table()
    let validation = ValidationRows(table, labels: labels)
    try check(20 * 8) { interruption in
      _ = try BoostedTrees(
        table,
        labels: labels,
        validation: validation,
        Self.options(),
        threads: 2,
        interruption: interruption
      )
    }
  }

  @Test func logisticRegressionAndItsPath() throws {
    let (table, labels) = try Self.table()
    let validation = ValidationRows(table, labels: labels)
    let options = LogisticOptions(penalty: 0.01, l1Share: 0.5)
    try check(10) { interruption in
      _ = try LogisticModel(
        table,
        labels: labels,
        options,
        threads: 2,
        interruption: interruption
      )
    }
    try check(50) { interruption in
      _ = try LogisticModel(
        table,
        labels: labels,
        validation: validation,
        options,
        threads: 2,
        interruption: interruption
      )
    }
  }

  @Test func tuning() throws {
    let (table, labels) = try Self.table()
    let times = (0..<Self.rows).map { Int64($0 / 2_000) }
    let folds = try TimeFold.folds(times: times, folds: 2)
    try check(100) { interruption in
      _ = try SuccessiveHalving(
        table,
        labels: labels,
        folds: folds,
        candidates: BoostingSpace.candidates(4, around: Self.options(6), seed: 1),
        threads: 2,
        interruption: interruption
      )
    }
  }

  @Test func predictionsAndExplanations() throws {
    let (table, labels) = try Self.table()
    let model = try BoostedTrees(table, labels: labels, Self.options(), threads: 2)
    try check(Self.rows / 128) { interruption in
      _ = try model.margins(of: table, threads: 2, interruption: interruption)
    }
    let explainer = try TreeExplainer(model)
    try check(20 * 8) { interruption in
      _ = try explainer.values(of: table, threads: 2, interruption: interruption)
    }
    try check(20 * 8) { interruption in
      _ = try explainer.interactions(of: table, row: 3, interruption: interruption)
    }
    let part = table.selecting((0..<500).map { Int32($0) })
    try check(12) { interruption in
      _ = try PermutationImportance.table(
        model,
        part,
        repeats: 2,
        threads: 2,
        interruption: interruption
      ) { margins in margins.reduce(0, +) }
    }
    try check(10) { interruption in
      _ = try PartialDependence.table(
        model,
        part,
        feature: 0,
        points: 5,
        threads: 2,
        interruption: interruption
      )
    }
  }

  @Test func campaigns() throws {
    let campaign = try Campaign(
      leaving: (0..<50).map { Double($0) / 50 },
      values: (0..<50).map { Double($0) },
      CampaignOffer(cost: 3)
    )
    try check(200) { interruption in
      _ = try campaign.shareInterval(draws: 200, interruption: interruption)
    }
  }
}
