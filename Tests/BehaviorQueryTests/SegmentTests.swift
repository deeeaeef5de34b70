import BQLColumnar
import BQLTestSupport
import BehaviorQuery
import Foundation
import Testing

/// SEGMENT and ASSIGN against slow twins, on random logs with NULLs, ties and users who bought nothing.
@Suite struct SegmentTests {
  static let cases =
    ProcessInfo.processInfo.environment["SEGMENT_CASES"].flatMap { Int($0) } ?? 60

  private static let roles =
    "(USER user_id, TIME event_time, EVENT event_type, SESSION visit, VALUE price)"

  private func workspace(
    _ shop: RandomShop,
    _ folder: TestFolder,
    threads: Int = 1
  ) throws -> Workspace {
    let workspace = Workspace(options: WorkspaceOptions(threads: threads, chunkCapacity: 7))
    let path = try folder.write(shop.csv, to: "events.csv")
    _ = try workspace.run("LOAD '\(path)' \(Self.roles);")
    return workspace
  }

  /// What each buyer spent, in hundredths, by user as text.
  private func spending(_ shop: RandomShop) -> [String: Int] {
    var spent: [String: Int] = [:]
    for row in shop.rows where row.event == "purchase" {
      spent[row.user, default: 0] += row.price ?? 0
    }
    return spent
  }

  private func groups(_ workspace: Workspace, _ name: String) throws -> [String: String?] {
    let answer = try #require(
      try workspace.run("SELECT user_id::text AS user, \(name) FROM users;").last
    )
    var found: [String: String?] = [:]
    for row in answer.relation.rows {
      guard case .text(let user) = row[0] else { continue }
      if case .text(let group) = row[1] { found[user] = group } else { found[user] = .some(nil) }
    }
    return found
  }

  private func forEachShop(_ body: (RandomShop, TestFolder, Int) throws -> Void) throws {
    for seed in 1...Self.cases {
      var random = SeededGenerator(seed: UInt64(seed))
      let folder = try TestFolder()
      try body(RandomShop(&random), folder, seed)
    }
  }

  @Test func powerBuyersAreTheFewest() throws {
    try forEachShop { shop, folder, seed in
      let spent = spending(shop)
      guard spent.values.reduce(0, +) > 0 else { return }
      let workspace = try workspace(shop, folder)
      let percent = [1, 20, 50, 80, 100][seed % 5]
      _ = try workspace.run("SEGMENT POWER AT \(percent)% AS power;")
      let sorted = spent.values.sorted(by: >)
      let whole = sorted.reduce(0, +)
      var (sum, least) = (0, sorted[0])
      for value in sorted where sum * 100 < percent * whole {
        sum += value
        least = value
      }
      for (user, group) in try groups(workspace, "power") {
        let expected = spent[user].map { $0 >= least ? "power" : "other" } ?? "S0"
        #expect(group == expected, "seed \(seed), \(percent) %, user \(user)")
      }
    }
  }

  @Test func rulesNameTheFirstThatHolds() throws {
    try forEachShop { shop, folder, seed in
      let workspace = try workspace(shop, folder)
      _ = try workspace.run(
        "SEGMENT RULES big: monetary > 80, mid: monetary > 40, big_again: monetary > 20 AS rule;"
      )
      let spent = spending(shop)
      for (user, group) in try groups(workspace, "rule") {
        var expected: String? = "S0"
        if let money = spent[user] {
          expected =
            money > 8_000 ? "big" : money > 4_000 ? "mid" : money > 2_000 ? "big_again" : nil
        }
        #expect(group == .some(expected), "seed \(seed), user \(user)")
      }
    }
  }

  /// S1 is worth most a user, equal users are together, S0 bought nothing, and threads change nothing.
  @Test func clustersAreOrderedByWorth() throws {
    try forEachShop { shop, folder, seed in
      let statement =
        [
          "SEGMENT k=2 ON rfm", "SEGMENT k=3 ON (monetary) USING quantiles",
          "SEGMENT k=2 ON rfm USING gmm COVARIANCE DIAGONAL",
        ][
          seed % 3
        ] + " AS part;"
      let spent = spending(shop)
      let workspace = try workspace(shop, folder)
      guard !spent.isEmpty else {
        #expect(throws: BQLError.self) { try workspace.run(statement) }
        return
      }
      let profile = try #require(try workspace.run(statement).last)
      let found = try groups(workspace, "part")
      #expect(
        Set(found.filter { $0.value == "S0" }.keys) == Set(found.keys).subtracting(spent.keys)
      )
      // Users, summed over all groups, are all users.
      let users = profile.relation.rows.map { row -> Int64 in
        if case .int(let count) = row[2] { count } else { 0 }
      }
      #expect(users.reduce(0, +) == Int64(found.count), "seed \(seed)")
      var means: [(group: String, mean: Double)] = []
      for (group, members) in Dictionary(grouping: spent, by: { found[$0.key] ?? nil }) {
        guard let group else { continue }
        let sum = members.reduce(0) { $0 + $1.value }
        means.append((group, Double(sum) / Double(members.count)))
      }
      means.sort { $0.group < $1.group }
      for (before, next) in zip(means, means.dropFirst()) {
        #expect(before.mean >= next.mean - 1e-9, "seed \(seed): \(means)")
      }
      let other = try self.workspace(shop, folder, threads: 3)
      let again = try #require(try other.run(statement).last)
      #expect(again.relation.rows == profile.relation.rows, "seed \(seed)")
      #expect(try groups(other, "part") == found, "seed \(seed)")
    }
  }

  /// What was learnt puts the same users into the same groups.
  @Test func assigningTheSameRowsChangesNothing() throws {
    try forEachShop { shop, folder, seed in
      guard spending(shop).values.reduce(0, +) > 0 else { return }
      let statement = [
        "SEGMENT k=2 ON rfm", "SEGMENT k=3 ON (monetary) USING quantiles",
        "SEGMENT k=2 ON rfm USING gmm", "SEGMENT POWER AT 60%",
        "SEGMENT RULES big: monetary > 50, ELSE small",
      ][seed % 5]
      let workspace = try workspace(shop, folder)
      _ = try workspace.run(statement + " AS part; ASSIGN part AS again;")
      #expect(
        try groups(workspace, "part") == groups(workspace, "again"),
        "seed \(seed): \(statement)"
      )
    }
  }

  /// A table's rows are grouped in their order, whatever keys they have.
  @Test func tablesGetAColumn() throws {
    let workspace = Workspace(options: WorkspaceOptions(threads: 2, chunkCapacity: 3))
    _ = try workspace.run(
      """
      LET t = SELECT i AS id, CASE WHEN i % 2 = 0 THEN 0.0 + i / 1000.0 ELSE 100.0 + i / 1000.0 END AS x
        FROM (VALUES \((0..<50).map { "(\($0))" }.joined(separator: ", "))) AS v (i);
      SEGMENT k=2 ON (x) FROM t WHERE id < 40 AS part;
      """
    )
    let answer = try #require(try workspace.run("SELECT id, part FROM t;").last)
    for (index, row) in answer.relation.rows.enumerated() {
      #expect(row[0] == .int(Int64(index)))
      let expected: Value = index >= 40 ? .null : .text(index % 2 == 0 ? "S2" : "S1")
      #expect(row[1] == expected, "row \(index)")
    }
  }

  @Test func aChangedLogRefusesItsSegments() throws {
    var random = SeededGenerator(seed: 3)
    let shop = RandomShop(&random)
    let folder = try TestFolder()
    let workspace = try workspace(shop, folder)
    _ = try workspace.run("SEGMENT RULES big: monetary > 10, ELSE small AS part;")
    var other = shop
    other.rows.removeLast()
    let path = try folder.write(other.csv, to: "other.csv")
    _ = try workspace.run("LOAD '\(path)' \(Self.roles);")
    #expect(throws: BQLError.self) { try workspace.run("SELECT part FROM users;") }
    _ = try workspace.run("ASSIGN part;")
    #expect(try groups(workspace, "part").count == other.users.count)
  }
}
