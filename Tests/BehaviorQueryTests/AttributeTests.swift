import BQLColumnar
import BQLTestSupport
import BehaviorQuery
import Foundation
import Testing

/// Attributes of users against a slow twin, and grouped questions against the same question asked of
/// the group's users alone.
@Suite struct AttributeTests {
  static let cases =
    ProcessInfo.processInfo.environment["ATTRIBUTE_CASES"].flatMap { Int($0) } ?? 120

  /// Loads a random log as `events`.
  private func workspace(
    _ shop: RandomShop,
    _ folder: TestFolder,
    threads: Int
  ) throws -> Workspace {
    let workspace = Workspace(options: WorkspaceOptions(threads: threads, chunkCapacity: 7))
    let path = try folder.write(shop.csv, to: "events.csv")
    _ = try workspace.run("LOAD '\(path)' \(Self.roles);")
    return workspace
  }

  private static let roles =
    "(USER user_id, TIME event_time, EVENT event_type, SESSION visit, VALUE price)"

  /// An expression, and what it should be for the rows of one user.
  private struct Definition {
    var text: String
    var twin: ([RandomShop.Row]) -> Value
  }

  private static func definitions(_ random: inout SeededGenerator) -> [Definition] {
    let event = ["view", "cart", "purchase", "none"].randomElement(using: &random) ?? "view"
    let least = Int.random(in: 0...9_999, using: &random)
    let since = 1_569_888_000 + Int.random(in: -1...31, using: &random) * 21_600
    let until = since + Int.random(in: 1...20, using: &random) * 21_600
    func instant(_ seconds: Int) -> String {
      "'\(ValueText.text(.timestamp(Int64(seconds) * 1_000_000)))'"
    }
    func total(_ rows: [RandomShop.Row]) -> Value {
      let prices = rows.compactMap(\.price)
      return prices.isEmpty ? .null : .decimal(Int64(prices.reduce(0, +)))
    }
    let price = ValueText.text(.decimal(Int64(least)))
    return [
      Definition(text: "count(*) FILTER (WHERE event = '\(event)')") { rows in
        .int(Int64(rows.count { $0.event == event }))
      },
      Definition(text: "sum(price) FILTER (WHERE event = '\(event)')") { rows in
        total(rows.filter { $0.event == event })
      },
      Definition(text: "max(brand) WHERE price >= \(price)") { rows in
        let kept = rows.filter { $0.price.map { $0 >= least } ?? false }
        return kept.compactMap(\.brand).max().map { .text($0) } ?? .null
      },
      Definition(text: "count(DISTINCT brand) SINCE \(instant(since))") { rows in
        .int(Int64(Set(rows.filter { $0.time >= since }.compactMap(\.brand)).count))
      },
      Definition(
        text: "sum(price) FILTER (WHERE event <> '\(event)') SINCE \(instant(since)) "
          + "UNTIL \(instant(until)) WHERE brand IS NOT NULL"
      ) { rows in
        total(
          rows.filter {
            $0.event != event && $0.time >= since && $0.time < until && $0.brand != nil
          }
        )
      },
      Definition(text: "count(*) > 3 AND min(price) IS NOT NULL") { rows in
        .bool(rows.count > 3 && rows.contains { $0.price != nil })
      },
      Definition(text: "user_id::text || coalesce(min(home), '-')") { rows in
        .text(rows[0].user + (rows.compactMap(\.home).min() ?? "-"))
      },
    ]
  }

  @Test(arguments: 0..<cases) func valuesAreThoseOfTheTwin(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let shop = RandomShop(&random)
    let folder = try TestFolder()
    let workspace = try workspace(shop, folder, threads: random.chance(50) ? 1 : 3)
    for definition in Self.definitions(&random) {
      let form = random.chance(50) ? "" : " FROM events"
      _ = try workspace.run("LET users.x = \(definition.text)\(form);")
      let answer = try workspace.run("SELECT user_id::text, x FROM users;")[0].relation.rows
      for user in shop.users {
        let expected = definition.twin(shop.rows.filter { $0.user == user })
        let found = answer.first { $0[0] == .text(user) }
        #expect(found?[1] == expected, "seed \(seed), \(definition.text), user \(user)")
      }
      #expect(answer.count == shop.users.count)
      // The same by a query, and over the log's rows.
      let rows = try workspace.run("SELECT user_id::text, x FROM events;")[0].relation.rows
      for row in rows { #expect(answer.contains(row), "seed \(seed), \(definition.text)") }
    }
  }

  /// Questions by a column that is the same in all rows of a user, with `g` for the column and `w` for
  /// a condition on it.
  private static let questions = [
    "FUNNEL view, cart, purchase BY g WITHIN 1d",
    "FUNNEL view, cart, purchase BY g TOP 1 WITH TOTAL WHERE w",
    "FUNNEL view, cart BY g ATTRIBUTE EACH PER session",
    "FUNNEL view, cart BY g ATTRIBUTE HELD",
    "FUNNEL view, cart, purchase BY g ATTRIBUTE LAST WHERE price > 20 AND w",
    "FUNNEL view, cart BY g, brand", "FUNNEL view[w] AS v, cart", "FUNNEL view, cart BY upper(g)",
    "FUNNEL view, cart HOLDING g MODE STRICT", "FUNNEL view, cart PER (g)",
    "RETENTION OF view EVERY day FOR 3 BY g", "RETENTION OF view EVERY week FOR 1 WHERE w",
    "LIFECYCLE EVERY day BY g TOP 1", "LIFECYCLE EVERY day WHERE w",
    "STICKINESS EVERY day PER week BY g", "ACTIVE EVERY day BY g WHERE w AND price > 10",
    "INTERVALS OF purchase BY g", "INTERVALS OF view BY g TOP 1 WHERE w",
    "PATHS STEPS 3 BY g WHERE w", "PATHS STEPS 2 ON g, event", "PATHS STEPS 2 COMPARE w VS REST",
    "TRANSITIONS BY g", "TRANSITIONS ON g", "MATCH view -> cart BY g WHERE w",
    "MATCH view -> [^purchase]* -> cart BY g",
    "SESSIONS GAP 2d WHERE w", "TIMING view TO purchase BY g WHERE w",
    "INTERVALS OF view PER session BY g",
    "HEATMAP OF view BY g", "HEATMAP OF view BY g, weekday WHERE w",
    "SELECT g, count(*), sum(price) FROM events WHERE w GROUP BY g ORDER BY 1",
    "SELECT brand, count(*) FILTER (WHERE w) FROM events GROUP BY brand ORDER BY 1",
  ]

  /// An attribute, a keyed table's column and the column itself give the same answers.
  @Test(arguments: 0..<cases) func attributesAnswerAsColumnsDo(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let shop = RandomShop(&random)
    let folder = try TestFolder()
    let workspace = try workspace(shop, folder, threads: random.chance(50) ? 1 : 3)
    let table = try folder.write(shop.homes, to: "homes.csv")
    _ = try workspace.run(
      "LET users.away = first(home); LOAD '\(table)' AS TABLE homes KEY user_id;"
    )
    func ask(_ question: String, _ name: String) throws -> [[Value]] {
      let condition = "(\(name) <> 'south' OR \(name) IS NULL)"
      let text = question.replacing(/\bg\b/, with: name).replacing(/\bw\b/, with: condition)
      let rows = try workspace.run(text + ";")[0].relation.rows
      // Statements over sequences put groups of equal size in the order of their codes.
      let isOrdered = !["PATHS", "TRANS", "MATCH"].contains(question.prefix(5))
      return isOrdered ? rows : rows.sorted { "\($0)" < "\($1)" }
    }
    for question in Self.questions {
      let expected = try ask(question, "home")
      #expect(try ask(question, "away") == expected, "seed \(seed), \(question)")
      // A name may stand behind a table's name in expressions, not in PER and HOLDING.
      let isBare = question.contains("PER (g") || question.contains("HOLDING")
      for name in isBare ? ["place"] : ["users.away", "homes.place", "users.place"] {
        #expect(try ask(question, name) == expected, "seed \(seed), \(question), \(name)")
      }
    }
  }

  /// A group of a funnel is the funnel of the group's users alone.
  @Test(arguments: 0..<cases) func groupsAreTheFunnelsOfTheirUsers(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let shop = RandomShop(&random)
    let folder = try TestFolder()
    let workspace = try workspace(shop, folder, threads: 2)
    _ = try workspace.run("LET users.often = count(*) > 4;")
    for steps in ["view, cart, purchase WITHIN 2d", "view, cart{2}", "view, purchase ENTRY EVERY"] {
      let groups = try workspace.run("FUNNEL \(steps) BY often;")[0].relation.rows
      for isOften in [true, false] {
        let users = shop.users.filter { user in
          (shop.rows.count { $0.user == user } > 4) == isOften
        }
        var part = shop
        part.rows = shop.rows.filter { users.contains($0.user) }
        guard !part.rows.isEmpty else { continue }
        let path = try folder.write(part.csv, to: "part.csv")
        _ = try workspace.run("LOAD '\(path)' AS part \(Self.roles);")
        let alone = try workspace.run("FUNNEL \(steps) FROM part;")[0].relation.rows
        let group = groups.filter { $0[0] == .bool(isOften) }.map { Array($0.dropFirst()) }
        // A group without a unit at step 1 has no rows.
        if !group.isEmpty || !alone[0].contains(.int(0)) {
          #expect(group == alone, "seed \(seed), \(steps), \(isOften)")
        }
        let condition = "often = \(isOften)"
        let filtered = try workspace.run("FUNNEL \(steps) WHERE \(condition);")[0].relation.rows
        #expect(filtered == alone, "seed \(seed), \(steps), \(isOften)")
      }
    }
  }
}
