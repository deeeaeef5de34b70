import BQLColumnar
import BQLTestSupport
import Testing

@Suite struct RFMTests {
  /// `RFM_CASES=100000` in the environment runs more cases than the sample of every day.
  static let caseCount = UInt64(environmentNumber("RFM_CASES") ?? 2_000)

  private struct Question {
    var asOf: Int64
    var scores = 5
    var since: Int64?
    var brand: String?
    var text = "RFM"

    init(_ log: BehaviorLog, _ random: inout SeededGenerator) {
      asOf = log.lastTime + BehaviorLog.day
      if random.chance(40), log.lastTime > log.firstTime {
        asOf = Int64.random(in: log.firstTime + 1...log.lastTime + BehaviorLog.day, using: &random)
        asOf -= asOf % BehaviorLog.second
        if asOf <= log.firstTime { asOf += BehaviorLog.second }
        text += " AS OF TIMESTAMP '\(ValueText.text(.timestamp(asOf)))'"
      }
      if random.chance(30) {
        scores = Int.random(in: 2...7, using: &random)
        text += " SCORES \(scores)"
      }
      if random.chance(30) {
        brand = "a"
        text += " WHERE brand = 'a'"
      }
      if random.chance(20), log.firstTime + BehaviorLog.day < asOf {
        let start = log.firstTime + BehaviorLog.day
        since = start
        text += " SINCE TIMESTAMP '\(ValueText.text(.timestamp(start)))'"
      }
    }
  }

  /// The rows in words of the page: for each buyer the last purchase, its orders, its money.
  private func oracle(_ log: BehaviorLog, _ question: Question) -> [[Value]] {
    let rows = log.rows.filter { row in
      row.event == "purchase" && row.time < question.asOf
        && (question.since.map { row.time >= $0 } ?? true)
        && (question.brand.map { row.brand == $0 } ?? true)
    }
    struct Buyer {
      var user: Int
      var last: Int64
      var orders: Int
      var money: Int64
    }
    let buyers = Set(rows.map(\.user)).sorted().map { user -> Buyer in
      let own = rows.filter { $0.user == user }
      var orders = 0
      let visits = Dictionary(grouping: own) { log.hasSessionRole ? $0.session : nil }
      for visit in visits.values {
        let times = visit.map(\.time).sorted()
        orders += 1
        for (before, time) in zip(times, times.dropFirst())
        where time - before > 60 * BehaviorLog.second {
          orders += 1
        }
      }
      return Buyer(
        user: user,
        last: own.map(\.time).max() ?? 0,
        orders: orders,
        money: own.reduce(0) { $0 + ($1.price ?? 0) }
      )
    }
    func score(_ worse: Int) -> Int64 {
      Int64(1 + question.scores * worse / max(buyers.count, 1))
    }
    return buyers.map { buyer in
      let r = score(buyers.count { $0.last < buyer.last })
      let f = score(buyers.count { $0.orders < buyer.orders })
      let m = score(buyers.count { $0.money < buyer.money })
      return [
        .int(Int64(buyer.user)),
        .float(Double(question.asOf - buyer.last) / Double(BehaviorLog.day)),
        .int(Int64(buyer.orders)), .decimal(buyer.money), .int(r), .int(f), .int(m),
        .text(Self.group(r, f, m, question.scores)),
      ]
    }
  }

  private static func group(_ r: Int64, _ f: Int64, _ m: Int64, _ best: Int) -> String {
    func fifth(_ score: Int64) -> Int {
      Int((5 * Double(score) / Double(best)).rounded(.up))
    }
    let worth = fifth(Int64((Double(f + m) / 2).rounded(.toNearestOrAwayFromZero)))
    switch (fifth(r), worth) {
    case (5, 4...), (4, 5): return "champions"
    case (4, 3...4), (3, 4...): return "loyal"
    case (5, 2...3), (4, 2): return "potential loyal"
    case (5, 1): return "new"
    case (4, 1): return "promising"
    case (3, 2...3): return "needs attention"
    case (3, 1): return "about to sleep"
    case (2, 3...4), (1, 3): return "at risk"
    case (2, 5), (1, 4...): return "cannot lose"
    case (2, _): return "hibernating"
    default: return "lost"
    }
  }

  @Test func scoresAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var random = SeededGenerator(seed: seed)
      var log = BehaviorLog.random(&random)
      log.hasSessionRole = random.chance(70)
      let question = Question(log, &random)
      let answer = try log.answer(question.text)
      let rows = oracle(log, question)
      #expect(answer == rows, "seed \(seed): \(question.text)\n\(answer)\n\(rows)")
      guard answer == rows else { return }
      #expect(try answer == log.answer(question.text, threads: 3, morselRows: 1), "seed \(seed)")
    }
  }

  /// One user of many purchases in sessions that overlap: no step is quadratic.
  @Test func oneUserMayBuyWithoutEnd() throws {
    var log = BehaviorLog()
    let begin: Int64 = 1_569_628_800 * BehaviorLog.second
    for index in 0..<60_000 {
      log.rows.append(
        BehaviorLog.Row(
          user: 0,
          time: begin + Int64(index) * 20 * BehaviorLog.second,
          event: "purchase",
          session: index % 2,
          brand: nil,
          price: 1,
          index: index
        )
      )
    }
    // Rows of one session are 40 s apart, so that each session is one order.
    let answer = try log.answer("RFM")
    #expect(answer.count == 1)
    #expect(answer.first?[2] == .int(2))
    #expect(answer.first?[3] == .decimal(60_000))
  }

  @Test func equalUsersAreScoredAlike() throws {
    var log = BehaviorLog()
    for user in 0..<10 {
      log.rows.append(
        BehaviorLog.Row(
          user: user,
          time: 1_569_628_800 * BehaviorLog.second,
          event: "purchase",
          session: 0,
          brand: nil,
          price: 500,
          index: user
        )
      )
    }
    let answer = try log.answer("RFM")
    #expect(Set(answer.map { $0[4] }) == [.int(1)])
    #expect(Set(answer.map { $0[7] }) == [.text("lost")])
  }
}
