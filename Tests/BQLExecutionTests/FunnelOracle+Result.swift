import BQLExecution

extension FunnelOracle {
  /// Answers the whole funnel: groups in their order, counts, times, values, notes.
  var result: FunnelResult {
    let chains = self.chains
    let totals = chains.filter(\.isTotal)
    var result = FunnelResult(
      total: block(.total, totals),
      counters: funnel.specification.windows.indices.map { counters(totals, $0) },
      leftOutRowCount: leftOutRowCount
    )
    let grouped = chains.filter { $0.group != nil }
    guard let attribution = funnel.specification.attribution else {
      result.groups = [result.total]
      return result
    }
    let ranked = rankedGroups(grouped)
    let named = ranked.prefix(funnel.specification.top ?? ranked.count)
    for group in named {
      result.groups.append(block(.value(group), grouped.filter { $0.group == group }))
    }
    let rest = ranked.dropFirst(named.count)
    if !rest.isEmpty {
      // Under EACH a unit that starts in several of the others counts in (other) once.
      let others =
        attribution == .each
        ? units.flatMap { unit in
          groupChains(unit, -1) { rest.contains(funnel.rows[$0].group) }
        } : grouped.filter { rest.contains($0.group ?? -1) }
      result.groups.append(block(.other, others))
    }
    if funnel.specification.withTotal { result.groups.append(result.total) }
    return result
  }

  /// The groups by units at step 1 in the longest window, of equals the first to appear.
  private func rankedGroups(_ chains: [FunnelChain]) -> [Int32] {
    let window: Int
    let windows = funnel.specification.windows
    if let unlimited = windows.firstIndex(of: nil) {
      window = unlimited
    } else {
      let longest = windows.compactMap { $0 }.max() ?? 0
      window = windows.firstIndex(of: longest) ?? 0
    }
    var groups: [Int32] = []
    var sizes: [Int32: Int] = [:]
    for chain in chains {
      guard let group = chain.group else { continue }
      if !groups.contains(group) { groups.append(group) }
      if chain.window == window { sizes[group, default: 0] += 1 }
    }
    let indexed = groups.enumerated().map { (size: sizes[$1] ?? 0, rank: $0, group: $1) }
    return indexed.sorted { (-$0.size, $0.rank) < (-$1.size, $1.rank) }.map(\.group)
  }

  private func block(_ group: FunnelGroup, _ chains: [FunnelChain]) -> FunnelGroupResult {
    let windows = funnel.specification.windows.indices.map { window in
      (1...funnel.specification.stepCount).map { step in
        let arrived = chains.filter { $0.window == window && $0.depth >= step }
        let times = arrived.compactMap { chain in
          step == 1 ? nil : (chain.times[step - 1] - chain.times[step - 2]) * funnel.scale
        }
        let worth = arrived.compactMap { value(ofRow: Int($0.rows[step - 1])) }
        return FunnelStepResult(
          units: arrived.count,
          medianTime: quantile(times, 0.5),
          p90Time: quantile(times, 0.9),
          value: worth.isEmpty ? nil : Double(worth.reduce(0, +)) / 100
        )
      }
    }
    return FunnelGroupResult(group: group, windows: windows)
  }

  private func quantile(_ times: [Int64], _ p: Double) -> Int64? {
    guard !times.isEmpty else { return nil }
    let sorted = times.sorted()
    let h = p * Double(sorted.count - 1)
    let low = Int(h.rounded(.down))
    let high = min(low + 1, sorted.count - 1)
    let offset = (h - Double(low)) * Double(sorted[high] - sorted[low])
    return sorted[low] + Int64(offset.rounded(.toNearestOrEven))
  }

  /// What a matched row is worth: of a purchase, the whole order; nil where no VALUE is known.
  private func value(ofRow row: Int) -> Int64? {
    guard funnel.hasValues else { return nil }
    guard isPurchase(row) else { return funnel.rows[row].value }
    let user = funnel.rows[row].user
    let visit = funnel.rows.indices.filter { other in
      isPurchase(other) && funnel.rows[other].passes && funnel.rows[other].user == user
        && (!funnel.hasSessions || funnel.rows[other].session == funnel.rows[row].session)
    }
    guard let place = visit.firstIndex(of: row) else { return nil }
    var first = place
    while first > 0, isClose(visit[first - 1], visit[first]) { first -= 1 }
    var last = place
    while last + 1 < visit.count, isClose(visit[last], visit[last + 1]) { last += 1 }
    let known = visit[first...last].compactMap { funnel.rows[$0].value }
    return known.isEmpty ? nil : known.reduce(0, +)
  }

  private func isPurchase(_ row: Int) -> Bool { funnel.rows[row].event == funnel.purchase }

  private func isClose(_ earlier: Int, _ later: Int) -> Bool {
    (funnel.rows[later].time - funnel.rows[earlier].time) * funnel.scale <= 60_000_000
  }

  private func counters(_ chains: [FunnelChain], _ window: Int) -> FunnelCounters {
    var counters = FunnelCounters()
    for chain in chains where chain.window == window {
      counters.tiedPairs += zip(chain.times, chain.times.dropFirst()).count { $0 == $1 }
      guard let logEnd = funnel.specification.logEnd,
        let limit = funnel.specification.windows[window]
      else { continue }
      if chain.times[0] * funnel.scale > logEnd - limit {
        counters.lateStarts += 1
        if chain.depth < funnel.specification.stepCount { counters.immature += 1 }
      }
    }
    return counters
  }
}
