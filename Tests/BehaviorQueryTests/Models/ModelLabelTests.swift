import BQLColumnar
import BQLPlanning
import BQLTestSupport
import BehaviorQuery
import Foundation
import Testing

/// What TRAIN predicts, of whom, and which rows it judges by, against slow twins.
@Suite struct ModelLabelTests {
  private static let horizon = 14 * ModelShop.day
  private static let fast = "HORIZON 14d SNAPSHOTS 3 USING gbdt(trees = 10)"

  private func holdout(_ workspace: Workspace, _ name: String) throws -> ModelHoldout {
    try #require(workspace.catalog.model(named: name)?.holdout)
  }

  private func users(_ holdout: ModelHoldout) throws -> [Int] {
    let keys = try #require(holdout.keys)
    return (0..<holdout.labels.count).map { row in
      if case .int(let user) = keys[row] { Int(user) } else { -1 }
    }
  }

  @Test(arguments: 1...3) func churnIsNoPurchaseInTheHorizon(seed: Int) throws {
    let shop = ModelShop(seed: UInt64(seed))
    let folder = try TestFolder()
    let workspace = try shop.workspace(folder)
    _ = try workspace.run("TRAIN churn \(Self.fast);")
    let found = try holdout(workspace, "churn")
    let cutoff = shop.cutoffs(1, horizon: Self.horizon)[0]
    let users = try users(found)
    // The newest cutoff is the test, and everyone who bought before it is judged.
    #expect(Set(users) == shop.customers(at: cutoff))
    #expect(users.count == Set(users).count)
    let back = shop.active("purchase", after: cutoff, horizon: Self.horizon)
    for (user, label) in zip(users, found.labels) {
      #expect(label == (back.contains(user) ? 0 : 1), "seed \(seed), user \(user)")
    }
    let older = shop.cutoffs(3, horizon: Self.horizon).dropFirst()
    let card = try #require(workspace.catalog.model(named: "churn")?.card)
    #expect(card.trainRows == older.reduce(0) { $0 + shop.customers(at: $1).count })
    #expect(card.testRows == users.count)
  }

  @Test func otherTargetsAreAsTheyAreCalled() throws {
    let shop = ModelShop(seed: 4, users: 500)
    let folder = try TestFolder()
    let workspace = try shop.workspace(folder)
    let cutoff = shop.cutoffs(1, horizon: Self.horizon)[0]
    _ = try workspace.run("TRAIN revenue \(Self.fast); TRAIN high_value \(Self.fast);")
    let revenue = try holdout(workspace, "revenue")
    var spent: [Int: Int] = [:]
    for (user, label) in zip(try users(revenue), revenue.labels) {
      spent[user] = shop.revenue(of: user, after: cutoff, horizon: Self.horizon)
      #expect(abs(label * 100 - Double(spent[user] ?? -1)) < 1e-6)
    }
    #expect(Set(spent.keys) == shop.customers(at: cutoff))
    let high = try holdout(workspace, "high_value")
    let sorted = spent.values.sorted(by: >)
    var (sum, least) = (0, Int.max)
    let whole = sorted.reduce(0, +)
    for amount in sorted where sum * 100 < 80 * whole {
      sum += amount
      least = amount
    }
    for (user, label) in zip(try users(high), high.labels) {
      #expect(label == ((spent[user] ?? 0) >= least ? 1 : 0))
    }
    _ = try workspace.run("TRAIN return \(Self.fast);")
    let back = try holdout(workspace, "return")
    let seen = Set(shop.rows.filter { $0.time <= cutoff }.map(\.user))
    let active = shop.active(nil, after: cutoff, horizon: Self.horizon)
    #expect(Set(try users(back)) == seen)
    for (user, label) in zip(try users(back), back.labels) {
      #expect(label == (active.contains(user) ? 1 : 0))
    }
  }

  /// Sessions with three events and no purchase among them; and of those to learn from none that goes
  /// on once the test has begun.
  @Test func conversionPurgesLabelsThatReachTheTest() throws {
    let shop = ModelShop(seed: 5, users: 500)
    let folder = try TestFolder()
    let workspace = try shop.workspace(folder)
    _ = try workspace.run("TRAIN conversion USING gbdt(trees = 10);")
    var sessions: [Int: [ModelShop.Row]] = [:]
    for row in shop.rows { sessions[row.session, default: []].append(row) }
    var eligible: [(start: Int, end: Int, converts: Bool)] = []
    for rows in sessions.values {
      let sorted = rows.sorted { $0.time < $1.time }
      guard sorted.count >= 3, !sorted.prefix(3).contains(where: { $0.event == "purchase" })
      else { continue }
      let converts = sorted.contains { $0.event == "purchase" }
      eligible.append((sorted[0].time, sorted[sorted.count - 1].time, converts))
    }
    let found = try holdout(workspace, "conversion")
    let card = try #require(workspace.catalog.model(named: "conversion")?.card)
    let newest = eligible.sorted { $0.start < $1.start }.suffix(found.labels.count)
    let begin = try #require(newest.first).start
    #expect(found.labels.reduce(0, +) == Double(newest.count { $0.converts }))
    #expect(card.trainRows == eligible.count { $0.start < begin && $0.end < begin })
    #expect(card.trainRows + card.testRows <= eligible.count)
  }

  /// Under SPLIT USER all rows of a user are on one side.
  @Test func aUserIsOnOneSideOfTheSplit() throws {
    let shop = ModelShop(seed: 6)
    let folder = try TestFolder()
    let workspace = try shop.workspace(folder)
    _ = try workspace.run("TRAIN churn \(Self.fast) SPLIT USER 30%;")
    let users = try users(try holdout(workspace, "churn"))
    let cutoffs = shop.cutoffs(3, horizon: Self.horizon)
    let populations = cutoffs.map { shop.customers(at: $0) }
    #expect(!users.isEmpty)
    for user in Set(users) {
      #expect(users.count { $0 == user } == populations.count { $0.contains(user) })
    }
    let all = populations.reduce(0) { $0 + $1.count }
    let card = try #require(workspace.catalog.model(named: "churn")?.card)
    #expect(card.trainRows + card.testRows == all)
    #expect(abs(Double(Set(users).count) / Double(populations[0].count) - 0.3) < 0.02)
  }
}
