import BQLColumnar
import BQLModels
import BQLPlanning
import BQLTestSupport
import BehaviorQuery
import Testing

/// MONOTONE holds what a model predicts to a direction, whatever the rows say.
@Suite struct ModelMonotoneTests {
  private static let features =
    "FEATURES (purchase_recency_min, purchase_count_sum, session_recency_min, click_count_sum)"
  private static let learner = "USING gbdt(trees = 60, leaves = 8, min_rows = 5, rate = 0.2)"

  /// The largest step against a direction, over the test rows with a feature set to many values.
  private func worst(_ entry: ModelEntry, _ name: String, _ direction: Double) throws -> Double {
    let model = entry.model
    let table = try #require(entry.holdout?.sampleTable)
    let feature = try #require(model.features.firstIndex { $0.name == name })
    let known = table.columns[feature].values.filter { !$0.isNaN }.sorted()
    var grid = stride(from: 0, to: known.count, by: max(known.count / 60, 1)).map { known[$0] }
    grid = [-1e9] + grid + [1e9]
    var before: [Double]?
    var worst = 0.0
    for value in grid {
      var columns = table.columns
      columns[feature].values = [Double](repeating: value, count: table.rowCount)
      let found = try model.predictions(of: FeatureTable(columns), threads: 2)
      for (a, b) in zip(before ?? found, found) { worst = max(worst, (a - b) * direction) }
      before = found
    }
    return worst
  }

  @Test(arguments: ["", "CALIBRATE ISOTONIC", "TUNE 4"])
  func predictionsKeepTheirDirection(_ more: String) throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 31, users: 700).workspace(folder)
    let train = "HORIZON 14d SNAPSHOTS 3 \(Self.features) \(Self.learner) \(more)"
    _ = try workspace.run(
      """
      TRAIN churn AS free \(train);
      TRAIN churn AS held \(train) MONOTONE session_recency_min UP, purchase_count_sum DOWN;
      TRAIN churn AS turned \(train) MONOTONE session_recency_min DOWN, purchase_count_sum UP;
      """
    )
    let free = try #require(workspace.catalog.model(named: "free"))
    let held = try #require(workspace.catalog.model(named: "held"))
    let turned = try #require(workspace.catalog.model(named: "turned"))
    #expect(try worst(held, "session_recency_min", 1) <= 0)
    #expect(try worst(held, "purchase_count_sum", -1) <= 0)
    #expect(try worst(turned, "session_recency_min", -1) <= 0)
    #expect(try worst(turned, "purchase_count_sum", 1) <= 0)
    // What the rows themselves say goes up and down: the clause has something to hold.
    #expect(try worst(free, "session_recency_min", 1) > 0)
    #expect(try worst(free, "purchase_count_sum", -1) > 0)
    #expect(held.model != free.model)
  }

  @Test func dependenceShowsTheDirection() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 32, users: 700).workspace(folder)
    let answers = try workspace.run(
      "TRAIN churn HORIZON 14d SNAPSHOTS 3 \(Self.features) \(Self.learner) "
        + "MONOTONE session_recency_min UP; EXPLAIN MODEL churn SHOW DEPENDENCE TOP 4;"
    )
    let rows = try #require(answers.last).relation.rows
    let means = rows.filter { $0[0] == .text("session_recency_min") }.compactMap { row -> Double? in
      guard case .float(let mean) = row[2], row[1] != .null else { return nil }
      return mean
    }
    #expect(means.count > 4)
    #expect(means == means.sorted())
  }

  @Test func filesAndListsKeepTheClause() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 33).workspace(folder)
    let path = try folder.write("", to: "m.json")
    let clause = "MONOTONE session_recency_min UP, purchase_count_sum DOWN"
    _ = try workspace.run(
      "TRAIN churn AS m HORIZON 14d SNAPSHOTS 3 \(Self.features) \(Self.learner) \(clause);"
    )
    let asked = "SELECT monotone, definition FROM (SHOW MODELS);"
    let before = try #require(try workspace.run(asked).last).relation.rows
    #expect(before[0][0] == .text("purchase_count_sum DOWN, session_recency_min UP"))
    guard case .text(let definition) = before[0][1] else {
      Issue.record("a model without a definition")
      return
    }
    #expect(definition.contains(clause))
    let after = try workspace.run(
      "SAVE MODEL m INTO '\(path)'; DROP MODEL m; LOAD MODEL '\(path)'; \(asked)"
    )
    #expect(after.last?.relation.rows == before)
    // The TRAIN that a file holds makes the same model.
    let first = try #require(workspace.catalog.model(named: "m")).model
    _ = try workspace.run(definition + ";")
    #expect(workspace.catalog.model(named: "m")?.model == first)
    withExtendedLifetime(folder) {}
  }
}
