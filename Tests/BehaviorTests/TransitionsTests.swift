import BQLColumnar
import BQLTestSupport
import BehaviorQuery
import Testing

@Suite struct TransitionsTests {
  private struct Cell {
    var count = 0
    var units: Set<Int> = []
    var gaps: [Int] = []
  }

  /// Interpolates linearly between order statistics, as the language says.
  private func quantile(_ gaps: [Int], _ p: Double) -> Int64 {
    let sorted = gaps.sorted()
    let position = p * Double(sorted.count - 1)
    let lower = Int(position)
    let upper = min(lower + 1, sorted.count - 1)
    let low = Int64(sorted[lower]) * 1_000_000
    let step = Double(sorted[upper] - sorted[lower]) * 1_000_000
    return low + Int64((step * (position - Double(lower))).rounded(.toNearestOrEven))
  }

  private func expected(
    _ units: [[RandomLog.Row]],
    _ state: (RandomLog.Row) -> String,
    _ group: (RandomLog.Row) -> String
  ) -> [String: Cell] {
    var cells: [String: Cell] = [:]
    for (number, unit) in units.enumerated() {
      for (from, to) in zip(unit, unit.dropFirst()) {
        let key = "\(group(from)): \(state(from)) -> \(state(to))"
        cells[key, default: Cell()].count += 1
        cells[key]?.units.insert(number)
        cells[key]?.gaps.append(to.time - from.time)
      }
    }
    return cells
  }

  @Test(arguments: [3, 400])
  func cellsAreThoseOfTheOracle(brandCount: Int) throws {
    // Few brands fill a matrix, many a hash table.
    for seed in 1...UInt64(caseCount("TRANSITIONS_CASES", 100)) {
      var random = SeededGenerator(seed: seed)
      let log = RandomLog(
        seed: seed,
        userCount: brandCount > 3 ? 300 : 40,
        maximumRows: 14,
        instants: random.chance(50) ? nil : 20,
        brands: brandCount
      )
      let isPerSession = random.chance(40)
      let isGrouped = random.chance(40)
      let isCollapsed = random.chance(30)
      var question = "TRANSITIONS ON brand"
      if isPerSession { question += " PER session" }
      if isGrouped { question += " BY event_type" }
      if isCollapsed { question += " COLLAPSE LOOPS" }
      let state = { (row: RandomLog.Row) in row.brand ?? "(null)" }
      var units = log.units(by: isPerSession ? { $0.session } : nil)
      if isCollapsed { units = units.map { PathsOracle.collapsed($0, state) } }
      let expected = expected(units, state, { isGrouped ? $0.event : "" })
      let answer = try rows(question, try log.workspace())
      var leaving: [String: Int] = [:]
      for (key, cell) in expected {
        leaving[String(key.prefix { $0 != ">" }), default: 0] += cell.count
      }
      #expect(answer.count == expected.count, "seed \(seed): \(question)")
      for row in answer {
        let cells = isGrouped ? Array(row.dropFirst()) : row
        let group = isGrouped ? row[0].text ?? "" : ""
        let key = "\(group): \(cells[0].text ?? "") -> \(cells[1].text ?? "")"
        let own = expected[key] ?? Cell()
        let all = leaving[String(key.prefix { $0 != ">" })] ?? 0
        let wanted: [Value] = [
          .int(Int64(own.count)), .int(Int64(own.units.count)),
          .float(Double(own.count) / Double(all)),
          .interval(quantile(own.gaps, 0.5)), .interval(quantile(own.gaps, 0.9)),
        ]
        #expect(Array(cells[2...]) == wanted, "seed \(seed): \(question): \(key)")
        if Array(cells[2...]) != wanted { return }
      }
    }
  }

  @Test func whatIsBroughtTogetherIsCountedFromUnits() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      let log = RandomLog(seed: seed, userCount: 30, maximumRows: 10, instants: nil)
      let workspace = try log.workspace()
      let kept = try rows("TRANSITIONS KEEP 1", workspace)
      let top = try #require(kept.compactMap { $0[0].text }.first { $0 != "(other)" })
      let name = { (row: RandomLog.Row) in row.event == top ? top : "(other)" }
      let expected = expected(log.units(), name, { _ in "" })
      for row in kept {
        let own = expected[": \(row[0].text ?? "") -> \(row[1].text ?? "")"] ?? Cell()
        #expect(row[2].int == own.count, "seed \(seed)")
        #expect(row[3].int == own.units.count, "seed \(seed)")
      }
      let grouped = try rows("TRANSITIONS BY brand TOP 1", workspace)
      let all = try rows("TRANSITIONS", workspace)
      let sum = { (rows: [[Value]], place: Int) in rows.reduce(0) { $0 + ($1[place].int ?? 0) } }
      #expect(sum(grouped, 3) == sum(all, 2), "seed \(seed)")
    }
  }

  /// Gaps of months fall into buckets that many durations share.
  @Test func longGapsHaveExactQuantiles() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let log = RandomLog(seed: seed, userCount: 200, maximumRows: 20, instants: 100_000)
      let expected = expected(log.units(), { $0.event }, { _ in "" })
      for row in try rows("TRANSITIONS", try log.workspace()) {
        let own = expected[": \(row[0].text ?? "") -> \(row[1].text ?? "")"] ?? Cell()
        #expect(row[5] == .interval(quantile(own.gaps, 0.5)), "seed \(seed)")
        #expect(row[6] == .interval(quantile(own.gaps, 0.9)), "seed \(seed)")
      }
    }
  }
}
