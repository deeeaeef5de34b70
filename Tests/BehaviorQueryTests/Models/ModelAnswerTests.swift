import BQLColumnar
import BQLPlanning
import BQLTestSupport
import BehaviorQuery
import Foundation
import Testing

/// What models answer, against what can be told from outside; and at any number of threads.
@Suite struct ModelAnswerTests {
  private static let fast = "HORIZON 14d SNAPSHOTS 3 USING gbdt(trees = 40, patience = 10)"

  private func number(_ value: Value) -> Double? {
    switch value {
    case .int(let number): Double(number)
    case .float(let number): number
    case .decimal(let hundredths): Double(hundredths) / 100
    default: nil
    }
  }

  /// Rows by their first cell.
  private func rows(_ result: QueryResult) -> [String: [Value]] {
    var rows: [String: [Value]] = [:]
    for row in result.relation.rows {
      if case .text(let name) = row[0] { rows[name] = row }
      if case .int(let name) = row[0] { rows["\(name)"] = row }
    }
    return rows
  }

  private func last(_ workspace: Workspace, _ text: String) throws -> QueryResult {
    try #require(try workspace.run(text).last)
  }

  @Test func theNumberOfThreadsChangesNoBit() throws {
    let shop = ModelShop(seed: 11)
    let folder = try TestFolder()
    let statements =
      "TRAIN churn \(Self.fast) CALIBRATE PLATT TUNE 3 SEED 5; EVALUATE churn; "
      + "EXPLAIN MODEL churn TOP 5; EXPLAIN MODEL churn FOR USER 1; PREDICT churn; "
      + "CAMPAIGN churn OFFER 1 SHOW CURVE; CAMPAIGN churn OFFER 1 SHOW SUMMARY; SHOW MODELS;"
    var first: [[[Value]]]?
    var model: TrainedModel?
    for threads in [1, 2, 5] {
      let workspace = try shop.workspace(folder, threads: threads)
      let answers = try workspace.run(statements).map(\.relation.rows)
      let own = workspace.catalog.model(named: "churn")?.model
      #expect(model == nil || model == own)
      #expect(first == nil || first == answers)
      (first, model) = (answers, own)
    }
  }

  @Test func contributionsAddUpToThePrediction() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 12).workspace(folder)
    for learner in ["gbdt(trees = 30)", "logistic"] {
      _ = try workspace.run("TRAIN churn HORIZON 14d SNAPSHOTS 3 USING \(learner);")
      let predictions = try last(workspace, "PREDICT churn;").relation.rows.prefix(20)
      for row in predictions {
        guard case .int(let user) = row[0], let probability = number(row[1]) else {
          Issue.record("a row without a user")
          continue
        }
        let answer = try last(workspace, "EXPLAIN MODEL churn FOR USER \(user) TOP 4;")
        let found = rows(answer)
        let margin = try #require(found["(prediction)"].flatMap { number($0[2]) })
        let sum = answer.relation.rows.dropLast().reduce(0) { $0 + (number($1[2]) ?? .nan) }
        #expect(abs(sum - margin) < 1e-9 * max(1, abs(margin)), "user \(user)")
        #expect(abs(1 / (1 + exp(-margin)) - probability) < 1e-12, "user \(user)")
        #expect(answer.relation.rows.count == 7)
        #expect(
          answer.notes.contains { $0.hasPrefix("user \(user) will not buy") },
          "\(answer.notes)"
        )
      }
    }
  }

  @Test func aCampaignTreatsThoseWhoAreWorthIt() throws {
    let shop = ModelShop(seed: 13)
    let folder = try TestFolder()
    let workspace = try shop.workspace(folder)
    _ = try workspace.run("TRAIN churn \(Self.fast); LET users.worth = 5 * max(price);")
    let probabilities = rows(try last(workspace, "PREDICT churn;"))
    let worth = rows(try last(workspace, "SELECT user_id, worth FROM users;"))
    let answer = try last(
      workspace,
      "CAMPAIGN churn OFFER 2 KEEP 0.4 ACCEPT 0.2 VALUE users.worth;"
    )
    let treated = rows(answer)
    var expected = 0
    for (user, row) in probabilities {
      let p = try #require(number(row[1]))
      let value = try #require(worth[user].flatMap { number($0[1]) })
      let profit = p * 0.4 * (value - 2) - (1 - p) * 0.2 * 2
      #expect((profit > 0) == (treated[user] != nil), "user \(user): \(profit)")
      guard let found = treated[user].flatMap({ number($0[3]) }) else { continue }
      expected += 1
      #expect(abs(found - profit) < 1e-9)
    }
    #expect(answer.rowCount == expected)
    let profits = answer.relation.rows.compactMap { number($0[3]) }
    #expect(profits == profits.sorted(by: >))
    let curve = try last(
      workspace,
      "CAMPAIGN churn OFFER 2 KEEP 0.4 ACCEPT 0.2 VALUE users.worth SHOW CURVE;"
    ).relation.rows
    let best = try #require(curve.first { $0[5] == .bool(true) })
    #expect(number(best[0]) == Double(expected))
    #expect(abs((number(best[2]) ?? 0) - profits.reduce(0, +)) < 1e-6)
    #expect(curve.allSatisfy { (number($0[2]) ?? .infinity) <= (number(best[2]) ?? 0) + 1e-9 })
  }

  /// The groups of BY are the rows of the whole, and TOP and SHOW agree with the scores.
  @Test func evaluationByGroupsAddsUp() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 14).workspace(folder)
    _ = try workspace.run("TRAIN churn \(Self.fast); LET users.odd = any_value(user_id % 2);")
    let whole = try #require(workspace.catalog.model(named: "churn")?.holdout)
    let groups = try last(workspace, "EVALUATE churn BY odd;").relation.rows
    let counts = groups.filter { $0[1] == .text("rows") }.compactMap { number($0[2]) }
    #expect(counts.count == 2)
    #expect(counts.reduce(0, +) == Double(whole.labels.count))
    let deciles = try last(workspace, "EVALUATE churn SHOW DECILES;").relation.rows
    #expect(deciles.reduce(0) { $0 + (number($1[1]) ?? 0) } == Double(whole.labels.count))
    #expect(deciles.reduce(0) { $0 + (number($1[2]) ?? 0) } == whole.labels.reduce(0, +))
    let thresholds = try last(workspace, "EVALUATE churn SHOW THRESHOLDS;").relation.rows
    for row in thresholds {
      let threshold = try #require(number(row[0]))
      let called = zip(whole.predictions, whole.labels).filter { $0.0 >= threshold }
      #expect(number(row[5]) == Double(called.count { $0.1 == 1 }))
      #expect(number(row[6]) == Double(called.count { $0.1 == 0 }))
    }
    let top = rows(try last(workspace, "EVALUATE churn TOP 20%;"))
    #expect(top["lift_top_20"] != nil && top["lift_top_5"] == nil)
  }

  /// A model that is written and read again predicts the same, in each format that can carry it.
  @Test func filesKeepPredictions() throws {
    let folder = try TestFolder()
    let workspace = try ModelShop(seed: 15, users: 700).workspace(folder)
    defer { withExtendedLifetime(folder) {} }
    _ = try workspace.run("TRAIN churn AS m \(Self.fast) CALIBRATE;")
    let before = try last(workspace, "PREDICT m;").relation.rows
    let path = try folder.write("", to: "m.json")
    _ = try workspace.run("SAVE MODEL m INTO '\(path)'; DROP MODEL m; LOAD MODEL '\(path)';")
    #expect(try last(workspace, "PREDICT m;").relation.rows == before)
    #expect(throws: BQLError.self) { try workspace.run("EVALUATE m;") }
    #expect(throws: BQLError.self) {
      try workspace.run("SAVE MODEL m INTO '\(path)' FORMAT xgboost;")
    }
    // Without calibration and texts the other programs' formats carry it too.
    _ = try workspace.run(
      "LET t = FEATURES USING customer_model SNAPSHOTS 1 HORIZON 14d; "
        + "TRAIN target_event AS c FROM t FEATURES (click_count_sum, purchase_count_sum) "
        + "USING gbdt(trees = 20);"
    )
    let own = try last(workspace, "PREDICT c FROM t;").relation.rows.compactMap { number($0[0]) }
    for format in ["lightgbm", "xgboost", "bql"] {
      _ = try workspace.run(
        "SAVE MODEL c INTO '\(path)' FORMAT \(format); LOAD MODEL '\(path)' AS again;"
      )
      let again = try last(workspace, "PREDICT again FROM t;").relation.rows
        .compactMap { number($0[0]) }
      #expect(own.count == again.count)
      for (a, b) in zip(own, again) { #expect(abs(a - b) < (format == "xgboost" ? 1e-5 : 1e-12)) }
    }
  }
}
