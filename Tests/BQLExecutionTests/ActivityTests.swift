import BQLColumnar
import BQLTestSupport
import Testing

/// LIFECYCLE, STICKINESS and ACTIVE beside sets of periods.
@Suite struct ActivityTests {
  /// `ACTIVITY_CASES=100000` in the environment runs more cases than the sample of every day.
  static let caseCount = UInt64(environmentNumber("ACTIVITY_CASES") ?? 1_500)

  private func check(
    _ make: (inout SeededGenerator) -> String,
    _ expected: (ActivityOracle, String) -> [[Value]]
  ) throws {
    for seed in 1...Self.caseCount {
      var random = SeededGenerator(seed: seed)
      let log = BehaviorLog.random(&random)
      let event = random.chance(50) ? "view" : nil
      let clauses = RandomClauses(log, &random)
      let verb = make(&random)
      let text = verb + (event.map { " OF \($0)" } ?? "") + clauses.text
      let answer = try log.answer(text)
      let oracle = ActivityOracle(log: log, clauses: clauses, event: event)
      let kept = keptGroups(answer, clauses)
      let rows = oracle.groups(kept: kept).flatMap { group, units in
        expected(ActivityOracle(log: log, clauses: clauses, event: event, units: units), verb)
          .map { (clauses.isByBrand ? [group] : []) + $0 }
      }
      // A group without rows in the answer cannot be told from one that TOP left out.
      let isSame = sameRows(answer, rows, ordered: !clauses.isByBrand)
      #expect(isSame, "seed \(seed): \(text)\n\(answer)\n\(rows)")
      guard isSame else { return }
      #expect(try answer == log.answer(text, threads: 3, morselRows: 1), "seed \(seed)")
    }
  }

  @Test func lifecycle() throws {
    try check { random in
      "LIFECYCLE EVERY \(["day", "week", "month"].randomElement(using: &random) ?? "week")"
    } _: { oracle, verb in
      let grain = String(verb.split(separator: " ")[2])
      let units = oracle.units.map { oracle.periods($0, grain) }
      return oracle.shown(grain).map { period in
        func count(_ isCounted: (ActivityOracle.Periods) -> Bool) -> Value {
          .int(Int64(units.count(where: isCounted)))
        }
        return [
          .date(Int64(periodStart(period, grain))),
          count { $0.counted.contains(period) && $0.all.min() == period },
          count { $0.counted.contains(period) && $0.all.contains(period - 1) },
          count {
            $0.counted.contains(period) && !$0.all.contains(period - 1)
              && ($0.all.min() ?? period) < period
          },
          count { $0.all.contains(period - 1) && !$0.counted.contains(period) },
        ]
      }
    }
  }

  @Test func stickiness() throws {
    let grains = [("day", "week"), ("day", "month"), ("week", "month")]
    try check { random in
      let (every, per) = grains.randomElement(using: &random) ?? ("day", "month")
      return "STICKINESS EVERY \(every) PER \(per)"
    } _: { oracle, verb in
      let words = verb.split(separator: " ").map(String.init)
      let (every, per) = (words[2], words[4])
      return oracle.shown(per).flatMap { period -> [[Value]] in
        let counts = oracle.units.map { unit in
          let rows = unit.filter { oracle.clauses.isIn($0) && periodNumber($0.time, per) == period }
          return Set(rows.map { periodNumber($0.time, every) }).count
        }.filter { $0 > 0 }
        guard let most = counts.max() else { return [] }
        let total = Double(counts.count)
        return (1...most).map { number in
          let users = counts.count { $0 == number }
          return [
            .date(Int64(periodStart(period, per))), .int(Int64(number)), .int(Int64(users)),
            .float(Double(users) / total), .float(Double(counts.count { $0 >= number }) / total),
          ]
        }
      }
    }
  }

  @Test func active() throws {
    try check { random in
      "ACTIVE EVERY \(["day", "week", "month"].randomElement(using: &random) ?? "day")"
    } _: { oracle, verb in
      let grain = String(verb.split(separator: " ")[2])
      return oracle.shown(grain).compactMap { oracle.active($0, grain) }
    }
  }
}

/// Answers activity questions from each unit's set of periods.
struct ActivityOracle {
  struct Periods {
    var all: Set<Int>
    var counted: Set<Int>
  }

  let log: BehaviorLog
  let clauses: RandomClauses
  let event: String?
  /// The rows of each unit that the event and WHERE keep, before the period's end.
  var units: [[BehaviorLog.Row]] = []

  /// The units of each group, each group's rows alone.
  func groups(kept: [Value]?) -> [(Value, [[BehaviorLog.Row]])] {
    let rows = log.rows.filter { row in
      (event == nil || row.event == event) && clauses.passes(row)
        && row.time < clauses.until ?? .max
    }
    guard clauses.isByBrand else { return [(.null, clauses.units(rows))] }
    let named = Dictionary(grouping: rows) { clauses.group($0.brand, kept: kept) }
    return named.filter { $0.value.contains(where: clauses.isIn) }.map { group, rows in
      (group, clauses.units(rows))
    }.filter { $0.1.contains { $0.contains(where: clauses.isIn) } }
  }

  func periods(_ unit: [BehaviorLog.Row], _ grain: String) -> Periods {
    Periods(
      all: Set(unit.map { periodNumber($0.time, grain) }),
      counted: Set(unit.filter(clauses.isIn).map { periodNumber($0.time, grain) })
    )
  }

  /// The periods of the log that have an instant in the statement's period.
  func shown(_ grain: String) -> [Int] {
    let first = max(log.firstTime, clauses.since ?? .min)
    let last = min(log.lastTime, (clauses.until ?? .max) - 1)
    guard first <= last else { return [] }
    return Array(periodNumber(first, grain)...periodNumber(last, grain))
  }

  func active(_ period: Int, _ grain: String) -> [Value]? {
    let first = max(log.firstTime, clauses.since ?? .min)
    let last = min(log.lastTime, (clauses.until ?? .max) - 1)
    let days = (periodNumber(first, "day")...periodNumber(last, "day")).filter { day in
      periodNumber(Int64(day) * BehaviorLog.day, grain) == period
    }
    guard let end = days.last else { return nil }
    let units = self.units.map { periods($0, "day") }
    func within(_ day: Int, _ length: Int) -> Int {
      units.count { unit in unit.all.contains { $0 <= day && $0 > day - length } }
    }
    func mean(_ count: (Int) -> Int) -> Double {
      Double(days.reduce(0) { $0 + count($1) }) / Double(days.count)
    }
    let own = self.units.count { periods($0, grain).counted.contains(period) }
    let daily = mean { day in units.count { $0.counted.contains(day) } }
    let weekly =
      grain == "day"
      ? Double(within(end, 7)) : grain == "week" ? Double(own) : mean { within($0, 7) }
    let monthly = grain == "month" ? own : within(end, 30)
    func ratio(_ part: Double, _ whole: Double) -> Value {
      whole == 0 ? .null : .float(part / whole)
    }
    return [
      .date(Int64(periodStart(period, grain))),
      grain == "day" ? .int(Int64(daily)) : .float(daily),
      grain == "month" ? .float(weekly) : .int(Int64(weekly)), .int(Int64(monthly)),
      ratio(daily, weekly), ratio(daily, Double(monthly)), ratio(weekly, Double(monthly)),
    ]
  }
}
