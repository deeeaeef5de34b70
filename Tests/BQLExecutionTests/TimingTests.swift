import BQLColumnar
import BQLExecution
import BQLTestSupport
import Testing

@Suite struct TimingTests {
  /// `TIMING_CASES=100000` in the environment runs more cases than the sample of every day.
  static let caseCount = UInt64(environmentNumber("TIMING_CASES") ?? 2_000)

  private func draw(_ seed: UInt64) -> (SeededGenerator, BehaviorLog) {
    var random = SeededGenerator(seed: seed)
    var log = BehaviorLog.random(&random)
    if random.chance(5) { log.rows = Array(log.rows.prefix(Int.random(in: 0...1, using: &random))) }
    log.hasSessionRole = random.chance(80)
    return (random, log)
  }

  private func oracle(
    _ log: BehaviorLog,
    _ random: inout SeededGenerator,
    perUser: Bool = false,
    hasTop: Bool = true
  ) -> TimingOracle {
    let pairs = [
      ("view", "purchase"), ("view", "cart"), ("purchase", "purchase"), ("ANY", "purchase"),
      ("view", "view"), ("cart|view", "purchase|view"), ("ANY", "ANY"),
    ]
    let pair = pairs.randomElement(using: &random) ?? pairs[0]
    var clauses = RandomClauses(log, &random)
    while clauses.unit == "session" || (perUser && clauses.unit != "user")
      || (!hasTop && clauses.top != nil)
    {
      clauses = RandomClauses(log, &random)
    }
    return TimingOracle(
      log: log,
      start: pair.0,
      end: pair.1,
      isHoldingBrand: random.chance(30),
      clauses: clauses
    )
  }

  private func text(_ oracle: TimingOracle) -> String {
    func name(_ event: String) -> String { event.contains("|") ? "(\(event))" : event }
    return "TIMING \(name(oracle.start)) TO \(name(oracle.end))"
      + (oracle.isHoldingBrand ? " HOLDING brand" : "")
  }

  /// Checks an answer whose groups, in any order, `rows` makes of their waits.
  private func check(
    _ oracle: TimingOracle,
    _ text: String,
    _ seed: UInt64,
    width: Int,
    _ rows: ([TimingOracle.Wait]) -> [[Value]]
  ) throws -> Bool {
    let answer = try oracle.log.answer(text)
    let clauses = oracle.clauses
    let kept = keptGroups(answer, clauses)
    var expected: [[Value]] = []
    var found = answer.map { Array($0.prefix(width + (clauses.isByBrand ? 1 : 0))) }
    if clauses.isByBrand {
      let groups = Dictionary(grouping: oracle.waits) { clauses.group($0.brand, kept: kept) }
      // Groups in an order that does not depend on the answer's; rows of a group keep theirs.
      let names = groups.keys.sorted { "\($0)" < "\($1)" }
      for name in names { expected += rows(groups[name] ?? []).map { [name] + $0 } }
      found = names.flatMap { name in found.filter { $0[0] == name } }
    } else {
      expected = rows(oracle.waits)
    }
    let isSame = alike(found, expected) && found.count == answer.count
    #expect(isSame, "seed \(seed): \(text)\n\(answer)\n\(expected)")
    if isSame {
      #expect(
        try answer == oracle.log.answer(text, threads: 3, morselRows: 1),
        "seed \(seed): \(text)"
      )
    }
    return isSame
  }

  @Test func summariesAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var (random, log) = draw(seed)
      let oracle = oracle(log, &random)
      let text = text(oracle) + oracle.clauses.text
      let isSame = try check(oracle, text, seed, width: 7) { [TimingOracle.summary($0)] }
      guard isSame else { return }
    }
  }

  /// Where most rows are of the start's event, and no clause asks for more, they are not read.
  @Test func waitsForRareEventsAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var (random, log) = draw(seed)
      for row in log.rows.indices where random.chance(85) { log.rows[row].event = "view" }
      let oracle = TimingOracle(
        log: log,
        start: "view",
        end: random.chance(50) ? "purchase" : "cart|purchase",
        clauses: RandomClauses()
      )
      let isSame = try check(oracle, text(oracle), seed, width: 7) { [TimingOracle.summary($0)] }
      guard isSame else { return }
    }
  }

  @Test func curvesAreThoseOfTheOracle() throws {
    for seed in 1...(Self.caseCount / 2) {
      var (random, log) = draw(seed)
      // A group without a conversion has no row, so that the answer would not tell TOP's groups.
      let oracle = oracle(log, &random, hasTop: false)
      let text = text(oracle) + " SHOW CURVE" + oracle.clauses.text
      let isSame = try check(oracle, text, seed, width: 4) { waits in
        TimingOracle.curve(waits).map { step in
          [
            .interval(step.time), .int(Int64(step.atRisk)), .int(Int64(step.events)),
            .float(step.left),
          ]
        }
      }
      guard isSame else { return }
    }
  }

  /// The curve at given times is the curve's last step until then.
  @Test func curvesAreReadAtTimes() throws {
    for seed in 1...(Self.caseCount / 4) {
      var (random, log) = draw(seed)
      let oracle = oracle(log, &random)
      let times = [0, 1, 60, 86_400, 600_000].map { Int64($0) * BehaviorLog.second }
      let list = times.map { "\($0 / BehaviorLog.second)s" }.joined(separator: ", ")
      let text = text(oracle) + " SHOW CURVE AT (\(list))" + oracle.clauses.text
      let isSame = try check(oracle, text, seed, width: 4) { waits in
        let curve = TimingOracle.curve(waits)
        var before: Int64 = -1
        return times.map { time in
          let left = curve.last { $0.time <= time }?.left ?? 1
          let isKnown = left == 0 || waits.contains { $0.time >= time }
          defer { before = time }
          let events = waits.count { $0.end != nil && $0.time > before && $0.time <= time }
          return [
            .interval(time), .int(Int64(waits.count { $0.time >= time })), .int(Int64(events)),
            isKnown ? .float(left) : .null,
          ]
        }
      }
      guard isSame else { return }
    }
  }

  @Test func valuesAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var (random, log) = draw(seed)
      var oracle = oracle(log, &random, perUser: true)
      let follow = Int64([1, 90, 86_400, 700_000].randomElement(using: &random) ?? 1)
      let isLandmark = random.chance(50)
      if !isLandmark, oracle.end != "purchase" {
        oracle = TimingOracle(log: log, start: "view", end: "purchase", clauses: oracle.clauses)
      }
      var text = text(oracle) + " AGAINST value"
      let after = Int64([0, 60, 86_400].randomElement(using: &random) ?? 0)
      if isLandmark { text += " LANDMARK \(after)s" }
      text += " FOR \(follow)s" + oracle.clauses.text
      let second = BehaviorLog.second
      let isSame = try check(oracle, text, seed, width: 8) { waits in
        isLandmark
          ? oracle.landmark(waits, after: after * second, follow: follow * second)
          : oracle.bands(waits, follow: follow * second)
      }
      guard isSame else { return }
    }
  }

  /// Who converts is who reaches the second step of a funnel of first starts.
  @Test func conversionsAreThoseOfTheFunnel() throws {
    for seed in 1...(Self.caseCount / 2) {
      var (random, log) = draw(seed)
      // Groups of one size may stand in another order.
      var clauses = RandomClauses(log, &random)
      while clauses.top != nil { clauses = RandomClauses(log, &random) }
      let end = random.chance(50) ? "purchase" : "(cart|view)"
      var holding = random.chance(30) ? " HOLDING brand" : ""
      if clauses.isByBrand || clauses.unit != "user" { holding = "" }
      let timing = try log.answer("TIMING view TO \(end)" + holding + clauses.text)
      let funnel = try log.answer("FUNNEL view, \(end) ENTRY FIRST" + holding + clauses.text)
      let width = clauses.isByBrand ? 1 : 0
      let found = timing.map { Array($0.prefix(width + 2)) }
      let steps = stride(from: 0, to: funnel.count, by: 2).map { row in
        Array(funnel[row].prefix(width)) + [funnel[row][width + 2], funnel[row + 1][width + 2]]
      }
      let isSame = sameRows(found, steps, ordered: false)
      #expect(isSame, "seed \(seed): \(end)\(holding)\(clauses.text)\n\(timing)\n\(funnel)")
      guard isSame else { return }
    }
  }

  /// SHOW TEST gives the test of the curves of the groups.
  @Test func testsCompareTheGroups() throws {
    for seed in 1...(Self.caseCount / 4) {
      var (random, log) = draw(seed)
      var oracle = oracle(log, &random)
      while !oracle.clauses.isByBrand { oracle = self.oracle(log, &random) }
      let text = text(oracle) + " SHOW TEST" + oracle.clauses.text
      let answer = try log.answer(text)
      let kept = keptGroups(answer, oracle.clauses)
      let groups = Dictionary(grouping: oracle.waits) {
        oracle.clauses.group($0.brand, kept: kept)
      }
      let curves = answer.map { row in
        let waits = groups[row[0]] ?? []
        return SurvivalCurve(waits.map(\.time), converted: waits.map { $0.end != nil })
      }
      let test = LogRankTest(curves)
      let expected = answer.indices.map { index -> [Value] in
        let head: [Value] = [
          answer[index][0], .int(Int64(curves[index].count)),
          .int(Int64(curves[index].convertedCount)),
        ]
        guard let test else { return head + [.null, .null, .null, .null] }
        return head + [
          .float(test.expected[index]), .float(test.statistic), .int(Int64(test.degrees)),
          .float(test.pValue),
        ]
      }
      #expect(answer == expected, "seed \(seed): \(text)\n\(answer)\n\(expected)")
      guard answer == expected else { return }
    }
  }
}
