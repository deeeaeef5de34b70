import BQLColumnar
import BQLTestSupport
import BehaviorQuery
import Testing

/// A slow, obvious PATHS: the states of each path as texts, counted in dictionaries.
struct PathsOracle {
  typealias Row = RandomLog.Row

  struct Anchor: Sendable {
    var clause: String
    /// The columns of a unit's path, nil inside where it has not begun or has ended; nil: no path.
    var columns: @Sendable ([Row], Int) -> [Row?]?
  }

  static let anchors: [Anchor] = [
    Anchor(clause: "") { rows, steps in (0..<steps).map { $0 < rows.count ? rows[$0] : nil } },
    Anchor(clause: "START AT cart") { rows, steps in
      guard let first = rows.firstIndex(where: { $0.event == "cart" }) else { return nil }
      return (first..<(first + steps)).map { $0 < rows.count ? rows[$0] : nil }
    },
    Anchor(clause: "END AT purchase") { rows, steps in
      guard let last = rows.firstIndex(where: { $0.event == "purchase" }) else { return nil }
      return ((last + 1 - steps)...last).map { $0 >= 0 ? rows[$0] : nil }
    },
    Anchor(clause: "START AT view END AT (purchase|other)") { rows, steps in
      guard let first = rows.firstIndex(where: { $0.event == "view" }),
        let last = rows.indices.first(where: {
          $0 > first && ["purchase", "other"].contains(rows[$0].event)
        })
      else { return nil }
      return (first..<(first + steps)).map { $0 <= last ? rows[$0] : nil }
    },
    Anchor(clause: "AROUND cart[brand = 'b1'] BEFORE 2 AFTER 1") { rows, _ in
      let anchor = rows.firstIndex { $0.event == "cart" && $0.brand == "b1" }
      guard let anchor else { return nil }
      return ((anchor - 2)...(anchor + 1)).map { rows.indices.contains($0) ? rows[$0] : nil }
    },
  ]

  /// Rows that follow each other with one state are one: the first, or the first that `isMarked`.
  static func collapsed(_ rows: [Row], _ state: (Row) -> String) -> [Row] {
    rows.reduce(into: []) { kept, row in
      if let last = kept.last, state(last) == state(row) { return }
      kept.append(row)
    }
  }
}

@Suite struct PathsTests {
  private static let states: [(clause: String, of: @Sendable (RandomLog.Row) -> String)] = [
    ("", { $0.event }),
    ("ON brand", { $0.brand ?? "(null)" }),
    ("ON event_type, brand", { "\($0.event) / \($0.brand ?? "(null)")" }),
    ("ON product_id", { "\($0.product)" }),
  ]

  /// Each path of the log as its columns.
  private func paths(
    _ units: [[RandomLog.Row]],
    _ anchor: PathsOracle.Anchor,
    _ steps: Int,
    _ state: (RandomLog.Row) -> String
  ) -> [[String]] {
    units.compactMap { rows in
      guard let columns = anchor.columns(rows, steps) else { return nil }
      var hasBegun = false
      return columns.map { row in
        guard let row else { return hasBegun ? "(end)" : "(start)" }
        hasBegun = true
        return state(row)
      }
    }
  }

  private struct Case {
    var clauses: String
    var unit: String
    var paths: [[String]]
    var log: RandomLog
  }

  /// Draws a log and a question, with the paths that the oracle finds.
  private func draw(_ seed: UInt64) -> Case {
    var random = SeededGenerator(seed: seed)
    let log = RandomLog(
      seed: seed,
      userCount: Int.random(in: 1...30, using: &random),
      maximumRows: 9,
      instants: 12
    )
    let steps = Int.random(in: 1...5, using: &random)
    let anchor = PathsOracle.anchors[Int.random(in: 0..<5, using: &random)]
    let state = Self.states[Int.random(in: 0..<4, using: &random)]
    var clauses = "\(state.clause) \(anchor.clause) "
    if !anchor.clause.hasPrefix("AROUND") { clauses += "STEPS \(steps) " }
    let isPerSession = random.chance(40)
    let isFiltered = random.chance(30)
    if isPerSession { clauses += "PER session " }
    if isFiltered { clauses += "WHERE product_id <> 2 " }
    var units = log.units(
      by: isPerSession ? { $0.session } : nil,
      where: { !isFiltered || $0.product != 2 }
    )
    // Where an anchor is another thing than a state, which row of a run it is matters.
    if random.chance(30), state.clause.isEmpty, !anchor.clause.contains("[") {
      clauses += "COLLAPSE LOOPS "
      units = units.map { PathsOracle.collapsed($0, state.of) }
    }
    return Case(
      clauses: clauses,
      unit: isPerSession ? "session" : "user",
      paths: paths(units, anchor, steps, state.of),
      log: log
    )
  }

  @Test func stepsAreThoseOfTheOracle() throws {
    for seed in 1...UInt64(caseCount("PATHS_CASES", 250)) {
      let drawn = draw(seed)
      let question = "PATHS \(drawn.clauses) KEEP 1000"
      let answer = try rows(question, try drawn.log.workspace())
      var expected: [String: [Int]] = [:]
      let width = drawn.paths.first?.count ?? 0
      for path in drawn.paths {
        for column in 0..<width {
          var move = column == 0 || path[column] == "(start)" || path[column - 1] == "(start)"
          move = move || path[column - 1] == "(end)"
          let key = "\(column) \(path[column])"
          expected[key, default: [0, 0]][0] += 1
          expected[key, default: [0, 0]][1] += move ? 0 : 1
        }
      }
      var found: [String: [Int]] = [:]
      let first = answer.first?[0].int ?? 0
      for row in answer {
        let key = "\((row[0].int ?? 0) - first) \(row[1].text ?? "")"
        found[key] = [row[2].int ?? 0, row[3].int ?? 0]
      }
      #expect(found == expected, "seed \(seed): \(question)")
      if found != expected { return }
    }
  }

  @Test func edgesAreThoseOfTheOracle() throws {
    for seed in 1...UInt64(caseCount("PATHS_CASES", 150)) {
      let drawn = draw(seed &+ 10_000)
      let question = "PATHS \(drawn.clauses) KEEP 1000 AS EDGES"
      let answer = try rows(question, try drawn.log.workspace())
      var expected: [String: Int] = [:]
      for path in drawn.paths {
        for (column, (from, to)) in zip(path, path.dropFirst()).enumerated() {
          expected["\(column) \(from) -> \(to)", default: 0] += 1
        }
      }
      var found: [String: Int] = [:]
      let first = answer.first?[0].int ?? 0
      for row in answer {
        let key = "\((row[0].int ?? 0) - first) \(row[1].text ?? "") -> \(row[2].text ?? "")"
        found[key] = row[3].int ?? 0
      }
      #expect(found == expected, "seed \(seed): \(question)")
      if found != expected { return }
    }
  }

  @Test func sequencesAreThoseOfTheOracle() throws {
    for seed in 1...UInt64(caseCount("PATHS_CASES", 150)) {
      let drawn = draw(seed &+ 20_000)
      let question = "PATHS \(drawn.clauses) KEEP 1000 AS SEQUENCES"
      let answer = try rows(question, try drawn.log.workspace())
      var expected: [String: Int] = [:]
      for path in drawn.paths {
        var parts: [String] = []
        for part in path where part != parts.last || !["(start)", "(end)"].contains(part) {
          parts.append(part)
        }
        expected[parts.joined(separator: " > "), default: 0] += 1
      }
      var found: [String: Int] = [:]
      for row in answer { found[row[0].text ?? ""] = row[2].int ?? 0 }
      #expect(found == expected, "seed \(seed): \(question)")
      if found != expected { return }
    }
  }

  @Test(arguments: ["STEPS", "EDGES"])
  func everyColumnSumsToItsPopulation(shape: String) throws {
    for seed in 1...60 as ClosedRange<UInt64> {
      let drawn = draw(seed &+ 30_000)
      let question = "PATHS \(drawn.clauses) KEEP 2 AS \(shape)"
      let place = shape == "STEPS" ? 2 : 3
      var users: [Int: Int] = [:]
      var shares: [Int: Double] = [:]
      for row in try rows(question, try drawn.log.workspace()) {
        users[row[0].int ?? 0, default: 0] += row[place].int ?? 0
        shares[row[0].int ?? 0, default: 0] += row[place + 2].float ?? 0
      }
      #expect(users.values.allSatisfy { $0 == drawn.paths.count }, "seed \(seed): \(question)")
      #expect(shares.values.allSatisfy { abs($0 - 100) < 1e-9 }, "seed \(seed): \(question)")
    }
  }

  @Test func groupsAddUpAndComparedGroupsAreTheirOwnPaths() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      let log = RandomLog(seed: seed, userCount: 40, maximumRows: 8, instants: 9)
      let workspace = try log.workspace()
      let total = try rows("PATHS KEEP 99 AS SEQUENCES", workspace)
      let grouped = try rows("PATHS BY brand TOP 2 KEEP 99 AS SEQUENCES", workspace)
      let sums = { (rows: [[Value]], place: Int) in rows.reduce(0) { $0 + ($1[place].int ?? 0) } }
      #expect(sums(total, 2) == sums(grouped, 3), "seed \(seed)")
      let together = try rows("PATHS KEEP 99 COMPARE brand = 'b1' VS REST AS SEQUENCES", workspace)
      for (answer, key, counts) in [(grouped, 0...1, 3...3), (together, 0...0, 2...3)] {
        // A path stands once in each group, whatever TOP or COMPARE brings together.
        #expect(Set(answer.map { Array($0[key]) }).count == answer.count, "seed \(seed)")
        var found: [Value: Int] = [:]
        for row in answer {
          for place in counts { found[row[key.upperBound], default: 0] += row[place].int ?? 0 }
        }
        #expect(total.allSatisfy { found[$0[0]] == $0[2].int }, "seed \(seed)")
      }
      let compared = try rows(
        "PATHS KEEP 99 COMPARE brand = 'b1' VS brand = 'b2' AS SEQUENCES",
        workspace
      )
      for (place, brand) in [(2, "b1"), (3, "b2")] {
        let own = grouped.filter { $0[0].text == brand }
        // Of a brand that TOP brings together with others, nothing is known.
        guard !own.isEmpty else { continue }
        for row in compared where (row[place].int ?? 0) > 0 {
          let same = own.first { $0[1] == row[0] }
          #expect(same?[3] == row[place], "seed \(seed)")
        }
      }
    }
  }

  @Test func threadsChangeNothing() throws {
    let log = RandomLog(seed: 5, userCount: 300, maximumRows: 12, instants: nil)
    let questions = ["PATHS PER session", "PATHS AS EDGES BY brand", "TRANSITIONS BY brand TOP 1"]
    for question in questions {
      let answers = try [1, 2, 5].map { try rows(question, try log.workspace(threads: $0)) }
      #expect(answers[0] == answers[1] && answers[1] == answers[2], "\(question)")
    }
  }
}
