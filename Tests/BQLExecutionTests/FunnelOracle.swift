import BQLExecution

/// Answers a funnel by enumerating every chain of every unit: slow and obvious, the twin that
/// the kernel is compared to.
struct FunnelOracle {
  let funnel: FunnelCase

  private var specification: FunnelSpecification { funnel.specification }

  struct Unit {
    var user: Int
    var code: Int32?
    /// Rows of the log.
    var rows: [Int]
  }

  /// The units with a step-1 row, in the order of their first.
  var units: [Unit] {
    var units: [Unit] = []
    for (index, row) in funnel.rows.enumerated() where row.passes {
      guard !funnel.hasUnits || row.unit >= 0, mask(index) != 0 else { continue }
      let code = funnel.hasUnits ? row.unit : nil
      if let known = units.firstIndex(where: { $0.user == row.user && $0.code == code }) {
        units[known].rows.append(index)
      } else {
        units.append(Unit(user: row.user, code: code, rows: [index]))
      }
    }
    func start(_ unit: Unit) -> Int? { unit.rows.first { mask($0) & 1 != 0 } }
    return units.filter { start($0) != nil }.sorted { (start($0) ?? 0) < (start($1) ?? 0) }
  }

  var leftOutRowCount: Int {
    funnel.hasUnits ? funnel.rows.count { $0.passes && $0.unit < 0 } : 0
  }

  /// The steps that a row matches; step 1 only in the period.
  private func mask(_ index: Int) -> UInt32 {
    let row = funnel.rows[index]
    var mask = row.mask & (1 << UInt32(specification.stepCount) - 1)
    let time = row.time * funnel.scale
    if let since = specification.since, time < since { mask &= ~1 }
    if let until = specification.until, time >= until { mask &= ~1 }
    return mask
  }

  /// Returns the canonical chain of `unit` by the definition: of all chains in the window that
  /// reach the deepest step, the first by (time, source row) of the last row, then the latest
  /// times from the step before the last down to step 1, then the largest rows in that order.
  func canonical(
    _ unit: Unit,
    window: Int64?,
    mayStart: (Int) -> Bool
  ) -> [Int]? {
    var best: [Int]?
    var bestKey: [Int64] = []
    func extend(_ chain: [Int]) {
      if !chain.isEmpty {
        let key = key(chain)
        let depth = best?.count ?? 0
        if chain.count > depth || chain.count == depth && key.lexicographicallyPrecedes(bestKey) {
          best = chain
          bestKey = key
        }
      }
      guard chain.count < specification.stepCount else { return }
      for index in unit.rows where mask(index) & (1 << UInt32(chain.count)) != 0 {
        guard !chain.contains(index), !chain.isEmpty || mayStart(index) else { continue }
        let time = funnel.rows[index].time
        if let last = chain.last {
          let lastTime = funnel.rows[last].time
          guard specification.ties == .allow ? time >= lastTime : time > lastTime else { continue }
        }
        let start = funnel.rows[chain.first ?? index].time
        if let window, (time - start) * funnel.scale > window { continue }
        extend(chain + [index])
      }
    }
    extend([])
    return best
  }

  private func key(_ chain: [Int]) -> [Int64] {
    let times = chain.map { funnel.rows[$0].time }
    let earlier = chain.indices.dropLast().reversed()
    return [times[chain.count - 1], Int64(chain[chain.count - 1])]
      + earlier.map { -times[$0] } + earlier.map { -Int64(chain[$0]) }
  }

  /// Returns every chain of the funnel, as the kernel does.
  var chains: [FunnelChain] {
    var chains: [FunnelChain] = []
    for unit in units {
      for (window, limit) in specification.windows.enumerated() {
        guard let rows = canonical(unit, window: limit, mayStart: { _ in true }) else { continue }
        var chain = chain(unit, window, rows)
        switch specification.attribution {
        case .first:
          chain.group = unit.rows.first { mask($0) & 1 != 0 }.map { funnel.rows[$0].group }
        case .last: chain.group = funnel.rows[rows[rows.count - 1]].group
        case .step(let step):
          chain.group = step <= rows.count ? funnel.rows[rows[step - 1]].group : nil
        case .each, nil: break
        }
        chains.append(chain)
      }
      guard specification.attribution == .each else { continue }
      for group in startGroups(unit) {
        chains += groupChains(unit, group) { funnel.rows[$0].group == group }
      }
    }
    return chains
  }

  /// The groups of the unit's step-1 rows, in their order.
  func startGroups(_ unit: Unit) -> [Int32] {
    var groups: [Int32] = []
    for index in unit.rows where mask(index) & 1 != 0 {
      let group = funnel.rows[index].group
      if !groups.contains(group) { groups.append(group) }
    }
    return groups
  }

  /// Returns the unit's chains that only the rows of `mayStart` start, under the name `group`.
  func groupChains(_ unit: Unit, _ group: Int32, mayStart: (Int) -> Bool) -> [FunnelChain] {
    specification.windows.enumerated().compactMap { window, limit in
      guard let rows = canonical(unit, window: limit, mayStart: mayStart) else { return nil }
      var chain = chain(unit, window, rows)
      chain.group = group
      chain.isTotal = false
      return chain
    }
  }

  private func chain(_ unit: Unit, _ window: Int, _ rows: [Int]) -> FunnelChain {
    FunnelChain(
      user: unit.user,
      unit: unit.code,
      window: window,
      group: nil,
      isTotal: true,
      rows: rows.map { Int32($0) },
      times: rows.map { funnel.rows[$0].time }
    )
  }
}
