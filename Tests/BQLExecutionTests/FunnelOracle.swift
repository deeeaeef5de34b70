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
    allUnits.filter { !isExcluded($0) }
  }

  private var allUnits: [Unit] {
    var units: [Unit] = []
    for (index, row) in funnel.rows.enumerated() where row.passes {
      guard !funnel.hasUnits || row.unit >= 0 else { continue }
      guard !specification.isHolding || row.held >= 0 else { continue }
      let code = funnel.hasUnits ? row.unit : nil
      if let known = units.firstIndex(where: { $0.user == row.user && $0.code == code }) {
        units[known].rows.append(index)
      } else {
        units.append(Unit(user: row.user, code: code, rows: [index]))
      }
    }
    return units.filter { start($0) != nil }.sorted {
      ($0.user, start($0) ?? 0) < ($1.user, start($1) ?? 0)
    }
  }

  private func start(_ unit: Unit) -> Int? { unit.rows.first { mask($0) & 1 != 0 } }

  private func isExcluded(_ unit: Unit) -> Bool {
    specification.exclusions.indices.contains { exclusion in
      specification.exclusions[exclusion].excludesUnits
        && unit.rows.contains { funnel.rows[$0].exclusions & (1 << UInt32(exclusion)) != 0 }
    }
  }

  var leftOut: FunnelLeftOut {
    var leftOut = FunnelLeftOut()
    for row in funnel.rows where row.passes {
      if funnel.hasUnits, row.unit < 0 {
        leftOut.unitlessRowCount += 1
      } else if specification.isHolding, row.held < 0, isOfInterest(row) {
        leftOut.valuelessRowCount += 1
      }
    }
    leftOut.excludedUnitCount = allUnits.count(where: isExcluded)
    if specification.isMatureOnly {
      leftOut.lateChainCount = allChains.count { $0.isTotal && isLate($0) }
    }
    return leftOut
  }

  /// Whether a row could matter to the funnel: other rows are not looked at.
  private func isOfInterest(_ row: FunnelCase.Row) -> Bool {
    row.mask & stepBits != 0 || specification.mode == .strict || !specification.exclusions.isEmpty
  }

  private var stepBits: UInt32 { (1 << UInt32(specification.stepCount)) - 1 }

  /// The steps that a row is of.
  func names(_ index: Int) -> UInt32 { funnel.rows[index].mask & stepBits }

  /// The steps that a row may take: step 1 only in the period.
  func mask(_ index: Int) -> UInt32 {
    var mask = names(index)
    let time = funnel.rows[index].time * funnel.scale
    if let since = specification.since, time < since { mask &= ~1 }
    if let until = specification.until, time >= until { mask &= ~1 }
    return mask
  }

  /// Returns every chain of the funnel, as the kernel does.
  var chains: [FunnelChain] {
    specification.isMatureOnly ? allChains.filter { !isLate($0) } : allChains
  }

  private var allChains: [FunnelChain] {
    var chains: [FunnelChain] = []
    for unit in units {
      chains += unitChains(unit, group: nil, parts(unit)) { _ in true }
      switch specification.attribution {
      case .each:
        for group in startGroups(unit) {
          chains += unitChains(unit, group: group, parts(unit)) { funnel.rows[$0].group == group }
        }
      case .held:
        for part in parts(unit) {
          guard let start = part.first(where: { mask($0) & 1 != 0 }) else { continue }
          chains += unitChains(unit, group: funnel.rows[start].group, [part]) { _ in true }
        }
      case .first, .last, .step, nil: break
      }
    }
    return chains
  }

  /// The rows of each value that a chain may hold, by value.
  func parts(_ unit: Unit) -> [[Int]] {
    guard specification.isHolding else { return [unit.rows] }
    return Set(unit.rows.map { funnel.rows[$0].held }).sorted().map { value in
      unit.rows.filter { funnel.rows[$0].held == value }
    }
  }

  /// Returns the unit's chains by the rows of any of `parts` that those of `mayStart` start.
  func unitChains(
    _ unit: Unit,
    group: Int32?,
    _ parts: [[Int]],
    mayStart: (Int) -> Bool
  ) -> [FunnelChain] {
    if specification.entry == .every {
      return parts.flatMap { part in
        specification.windows.enumerated().flatMap { window, limit in
          attempts(part, limit, mayStart).map { chain(unit, window, $0.links, $0.start, group) }
        }
      }
    }
    let first = unit.rows.first { mask($0) & 1 != 0 && mayStart($0) }
    return specification.windows.enumerated().compactMap { window, limit in
      let found = parts.compactMap { part -> Links? in
        let start = part.first { mask($0) & 1 != 0 && mayStart($0) }
        return canonical(part, window: limit) {
          mayStart($0) && (specification.entry != .first || $0 == start)
        }
      }
      guard let best = found.min(by: precedes), let first else { return nil }
      return chain(unit, window, best, first, group)
    }
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

  private func chain(
    _ unit: Unit,
    _ window: Int,
    _ links: Links,
    _ firstStart: Int,
    _ group: Int32?
  ) -> FunnelChain {
    let rows = steps(links)
    var chain = FunnelChain(
      user: unit.user,
      unit: unit.code,
      window: window,
      group: group,
      isTotal: group == nil,
      rows: rows.map { Int32($0 ?? -1) },
      times: rows.map { $0.map { funnel.rows[$0].time } ?? 0 }
    )
    guard group == nil else { return chain }
    switch specification.attribution {
    case .first: chain.group = funnel.rows[firstStart].group
    case .last: chain.group = rows.last.flatMap { $0 }.map { funnel.rows[$0].group }
    case .step(let step):
      chain.group = step <= rows.count ? rows[step - 1].map { funnel.rows[$0].group } : nil
    case .each, .held, nil: break
    }
    return chain
  }
}
