import BQLColumnar
import BQLTestSupport
import BehaviorQuery
import Testing

@Suite struct MatchTests {
  /// Draws a pattern that rows must meet; nil where none would do.
  private func draw(_ seed: UInt64) -> (pattern: MatchOracle.Pattern, window: Int?)? {
    var random = SeededGenerator(seed: seed &* 31)
    let pattern = MatchOracle.Pattern.random(&random)
    guard !pattern.mayBeNothing else { return nil }
    let window = random.chance(50) ? Int.random(in: 0...8, using: &random) * 60 : nil
    return (pattern, window)
  }

  private func question(_ drawn: (pattern: MatchOracle.Pattern, window: Int?)) -> String {
    "MATCH \(drawn.pattern.text)" + (drawn.window.map { " WITHIN \($0)s" } ?? "")
  }

  @Test func matchesInSourceOrderAreThoseOfTheOracle() throws {
    var matched = 0
    for seed in 1...UInt64(caseCount("MATCH_CASES", 400)) {
      guard let drawn = draw(seed) else { continue }
      let log = RandomLog(seed: seed, userCount: 20, maximumRows: 6, instants: 12)
      let question = question(drawn) + " TIES SOURCE"
      let oracle = MatchOracle(drawn.pattern, window: drawn.window, rows: 6)
      let found = log.units().map { rows in
        oracle.matches(rows).map { rows[$0.end].time - rows[$0.start].time }
      }
      let lengths = found.flatMap { $0 }.sorted()
      matched += lengths.count
      let answer = try #require(try rows(question, try log.workspace()).first)
      var wanted: [Value] = [
        .int(Int64(found.count { !$0.isEmpty })), .int(Int64(lengths.count)),
      ]
      if lengths.isEmpty {
        wanted.append(.null)
      } else {
        let sum = lengths[(lengths.count - 1) / 2] + lengths[lengths.count / 2]
        wanted.append(.interval(Int64(sum) * 500_000))
      }
      #expect(Array(answer[..<3]) == wanted, "seed \(seed): \(question)")
      if Array(answer[..<3]) != wanted { return }
    }
    #expect(matched > 100)
  }

  @Test func anyOrderWithinAnInstantIsThatOfTheOracle() throws {
    for seed in 1...UInt64(caseCount("MATCH_CASES", 400)) {
      guard let drawn = draw(seed &+ 5_000) else { continue }
      let log = RandomLog(seed: seed, userCount: 12, maximumRows: 5, instants: 3)
      let oracle = MatchOracle(drawn.pattern, window: drawn.window, rows: 5)
      let expected = log.units().count { oracle.matchesInSomeOrder($0) }
      let answer = try #require(try rows(question(drawn), try log.workspace()).first)
      #expect(answer[0].int == expected, "seed \(seed): \(question(drawn))")
      if answer[0].int != expected { return }
    }
  }

  /// A plain chain counts whom the last step of FUNNEL counts, ties and repeated names included.
  @Test func plainChainsAreFunnels() throws {
    for seed in 1...UInt64(caseCount("MATCH_CASES", 200)) {
      var random = SeededGenerator(seed: seed)
      let log = RandomLog(seed: seed, userCount: 60, maximumRows: 12, instants: 6)
      let names = ["view", "cart", "purchase", "view[brand = 'b1']", "(cart|other)"]
      let steps = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        names[Int.random(in: 0..<names.count, using: &random)]
      }
      var clauses =
        random.chance(50) ? " WITHIN \(Int.random(in: 0...5, using: &random) * 30)s" : ""
      if random.chance(40) { clauses += " PER session" }
      if random.chance(30) { clauses += " WHERE product_id <> 1" }
      if random.chance(30) { clauses += " SINCE '\(RandomLog.stamp(1_570_000_060).prefix(19))'" }
      let workspace = try log.workspace()
      let match = try rows("MATCH \(steps.joined(separator: " -> "))\(clauses)", workspace)
      let funnel = try rows("FUNNEL \(steps.joined(separator: ", "))\(clauses)", workspace)
      let users = try #require(match.first?[0].int)
      let place = clauses.contains("WITHIN") ? 3 : 2
      #expect(funnel.last?[place].int == users, "seed \(seed): \(steps) \(clauses)")
    }
  }

  @Test func groupsCountTheirMatches() throws {
    for seed in 1...30 as ClosedRange<UInt64> {
      let log = RandomLog(seed: seed, userCount: 50, maximumRows: 10, instants: nil)
      let workspace = try log.workspace()
      let all = try #require(try rows("MATCH view -> (cart|purchase)", workspace).first)
      let groups = try rows("MATCH view -> (cart|purchase) BY brand TOP 2", workspace)
      #expect(groups.reduce(0) { $0 + ($1[2].int ?? 0) } == all[1].int, "seed \(seed)")
      for group in groups { #expect((group[1].int ?? 0) <= (all[0].int ?? 0), "seed \(seed)") }
    }
  }
}
