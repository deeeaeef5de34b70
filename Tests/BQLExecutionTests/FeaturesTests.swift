import BQLColumnar
import BQLPlanning
import BQLTestSupport
import Testing

@Suite struct FeaturesTests {
  /// `FEATURES_CASES=20000` in the environment runs more cases than the sample of every day.
  static let caseCount = UInt64(environmentNumber("FEATURES_CASES") ?? 1_500)

  private func draw(
    _ seed: UInt64
  ) -> (random: SeededGenerator, oracle: FeaturesOracle, clauses: String) {
    var random = SeededGenerator(seed: seed)
    var log = BehaviorLog.random(&random)
    if random.chance(5) { log.rows = Array(log.rows.prefix(1)) }
    log.hasSessionRole = random.chance(75)
    var oracle = FeaturesOracle(log: log)
    var clauses = ""
    if random.chance(30) {
      oracle.minimumPrice = Int64.random(in: 0...10_000, using: &random)
      clauses += " WHERE price >= \(ValueText.text(.decimal(oracle.minimumPrice ?? 0)))"
    }
    if random.chance(20) {
      oracle.minimumPurchases = Int.random(in: 1...2, using: &random)
      clauses += " MINIMUM \(oracle.minimumPurchases) PURCHASES"
    }
    return (random, oracle, clauses)
  }

  /// Draws an instant near a row, often at one.
  private func instant(_ log: BehaviorLog, _ random: inout SeededGenerator) -> Int64 {
    let row = log.rows.randomElement(using: &random)?.time ?? 0
    return row + ([0, 0, -1, 1, 500_000, 86_400_000_000].randomElement(using: &random) ?? 0)
  }

  private func number(_ value: Value?) -> Double? {
    switch value {
    case .int(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }

  /// Says where two rows differ; nil where they do not.
  private func difference(
    _ row: [String: Value],
    _ expected: FeaturesOracle.Row,
    _ names: [String]
  ) -> String? {
    for name in names {
      let (found, value) = (number(row[name]), expected[name])
      guard let found, let value else {
        if found == nil, value == nil, row[name] != nil { continue }
        return "\(name): \(String(describing: found)), not \(String(describing: value))"
      }
      if abs(found - value) > 1e-9 * max(1, abs(value)) { return "\(name): \(found), not \(value)" }
    }
    return nil
  }

  private func check(
    _ rows: [[String: Value]],
    _ expected: [(user: Int, row: FeaturesOracle.Row)],
    _ names: [String],
    _ told: String
  ) -> Bool {
    let users = rows.map { number($0["user_id"]).map { Int($0) } }
    #expect(users == expected.map(\.user), "\(told)")
    guard users == expected.map(\.user) else { return false }
    for (row, expected) in zip(rows, expected) {
      let difference = difference(row, expected.row, names)
      #expect(difference == nil, "\(told), user \(expected.user)")
      if difference != nil { return false }
    }
    return true
  }

  /// The same bits at any cut into morsels and any number of threads, and in any choice of columns.
  private func checkStability(
    _ log: BehaviorLog,
    _ text: String,
    _ names: [String],
    _ random: inout SeededGenerator,
    _ told: String
  ) throws {
    let whole = try log.answer(text)
    #expect(try whole == log.answer(text, threads: 3, morselRows: 1), "\(told)")
    let picked = (0..<3).compactMap { _ in names.indices.randomElement(using: &random) }
    let list = picked.enumerated().map { "\(names[$0.element]) AS c\($0.offset)" }
    let part = try log.answer("SELECT \(list.joined(separator: ", ")) FROM (\(text))")
    #expect(part == whole.map { row in picked.map { row[$0] } }, "\(told): \(list)")
    let count = try log.answer("SELECT count(*) FROM (\(text))")
    #expect(count == [[.int(Int64(whole.count))]], "\(told): count")
  }

  @Test func featuresAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var (random, oracle, clauses) = draw(seed)
      var cutoff = oracle.log.lastTime
      if random.chance(50) {
        let asOf = instant(oracle.log, &random)
        cutoff = asOf - 1
        clauses += " AS OF '\(ValueText.text(.timestamp(asOf)))'"
      }
      if random.chance(30) {
        oracle.margin = 0.35
        clauses += " MARGIN 0.35"
      }
      let isFilled = random.chance(50)
      let text = "FEATURES USING base" + clauses + (isFilled ? "" : " UNFILLED")
      var expected = oracle.unfilled(at: cutoff)
      if isFilled { expected = FeaturesOracle.filled(expected) }
      let rows = expected.keys.sorted().map { ($0, expected[$0] ?? [:]) }
      let answer = try oracle.log.table(text)
      guard check(answer, rows, FeaturesOracle.base, "seed \(seed): \(text)") else { return }
      let names = ["user_id"] + FeaturesOracle.base
      try checkStability(oracle.log, text, names, &random, "seed \(seed): \(text)")
    }
  }

  @Test func theCustomerModelIsThatOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var (random, oracle, clauses) = draw(seed)
      let log = oracle.log
      let day = BehaviorLog.day
      var horizon = 28 * day
      if random.chance(75) {
        horizon = [1, 2, 7, 14].randomElement(using: &random).map { $0 * day } ?? day
        clauses += " HORIZON \(horizon / day)d"
      }
      let count = Int.random(in: 1...4, using: &random)
      clauses += " SNAPSHOTS \(count)"
      // The Sunday on or before the last event's day; 1970-01-04 was one.
      let lastDay = log.lastTime / day
      var end = (lastDay - (lastDay + 4) % 7) * day
      if random.chance(25) {
        let cutoff = instant(log, &random)
        end = cutoff + horizon
        clauses += " AS OF '\(ValueText.text(.timestamp(cutoff)))'"
      }
      let isFilled = random.chance(50)
      let text = "FEATURES USING customer_model" + clauses + (isFilled ? "" : " UNFILLED")
      guard end <= log.lastTime, end - Int64(count) * horizon >= log.firstTime else {
        #expect(throws: BehaviorLog.NoQuestion.self, "seed \(seed): \(text)") {
          try log.answer(text)
        }
        continue
      }
      var rows: [(user: Int, row: FeaturesOracle.Row)] = []
      var older: [Int: FeaturesOracle.Row] = [:]
      for step in (0..<count).reversed() {
        let horizonEnd = end - Int64(step) * horizon
        var features = oracle.unfilled(at: horizonEnd - horizon)
        if isFilled { features = FeaturesOracle.filled(features) }
        let targets = oracle.targets(of: features.keys, horizonEnd - horizon, horizonEnd)
        var own: [(user: Int, row: FeaturesOracle.Row)] = []
        for user in features.keys.sorted() {
          var row = (features[user] ?? [:]).merging(targets[user] ?? [:]) { first, _ in first }
          row["time_step"] = Double(step)
          row["target_customer_value_lag1"] = older[user]?["target_customer_value"] ?? 0
          own.append((user, row))
        }
        older = targets
        rows = own + rows
      }
      for index in rows.indices { rows[index].row["row_id"] = Double(index + 1) }
      let targets = [
        "target_event", "target_revenue", "target_customer_value", "time_step",
        "target_customer_value_lag1", "target_actual_profit",
      ]
      let names = ["row_id", "user_id"] + FeaturesOracle.base + targets
      let answer = try log.table(text)
      let shown = names.filter { $0 != "user_id" }
      guard check(answer, rows, shown, "seed \(seed): \(text)") else { return }
      try checkStability(log, text, names, &random, "seed \(seed): \(text)")
    }
  }

  @Test func rfmIsThatOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var (random, oracle, _) = draw(seed)
      oracle.minimumPurchases = 0
      var text = "FEATURES USING rfm"
      if let price = oracle.minimumPrice {
        text += " WHERE price >= \(ValueText.text(.decimal(price)))"
      }
      var cutoff = oracle.log.lastTime
      var recencyEnd = cutoff + BehaviorLog.day
      if random.chance(50) {
        recencyEnd = instant(oracle.log, &random)
        cutoff = recencyEnd - 1
        text += " AS OF '\(ValueText.text(.timestamp(recencyEnd)))'"
      }
      let expected = oracle.rfm(at: cutoff, recencyEnd: recencyEnd)
      let rows = expected.keys.sorted().map { ($0, expected[$0] ?? [:]) }
      let names = ["recency", "frequency", "monetary"]
      guard check(try oracle.log.table(text), rows, names, "seed \(seed): \(text)") else { return }
      try checkStability(oracle.log, text, ["user_id"] + names, &random, "seed \(seed): \(text)")
    }
  }

  @Test func theSetsHaveTheColumnsOfTheCustomerModel() {
    let base = ["user_id"] + FeaturesOracle.base
    #expect(FeatureSet.base.features.map(\.name) == base)
    let model = FeatureSet.customerModel.features
    #expect(model.count == 217)
    #expect(
      model.map(\.name) == ["row_id"] + base + [
        "target_event", "target_revenue", "target_customer_value", "time_step",
        "target_customer_value_lag1", "target_actual_profit",
      ]
    )
    #expect(FeatureSet.engagement.features.count == 21)
    // What a model may not learn from is the targets that reach behind the cutoff, and they alone.
    #expect(
      model.filter { !$0.reach.isKnownAtCutoff }.map(\.name) == [
        "target_event", "target_revenue", "target_customer_value", "target_actual_profit",
      ]
    )
  }

  /// One user with a million rows in as many sessions, or in one, costs no more than many users do.
  @Test(arguments: [1, 3, 1_000_000]) func oneUserMayHaveAllRows(sessionRows: Int) throws {
    var log = BehaviorLog()
    log.isInSeconds = true
    let count = 200_000
    for index in 0..<count {
      log.rows.append(
        BehaviorLog.Row(
          user: 0,
          time: (1_569_628_800 + Int64(index) * 60) * BehaviorLog.second,
          event: BehaviorLog.events[index % 4],
          session: nil,
          brand: nil,
          price: 100,
          index: index
        )
      )
    }
    // Visits of one row each, where the gap between rows is longer than that of a visit.
    log.hasSessionRole = false
    if sessionRows == 1 {
      for index in log.rows.indices { log.rows[index].time += Int64(index) * 1_800_000_000 }
    } else if sessionRows == 3 {
      for index in log.rows.indices { log.rows[index].time += Int64(index / 3) * 1_800_000_000 }
    }
    let sessions = (count + sessionRows - 1) / sessionRows
    let rows = try log.answer(
      "SELECT session_number_max, click_count_sum, click_count_mean FROM (FEATURES)"
    )
    let mean = Double(count) / Double(sessions)
    #expect(rows == [[.float(Double(sessions)), .float(Double(count)), .float(mean)]])
  }
}
