import BQLExecution

extension FunnelOracle {
  /// Answers the whole funnel: groups in their order, counts, times, values, notes.
  var result: FunnelResult {
    let chains = self.chains
    let totals = chains.filter(\.isTotal)
    var result = FunnelResult(
      total: block(.total, totals),
      counters: funnel.specification.windows.indices.map { counters(totals, $0) },
      leftOut: leftOut
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
        attribution == .each || attribution == .held
        ? units.flatMap { unit in
          otherChains(unit, named)
        } : grouped.filter { rest.contains($0.group ?? -1) }
      // MATURE ONLY may leave out all of them.
      if !others.isEmpty { result.groups.append(block(.other, others)) }
    }
    if funnel.specification.withTotal { result.groups.append(result.total) }
    return result
  }

  /// The chains of a unit in `(other)`: started by, or holding, any value but those of `named`.
  private func otherChains(_ unit: Unit, _ named: ArraySlice<Int32>) -> [FunnelChain] {
    let chains = unitChains(unit, group: -1, parts(unit)) { !named.contains(funnel.rows[$0].group) }
    return funnel.specification.isMatureOnly ? chains.filter { !isLate($0) } : chains
  }

  /// Whether a chain starts so late that the log ends before its window.
  func isLate(_ chain: FunnelChain) -> Bool {
    guard let logEnd = funnel.specification.logEnd,
      let limit = funnel.specification.windows[chain.window]
    else { return false }
    return startTime(chain) * funnel.scale > logEnd - limit
  }

  /// When a chain starts: at step 1, or in any order at its first row.
  private func startTime(_ chain: FunnelChain) -> Int64 {
    funnel.specification.mode == .any ? chain.times.min() ?? 0 : chain.times[0]
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

  private var isAnyOrder: Bool { funnel.specification.mode == .any }

  private func block(_ group: FunnelGroup, _ chains: [FunnelChain]) -> FunnelGroupResult {
    let windows = funnel.specification.windows.indices.map { window in
      (1...funnel.specification.stepCount).map { step in
        let arrived = chains.filter {
          $0.window == window && $0.depth >= step && $0.rows[step - 1] >= 0
        }
        let times = arrived.compactMap { chain -> Int64? in
          guard step > 1 else { return nil }
          let before: Int = (0..<(step - 1)).last(where: { chain.rows[$0] >= 0 }) ?? 0
          let from = isAnyOrder ? startTime(chain) : chain.times[before]
          return max(chain.times[step - 1] - from, 0) * funnel.scale
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
      if !isAnyOrder {
        let matched = chain.rows.indices.filter { chain.rows[$0] >= 0 }.map { chain.times[$0] }
        counters.tiedPairs += zip(matched, matched.dropFirst()).count { $0 == $1 }
        counters.reversedPairs += zip(matched, matched.dropFirst()).count { $0 > $1 }
      }
      guard isLate(chain) else { continue }
      counters.lateStarts += 1
      if chain.depth < funnel.specification.stepCount { counters.immature += 1 }
    }
    return counters
  }
}
