import BQLColumnar
import BQLTestSupport
import Testing

@Suite struct SessionsTests {
  /// `SESSIONS_CASES=100000` in the environment runs more cases than the sample of every day.
  static let caseCount = UInt64(environmentNumber("SESSIONS_CASES") ?? 2_000)

  /// Draws clauses that SESSIONS takes: no PER.
  private func clauses(_ log: BehaviorLog, _ random: inout SeededGenerator) -> RandomClauses {
    while true {
      let clauses = RandomClauses(log, &random)
      if clauses.unit == "user" { return clauses }
    }
  }

  private func draw(_ seed: UInt64) -> (SeededGenerator, BehaviorLog) {
    var random = SeededGenerator(seed: seed)
    var log = BehaviorLog.random(&random)
    if random.chance(5) { log.rows = Array(log.rows.prefix(Int.random(in: 0...1, using: &random))) }
    log.hasSessionRole = random.chance(70)
    return (random, log)
  }

  @Test func sessionsAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var (random, log) = draw(seed)
      let cut = SessionsCase(log, &random)
      var clauses = clauses(log, &random)
      while clauses.isByBrand { clauses = self.clauses(log, &random) }
      let onBrand = random.chance(30)
      let kept = log.rows.filter { clauses.passes($0) && clauses.isIn($0) }
      let rows = cut.rows(cut.sessions(kept), onBrand: onBrand)
      let text = "SESSIONS" + cut.text + (onBrand ? " ON brand" : "") + clauses.text
      let answer = try log.answer(text)
      #expect(answer == rows, "seed \(seed): \(text)\n\(answer)\n\(rows)")
      guard answer == rows else { return }
      #expect(try answer == log.answer(text, threads: 3, morselRows: 1), "seed \(seed)")

      // Only some of the columns, in another order, or none.
      let picked = SessionsCase.columns.indices.shuffled(using: &random)
        .prefix(Int.random(in: 1...4, using: &random))
      let names = picked.map { SessionsCase.columns[$0] }.joined(separator: ", ")
      let part = try log.answer("SELECT \(names) FROM (\(text))")
      #expect(part == rows.map { row in picked.map { row[$0] } }, "seed \(seed): \(names)")
      let count = try log.answer("SELECT count(*) FROM (\(text))")
      #expect(count == [[.int(Int64(rows.count))]], "seed \(seed): count of \(text)")
    }
  }

  @Test func summariesAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var (random, log) = draw(seed)
      let cut = SessionsCase(log, &random)
      let clauses = clauses(log, &random)
      let text = "SESSIONS SHOW SUMMARY" + cut.text + clauses.text
      let answer = try log.answer(text)
      let kept = keptGroups(answer, clauses)
      let sessions = cut.sessions(log.rows.filter { clauses.passes($0) && clauses.isIn($0) })
      var rows = [SessionsCase.summary(sessions)]
      if clauses.isByBrand {
        let groups = Dictionary(grouping: sessions) { clauses.group($0[0].brand, kept: kept) }
        rows = groups.map { group, sessions in [group] + SessionsCase.summary(sessions) }
      }
      let isSame = sameRows(answer, rows, ordered: false)
      #expect(isSame, "seed \(seed): \(text)\n\(answer)\n\(rows)")
      guard isSame else { return }
      #expect(try answer == log.answer(text, threads: 3, morselRows: 1), "seed \(seed)")
    }
  }

  /// Sessions at a larger gap are unions of those at a smaller one.
  @Test func largerGapsMerge() throws {
    for seed in 1...(Self.caseCount / 4) {
      var (random, log) = draw(seed)
      let gaps = [0, 1, 60, 1_800, 86_400, 500_000].shuffled(using: &random).prefix(2).sorted()
      // Where sessions begin and end among the rows of all users.
      let bounds = try gaps.map { gap -> Set<Int64> in
        var end: Int64 = 0
        var found: Set<Int64> = []
        for row in try log.answer("SELECT events FROM (SESSIONS GAP \(gap)s)") {
          if case .int(let events) = row[0] { end += events }
          found.insert(end)
        }
        #expect(end == Int64(log.rows.count))
        return found
      }
      #expect(bounds[1].isSubset(of: bounds[0]), "seed \(seed): \(gaps)")
    }
  }

  /// Where no column names sessions, PER session counts those that a column with the visits'
  /// numbers would name.
  @Test func visitsServeWhereNoColumnNamesSessions() throws {
    let questions = [
      "FUNNEL view, cart, purchase PER session", "FUNNEL view, purchase PER session BY brand",
      "FUNNEL view, cart, purchase PER session HOLDING brand MODE STRICT",
      "RETENTION OF view PER session EVERY day FOR 3 WHERE price > 20",
      "LIFECYCLE PER session EVERY day", "STICKINESS OF view PER session", "ACTIVE PER session",
      "INTERVALS OF purchase PER session", "HEATMAP OF cart PER session BY brand",
      "TIMING view TO purchase PER session", "TIMING ANY TO ANY PER session WHERE price > 20",
    ]
    for seed in 1...(Self.caseCount / 4) {
      var (_, log) = draw(seed)
      log.hasSessionRole = false
      var named = log
      named.hasSessionRole = true
      var cut = SessionsCase()
      cut.gap = 1_800
      for (number, session) in cut.sessions(log.rows).enumerated() {
        for row in session { named.rows[row.index].session = number }
      }
      for question in questions {
        let answer = try log.answer(question)
        let expected = try named.answer(question)
        #expect(answer == expected, "seed \(seed): \(question)\n\(answer)\n\(expected)")
        guard answer == expected else { return }
      }
    }
  }
}

extension SessionsCase {
  init() {}
}
