import BQLColumnar
import BQLExecution
import BQLTestSupport
import Testing

/// Holds all that FUNNEL says to one set of canonical chains.
@Suite struct FunnelAnswerTests {
  /// A funnel over a random log; its lists of units are what the other answers are held to.
  struct Question {
    var log: BehaviorLog
    var text: String
    var steps: [String]
    var isGrouped: Bool
    var hasWindows: Bool
    var countName: String
    var name: String

    init(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      log = BehaviorLog.random(&random)
      var clauses = RandomClauses(log, &random)
      if let top = clauses.top { clauses.text.removeLast(" TOP \(top)".count) }
      let labels = ["s1", "s2", "s3"].prefix(random.chance(70) ? 3 : 2)
      steps = labels.map { label in
        let event = BehaviorLog.events.randomElement(using: &random) ?? "view"
        let isOptional = label == "s2" && labels.count == 3 && random.chance(20)
        return "\(event)\(isOptional ? "?" : "") AS \(label)"
      }
      isGrouped = clauses.isByBrand
      hasWindows = random.chance(60)
      let windows = hasWindows ? (random.chance(30) ? " WITHIN (1d, 7d)" : " WITHIN 3d") : ""
      let mature = hasWindows ? " MATURE ONLY" : ""
      let drawn = ["", " ENTRY FIRST", " MODE STRICT", mature].randomElement(using: &random)
      text = clauses.text + windows + (drawn ?? "")
      countName =
        clauses.unit == "user" ? "users" : clauses.unit == "session" ? "sessions" : "units"
      name = "seed \(seed): FUNNEL \(steps.joined(separator: ", "))\(text)"
    }

    func answer(_ show: String) throws -> [[String: Value]] {
      try log.table("FUNNEL \(steps.joined(separator: ", "))\(text) \(show)")
    }

    /// What a row of one answer has in common with rows of the others.
    func key(_ row: [String: Value]) -> String {
      let group = row["brand"] ?? row.first { $0.key.hasPrefix("CASE") }?.value
      return "\(isGrouped ? "\(group ?? .null)" : "") \(row["window"] ?? .null)"
    }

    func isOptional(_ step: Int) -> Bool { steps[step].contains("?") }
  }

  static let caseCount: UInt64 = UInt64(environmentNumber("FUNNEL_ANSWER_CASES") ?? 400)

  static func number(_ value: Value?) -> Int64 {
    switch value {
    case .int(let number), .decimal(let number), .interval(let number), .timestamp(let number):
      number
    default: 0
    }
  }

  /// The quantile as its definition says it.
  static func quantile(_ numbers: [Int64], _ p: Double) -> Int64? {
    guard !numbers.isEmpty else { return nil }
    let sorted = numbers.sorted()
    let place = p * Double(sorted.count - 1)
    let low = Int(place)
    guard low + 1 < sorted.count else { return sorted[low] }
    let part = (place - Double(low)) * Double(sorted[low + 1] - sorted[low])
    return sorted[low] + Int64(part.rounded())
  }

  @Test func listsReconcileWithCountsTimesAndValues() throws {
    for seed in 1...Self.caseCount {
      let question = Question(seed: seed)
      let steps = try question.answer("")
      let times = try question.answer("SHOW TIMES")
      for (index, label) in question.steps.indices.map({ ($0, "s\($0 + 1)") }) {
        let listed = try question.answer("SHOW USERS AT \(label)")
        for row in steps where row["step"] == .text(label) {
          let own = listed.filter { question.key($0) == question.key(row) }
          #expect(row[question.countName] == .int(Int64(own.count)), "\(question.name)")
          let sum = own.reduce(0) { $0 + Self.number($1["value"]) }
          #expect(Self.number(row["value"]) == sum, "\(question.name) \(label)")
          guard index > 0 else { continue }
          let waits = own.map { row -> Int64 in
            let before = (0..<index).last { row["s\($0 + 1)_time"] != .null } ?? 0
            return Self.number(row["\(label)_time"]) - Self.number(row["s\(before + 1)_time"])
          }
          let median = Self.quantile(waits, 0.5).map { Value.interval($0) } ?? .null
          #expect(row["median_time"] == median, "\(question.name) \(label)")
          try checkTimes(times, waits, own, index, question, row)
        }
      }
    }
  }

  /// Holds SHOW TIMES to the times of listed chains.
  private func checkTimes(
    _ times: [[String: Value]],
    _ waits: [Int64],
    _ own: [[String: Value]],
    _ index: Int,
    _ question: Question,
    _ row: [String: Value]
  ) throws {
    let all = own.map {
      Self.number($0["s\(index + 1)_time"]) - Self.number($0["s1_time"])
    }
    let rows = times.filter {
      question.key($0) == question.key(row) && $0["to_step"] == .text("s\(index + 1)")
    }
    #expect(rows.count == (index > 1 ? 2 : 1), "\(question.name)")
    for (told, numbers) in zip(rows, [waits, all]) {
      for (column, p) in [("min", 0), ("p10", 0.1), ("p75", 0.75), ("p99", 0.99), ("max", 1)] {
        let expected = Self.quantile(numbers, p).map { Value.interval($0) } ?? .null
        #expect(told["\(column)_time"] == expected, "\(question.name) \(column)")
      }
      let sum = numbers.reduce(0, +)
      let count = Int64(max(numbers.count, 1))
      let mean =
        numbers.isEmpty ? Value.null : .interval((sum + 500 * count) / (1_000 * count) * 1_000)
      #expect(told["mean_time"] == mean, "\(question.name)")
    }
  }

  @Test func thoseWhoDropAreThoseWhoAreMissing() throws {
    for seed in 1...Self.caseCount {
      let question = Question(seed: seed)
      let steps = try question.answer("")
      let losses = try question.answer("SHOW LOSS")
      for index in question.steps.indices.dropFirst() where !question.isOptional(index) {
        let before = (0..<index).last { !question.isOptional($0) } ?? 0
        let dropped = try question.answer("SHOW DROPPED BEFORE s\(index + 1)")
        let after = try question.answer("SHOW DROPPED AFTER s\(before + 1)")
        #expect(dropped.count == after.count, "\(question.name)")
        for (row, loss) in zip(steps, losses) where row["step"] == .text("s\(index + 1)") {
          let own = dropped.filter { question.key($0) == question.key(row) }
          #expect(row["dropped"] == .int(Int64(own.count)), "\(question.name)")
          #expect(loss["dropped"] == row["dropped"], "\(question.name)")
          let sum = own.reduce(0) { $0 + Self.number($1["value"]) }
          #expect(Self.number(loss["value_lost"]) == sum, "\(question.name)")
        }
      }
    }
  }

  @Test func tracesOfAllUsersAddUpToTheFunnel() throws {
    for seed in 1...Self.caseCount {
      let question = Question(seed: seed)
      guard !question.isGrouped else { continue }
      let steps = try question.answer("")
      var counts: [String: Int] = [:]
      for user in Set(question.log.rows.map(\.user)) {
        let traced = try question.log.table(
          "EXPLAIN FUNNEL \(question.steps.joined(separator: ", "))\(question.text) FOR USER \(user)"
        )
        let rowCount = question.log.rows.count { $0.user == user }
        let windowCount = Set(traced.map { question.key($0) }).count
        #expect(traced.count == rowCount * windowCount, "\(question.name)")
        for row in traced {
          guard case .int(let step)? = row["chain_step"] else { continue }
          counts["\(question.key(row)) \(step)", default: 0] += 1
        }
      }
      for row in steps {
        let step = Self.number(row["step_no"])
        let traced = counts["\(question.key(row)) \(step)"] ?? 0
        #expect(row[question.countName] == .int(Int64(traced)), "\(question.name) step \(step)")
      }
    }
  }

  @Test func eachPeriodOfATrendIsAFunnelOfItsOwn() throws {
    var periodCount = 0
    for seed in 1...Self.caseCount / 4 {
      var random = SeededGenerator(seed: seed)
      let log = BehaviorLog.random(&random)
      let grain = ["day", "week", "month"].randomElement(using: &random) ?? "day"
      let by = random.chance(50) ? "BY brand" : ""
      let base = "FUNNEL view, cart, purchase WITHIN 3d \(by)"
      let trend = try log.table("\(base) SHOW TREND \(grain)")
      for row in trend {
        guard case .date(let day)? = row[grain] else { continue }
        let period = periodNumber(day * BehaviorLog.day, grain)
        let since = ValueText.text(.date(day))
        let until = ValueText.text(.date(Int64(periodStart(period + 1, grain))))
        let each = by.isEmpty ? "" : "ATTRIBUTE EACH"
        let own = try log.table("\(base) \(each) SINCE '\(since)' UNTIL '\(until)'").filter {
          by.isEmpty || $0["brand"] == row["brand"]
        }
        periodCount += 1
        #expect(row["users"] == own.first?["users"] ?? .int(0), "seed \(seed) \(grain)")
        #expect(row["converted"] == own.last?["users"] ?? .int(0), "seed \(seed) \(grain)")
        #expect(Self.number(row["value"]) == Self.number(own.last?["value"]), "seed \(seed)")
      }
    }
    #expect(periodCount > 100)
  }

  @Test func aTrendNamesTheLargestGroups() throws {
    for seed in 1...Self.caseCount / 4 {
      var random = SeededGenerator(seed: seed)
      let log = BehaviorLog.random(&random)
      let all = try log.table("FUNNEL view, cart WITHIN 3d BY brand SHOW TREND week")
      let top = try log.table("FUNNEL view, cart WITHIN 3d BY brand TOP 1 SHOW TREND week")
      let names = Set(top.map { "\($0["brand"] ?? .null)" })
      #expect(names.count <= 2, "seed \(seed)")
      for row in top where row["brand"] != .text("(other)") {
        let own = all.first { $0["brand"] == row["brand"] && $0["week"] == row["week"] }
        #expect(row["users"] == own?["users"] ?? .int(0), "seed \(seed)")
        #expect(row["converted"] == own?["converted"] ?? .int(0), "seed \(seed)")
      }
    }
  }

  @Test func comparisonsAreOfTheGroupsOfByAndOfTheRest() throws {
    for seed in 1...Self.caseCount {
      let question = Question(seed: seed)
      guard question.isGrouped, !question.hasWindows else { continue }
      let steps = try question.answer("")
      let lifts = try question.answer("SHOW LIFT")
      for lift in lifts {
        let group = question.key(lift)
        let label = lift["step"] ?? .null
        let index = Int(Self.number(lift["step_no"])) - 1
        let before = Value.text("s\(((0..<index).last { !question.isOptional($0) } ?? 0) + 1)")
        func units(_ step: Value, own: Bool) -> Int {
          steps.filter { ($0["step"] == step) && (question.key($0) == group) == own }.reduce(0) {
            $0 + Int(Self.number($1[question.countName]))
          }
        }
        let difference = ProportionDifference(
          units(label, own: true),
          of: units(before, own: true),
          units(label, own: false),
          of: units(before, own: false)
        )
        let points = difference.map { Value.float($0.difference * 100) } ?? .null
        #expect(lift["pct_difference"] == points, "\(question.name)")
      }
    }
  }

  @Test func compareCountsTheGroupsOfBy() throws {
    for seed in 1...Self.caseCount {
      var random = SeededGenerator(seed: seed)
      let log = BehaviorLog.random(&random)
      let funnel = "FUNNEL view, cart, purchase"
      let groups = try log.table("\(funnel) BY brand")
      let compared = try log.table("\(funnel) COMPARE brand = 'a' VS brand = 'b'")
      for row in compared {
        for (column, brand) in [("users_a", "a"), ("users_b", "b")] {
          let own = groups.first { $0["brand"] == .text(brand) && $0["step"] == row["step"] }
          #expect(row[column] == own?["users"] ?? .int(0), "seed \(seed)")
        }
      }
    }
  }
}
