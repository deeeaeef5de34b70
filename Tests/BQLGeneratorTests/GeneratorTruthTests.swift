import BQLGenerator
import Testing

/// Checks that the log follows its truth, and that models have something to learn.
@Suite struct GeneratorTruthTests {
  private let log: GeneratedLog

  init() throws { log = try GeneratedLog.sample.get() }

  @Test func noUserActsBeforeArrivalOrAfterDropout() {
    var violations = 0
    for row in log.rows {
      guard let truth = log.truth[row.user] else {
        Issue.record("user \(row.user) is not in the truth")
        continue
      }
      if let arrival = truth["arrival_time"], row.time < arrival { violations += 1 }
      if let dropout = truth["dropout_time"], !dropout.isEmpty, row.time > dropout {
        violations += 1
      }
    }
    #expect(violations == 0)
    #expect(log.truth.count == 2_000)
  }

  @Test func dropoutHasACauseAndOrdersEndWithAPurchaseSession() {
    let gone = log.truth.values.filter { $0["dropout_time"]?.isEmpty == false }
    #expect((0.4...0.8).contains(Double(gone.count) / 2_000))
    #expect(gone.allSatisfy { ["order", "lifetime"].contains($0["dropout_cause"]) })
    let buyers = Set(log.rows.filter { $0.kind == "purchase" }.map(\.user))
    let byOrder = gone.filter { $0["dropout_cause"] == "order" }
    #expect(byOrder.count > 50)
    #expect(byOrder.allSatisfy { buyers.contains($0["user_id"] ?? "") })
  }

  @Test func recencyAndFrequencyForetellTheFuture() {
    let cut = "2020-02-01"
    var groups: [String: (users: Int, active: Int)] = [:]
    for rows in Dictionary(grouping: log.rows, by: \.user).values {
      let past = rows.filter { $0.time < cut }
      guard let last = past.last else { continue }
      let recency = last.time >= "2020-01-01" ? "recent" : "old"
      let frequency = Set(past.map(\.session)).count >= 4 ? "often" : "seldom"
      var group = groups["\(recency) \(frequency)"] ?? (0, 0)
      group.users += 1
      if rows.contains(where: { $0.time >= cut && $0.time < "2020-03-01" }) { group.active += 1 }
      groups["\(recency) \(frequency)"] = group
    }
    func rate(_ name: String) -> Double {
      let group = groups[name] ?? (0, 0)
      return Double(group.active) / Double(max(group.users, 1))
    }
    #expect(rate("recent often") > 0.45)
    #expect(rate("recent often") > rate("recent seldom") + 0.1)
    #expect(rate("recent seldom") > rate("old seldom") + 0.1)
  }

  @Test func conversionDiffersByTypeDepartmentAndWeekday() {
    func conversion(_ isMember: (GeneratedLog.Row) -> Bool) -> Double {
      let rows = log.rows.filter(isMember)
      let purchases = rows.count { $0.kind == "purchase" }
      return Double(purchases) / Double(max(rows.count { $0.kind == "view" }, 1))
    }
    func ofType(_ name: String) -> Double {
      conversion { log.truth[$0.user]?["type"] == name }
    }
    #expect(ofType("loyal") > 2 * ofType("browser"))
    #expect(ofType("regular") > 1.5 * ofType("visitor"))
    #expect(
      conversion { $0.code.hasPrefix("electronics.") }
        > 1.3 * conversion { $0.code.hasPrefix("furniture.") }
    )
    func weekdays(_ wanted: Set<Int>) -> Double {
      conversion { row in
        let rhythm = WeeklyRhythm.weekday(ofDay: Self.day(row.time))
        return wanted.contains(rhythm)
      }
    }
    #expect(weekdays([0, 1, 2]) > weekdays([4, 5, 6]))
  }

  @Test func tastesShowInTheDepartments() {
    func share(_ taste: String, _ department: String) -> Double {
      let rows = log.rows.filter { log.truth[$0.user]?["taste"] == taste && !$0.code.isEmpty }
      let hits = rows.count { $0.code.hasPrefix(department + ".") }
      return Double(hits) / Double(max(rows.count, 1))
    }
    #expect(share("fashion", "apparel") > 3 * share("tech", "apparel"))
    #expect(share("maker", "tools") > 3 * share("family", "tools"))
    #expect(share("family", "kids") > 3 * share("home", "kids"))
  }

  @Test func truthRatesPredictOrders() {
    let sessions = Dictionary(grouping: log.rows, by: \.user)
      .mapValues { Set($0.map(\.session)).count }
    var expected = 0.0
    for (user, truth) in log.truth {
      guard let orders = Double(truth["orders_per_day"] ?? ""),
        let visits = Double(truth["sessions_per_day"] ?? "")
      else { continue }
      expected += orders / visits * Double(sessions[user] ?? 0)
    }
    let actual = Set(log.rows.filter { $0.kind == "purchase" }.map(\.session)).count
    #expect((0.8...1.25).contains(Double(actual) / expected), "\(actual) of \(expected)")
  }

  /// Days since 1970-01-01 of a time in 2019-10 to 2020-04.
  private static func day(_ time: String) -> Int {
    let starts = [
      "2019-10": 18_170, "2019-11": 18_201, "2019-12": 18_231, "2020-01": 18_262,
      "2020-02": 18_293, "2020-03": 18_322, "2020-04": 18_353,
    ]
    let dayOfMonth = Int(time.dropFirst(8).prefix(2)) ?? 1
    return (starts[String(time.prefix(7))] ?? 0) + dayOfMonth - 1
  }
}
