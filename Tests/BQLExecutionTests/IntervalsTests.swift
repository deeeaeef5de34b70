import BQLColumnar
import BQLTestSupport
import Testing

@Suite struct IntervalsTests {
  /// `INTERVALS_CASES=100000` in the environment runs more cases than the sample of every day.
  static let caseCount = UInt64(environmentNumber("INTERVALS_CASES") ?? 1_500)

  /// Interpolates between the two nearest of the sorted numbers, as `Quantile` says.
  private func quantile(_ sorted: [Int64], _ p: Double) -> Value {
    guard !sorted.isEmpty else { return .null }
    let place = p * Double(sorted.count - 1)
    let low = sorted[Int(place)]
    let high = sorted[min(Int(place) + 1, sorted.count - 1)]
    let part = (Double(high - low) * (place - Double(Int(place)))).rounded(.toNearestOrEven)
    return .interval(low + Int64(part))
  }

  private struct Event {
    var row: BehaviorLog.Row
    var unit: Int
    var gap: Int64?
  }

  private func events(_ log: BehaviorLog, _ clauses: RandomClauses, _ name: String) -> [Event] {
    let rows = log.rows.filter { clauses.passes($0) && clauses.isIn($0) }
    return clauses.units(rows).enumerated().flatMap { number, unit in
      let found =
        name == "purchase" ? orderRows(unit) { _ in true } : unit.filter { $0.event == name }
      return found.indices.map { index in
        let next = index + 1 < found.count ? found[index + 1].time : nil
        return Event(row: found[index], unit: number, gap: next.map { $0 - found[index].time })
      }
    }
  }

  private func cells(_ events: [Event]) -> [Value] {
    let gaps = events.compactMap(\.gap).sorted()
    let total = gaps.reduce(0, +)
    let count = Int64(gaps.count)
    let mean = count == 0 ? Value.null : .interval((2 * total + count) / (2 * count))
    let ninth = quantile(gaps, 0.9)
    var window = Value.null
    if case .interval(let span) = ninth {
      let days = max(1, (span + BehaviorLog.day - 1) / BehaviorLog.day)
      window = .interval(days * BehaviorLog.day)
    }
    return [.int(Int64(Set(events.map(\.unit)).count)), .int(Int64(events.count)), .int(count)]
      + [quantile(gaps, 0.25), quantile(gaps, 0.5), quantile(gaps, 0.75), ninth, mean, window]
  }

  @Test func gapsAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var random = SeededGenerator(seed: seed)
      let log = BehaviorLog.random(&random)
      let clauses = RandomClauses(log, &random)
      let name = random.chance(60) ? "purchase" : "view"
      let text = "INTERVALS OF \(name)" + clauses.text
      let answer = try log.answer(text)
      let kept = keptGroups(answer, clauses)
      let events = events(log, clauses, name)
      var rows = [cells(events)]
      if clauses.isByBrand {
        let groups = Dictionary(grouping: events) { clauses.group($0.row.brand, kept: kept) }
        rows = groups.map { group, events in [group] + cells(events) }
      }
      let isSame = sameRows(answer, rows, ordered: false)
      #expect(isSame, "seed \(seed): \(text)\n\(answer)\n\(rows)")
      guard isSame else { return }
      #expect(try answer == log.answer(text, threads: 3, morselRows: 1), "seed \(seed)")
    }
  }

  @Test func cellsAreThoseOfTheOracle() throws {
    for seed in 1...Self.caseCount {
      var random = SeededGenerator(seed: seed)
      let log = BehaviorLog.random(&random)
      let clauses = RandomClauses(log, &random)
      let hasClock = !clauses.isByBrand
      let text =
        "HEATMAP OF purchase\(hasClock && random.chance(50) ? " BY hour, weekday" : "")"
        + clauses.text
      let answer = try log.answer(text)
      let kept = keptGroups(answer, clauses)
      let units = clauses.units(log.rows.filter { clauses.passes($0) && clauses.isIn($0) })
      func key(_ row: BehaviorLog.Row) -> [Value] {
        guard hasClock else { return [clauses.group(row.brand, kept: kept)] }
        let day = periodNumber(row.time, "day")
        let hour = (row.time - Int64(day) * BehaviorLog.day) / (3_600 * BehaviorLog.second)
        return [.int(hour), .int(Int64(CivilDate.isoWeekday(daysSince1970: day)))]
      }
      var keys = Set(units.flatMap { $0.map(key) })
      if hasClock {
        keys = Set((0..<168).map { [.int(Int64($0 / 7)), .int(Int64($0 % 7 + 1))] })
      }
      let total = units.flatMap { $0 }.count { $0.event == "purchase" }
      func share(_ part: Int, _ whole: Int) -> Value {
        whole == 0 ? .null : .float(Double(part) / Double(whole))
      }
      let rows = keys.map { cell -> [Value] in
        let own = units.map { $0.filter { key($0) == cell } }
        let events = own.map { $0.count { $0.event == "purchase" } }
        let count = events.reduce(0, +)
        return cell + [
          .int(Int64(count)), .int(Int64(events.count { $0 > 0 })), share(count, total),
          share(count, own.reduce(0) { $0 + $1.count }),
        ]
      }
      let isSame = sameRows(answer, rows, ordered: false)
      #expect(isSame, "seed \(seed): \(text)\n\(answer)\n\(rows)")
      guard isSame else { return }
      #expect(try answer == log.answer(text, threads: 3, morselRows: 1), "seed \(seed)")
    }
  }
}
