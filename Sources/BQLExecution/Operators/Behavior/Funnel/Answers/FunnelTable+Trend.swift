import BQLColumnar
import BQLPlanning
import BQLStorage
import BQLSyntax

extension FunnelTable {
  /// The rows of SHOW TREND: group by group, the periods in order, those without a start as well.
  func trendRows(of result: FunnelResult, _ grain: CalendarGrain) -> [[Value]] {
    let nameCount = values.count - 1
    var order: [[Value]] = []
    var found: [[Value]: [Int64: FunnelGroupResult]] = [:]
    var days: (first: Int64, last: Int64)?
    for group in result.groups {
      let key = dimensions(of: group.group)
      guard case .date(let day)? = key.last else { continue }
      let names = Array(key.prefix(nameCount))
      if found[names] == nil { order.append(names) }
      found[names, default: [:]][day] = group
      days = (min(days?.first ?? day, day), max(days?.last ?? day, day))
    }
    guard let days else { return [] }
    order = shown(order, found)
    let zone = plan.behavior.timeZone
    let first = zone.instant(ofLocal: days.first * Microseconds.perDay)
    let last = zone.instant(ofLocal: days.last * Microseconds.perDay)
    let grid = PeriodGrid(grain, covering: first...max(first, last), in: zone)
    return order.flatMap { names in
      (0..<grid.count).flatMap { period in
        let group = found[names]?[grid.startDay(period)]
        return result.counters.indices.map { window in
          names + [.date(grid.startDay(period))] + windowCell(window)
            + cells(group?.windows[window], isComplete(grid, period, window))
        }
      }
    }
  }

  /// Orders groups by their starts in all periods, the largest first, `(other)` last.
  private func shown(
    _ names: [[Value]],
    _ found: [[Value]: [Int64: FunnelGroupResult]]
  ) -> [[Value]] {
    let isOther = { (names: [Value]) in
      plan.behavior.top != nil && !names.isEmpty && names.allSatisfy { $0 == .text("(other)") }
    }
    let sizes = names.map { names in
      found[names]?.values.reduce(0) { sum, group in
        sum + (group.windows.map { $0[0].units }.max() ?? 0)
      } ?? 0
    }
    return names.indices.sorted { a, b in
      let (otherA, otherB) = (isOther(names[a]), isOther(names[b]))
      return otherA == otherB ? (-sizes[a], a) < (-sizes[b], b) : otherB
    }.map { names[$0] }
  }

  /// The cells from the units on; nil is a period without a start.
  private func cells(_ steps: [FunnelStepResult]?, _ isComplete: Value) -> [Value] {
    guard let steps, let last = steps.last else {
      let empty: [Value] = [.int(0), .int(0), .null, .null, .null, .null, .null]
      return empty + (plan.valueType.map { _ in [.null] } ?? []) + [isComplete]
    }
    let interval = WilsonInterval(successes: last.units, trials: steps[0].units)
    let times = last.timesFromFirst ?? last.times
    var cells: [Value] = [
      .int(Int64(steps[0].units)), .int(Int64(last.units)),
      percent(last.units, of: steps[0].units), interval.map { .float($0.low * 100) } ?? .null,
      interval.map { .float($0.high * 100) } ?? .null, times?.median.map { .interval($0) } ?? .null,
      times?.p90.map { .interval($0) } ?? .null,
    ]
    if let type = plan.valueType { cells.append(value(last.value, type)) }
    return cells + [isComplete]
  }

  /// Whether the log shows the whole window of every chain that starts in a period; NULL where
  /// chains have no limit.
  private func isComplete(_ grid: PeriodGrid, _ period: Int, _ window: Int) -> Value {
    guard !plan.windows.isEmpty, let logEnd = plan.behavior.log.timeRange?.upperBound else {
      return .null
    }
    let lastStart = min(grid.starts[period + 1], plan.behavior.until ?? .max) - 1
    let (end, overflow) = lastStart.addingReportingOverflow(plan.windows[window].microseconds)
    return .bool(!overflow && end < PeriodGrid.observedUntil(logEnd: logEnd))
  }
}

/// Ranks the groups of a trend without their periods, for BY … TOP n.
struct FunnelTrendGroups {
  /// What each group becomes: entry *c* + 1 is that of code *c*, for ``RowCodes/mapped(by:)``.
  let map: [Int32]
  /// The values of the new groups, the period last.
  let values: [Column]

  /// - Parameters:
  ///   - sizes: Each group's code and units, as the ranking pass found them.
  ///   - groupValues: The values of the groups, the period last.
  ///   - top: How many groups keep their names.
  ///   - zone: The clock on which times become texts.
  init(
    _ sizes: [(group: Int32, count: Int)],
    _ groupValues: [Column],
    top: Int,
    in zone: TimeZone
  ) {
    let names = groupValues.dropLast().map { $0.named(in: zone) }
    let periods = groupValues[groupValues.count - 1]
    let sizes = sizes.sorted { $0.group < $1.group }
    var places: [[Value]: Int] = [:]
    var counts: [Int] = []
    var placeOfGroup: [Int32: Int] = [:]
    for (group, count) in sizes {
      let key = names.map { $0[Int(group)] }
      let place = places[key] ?? counts.count
      if place == counts.count {
        places[key] = place
        counts.append(0)
      }
      counts[place] += count
      placeOfGroup[group] = place
    }
    let ranked = counts.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    var named = [Bool](repeating: false, count: counts.count)
    for place in ranked.prefix(top) { named[place] = true }

    var builders = groupValues.indices.map {
      ColumnBuilder($0 < names.count ? .text : periods.type)
    }
    var codes: [[Value]: Int32] = [:]
    var map = [Int32](repeating: -1, count: Int(sizes.last?.group ?? -1) + 3)
    for (group, _) in sizes {
      let isNamed = named[placeOfGroup[group] ?? 0]
      let row =
        names.map { isNamed ? $0[Int(group)] : .text("(other)") } + [periods[Int(group)]]
      let code = codes[row] ?? Int32(truncatingIfNeeded: codes.count)
      if codes[row] == nil {
        codes[row] = code
        for index in builders.indices { builders[index].append(row[index]) }
      }
      map[Int(group) + 1] = code
    }
    self.map = map
    values = builders.map { $0.finish() }
  }
}
