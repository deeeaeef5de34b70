/// Finds the chains of one unit at a time, whose rows a scan has put into ``rows``, and adds them
/// to a block.
struct FunnelUnitMatch {
  let specification: FunnelSpecification
  var rows = FunnelUnitRows()
  var search: FunnelSearch
  /// Where the rows of each value that a chain must hold start, and their end.
  var parts: [Int] = []
  /// What the units left out were.
  var leftOut = FunnelLeftOut()

  init(_ specification: FunnelSpecification, timeScale: Int64) {
    self.specification = specification
    search = FunnelSearch(specification, timeScale: max(timeScale, 1))
  }

  /// Adds the chains of the unit that owns `range` of the rows.
  mutating func match(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    into block: inout FunnelChainBlock
  ) {
    guard let firstStart = range.first(where: { rows[$0].mask & 1 != 0 }) else { return }
    let unitExclusions = specification.unitExclusions
    if unitExclusions != 0, range.contains(where: { rows[$0].exclusions & unitExclusions != 0 }) {
      leftOut.excludedUnitCount += 1
      return
    }
    // The groups by their starts, before values are brought together.
    let groups = specification.attribution == .each ? startGroups(range) : []
    let firstStartRow = rows[firstStart].row
    if specification.isHolding {
      rows.splitByHeld(range, into: &parts)
    } else {
      parts = [range.lowerBound, range.upperBound]
    }
    take(header, firstStartRow, group: nil, into: &block)
    for (group, firstStartRow) in groups {
      take(header, firstStartRow, group: group, into: &block)
    }
    if specification.attribution == .held { takeHeld(header, into: &block) }
  }

  /// Returns the groups of the unit's step-1 rows, in the order of their first rows, which it
  /// returns as well.
  private func startGroups(_ range: Range<Int>) -> [(group: Int32, firstStartRow: Int32)] {
    var seen: Set<Int32> = []
    var groups: [(group: Int32, firstStartRow: Int32)] = []
    for index in range where rows[index].mask & 1 != 0 {
      let group = rows[index].group
      if seen.insert(group).inserted { groups.append((group, rows[index].row)) }
    }
    return groups
  }

  /// Adds the unit's own chains, or those that starts of `group` alone begin.
  ///
  /// `firstStartRow` is the first such start.
  private mutating func take(
    _ header: FunnelChainBlock.Header,
    _ firstStartRow: Int32,
    group: Int32?,
    into block: inout FunnelChainBlock
  ) {
    var header = header
    header.isTotal = group == nil
    if specification.entry == .every {
      for part in 0..<(parts.count - 1) {
        for window in specification.windows.indices {
          takeAttempts(header, parts[part]..<parts[part + 1], window, group: group, into: &block)
        }
      }
      return
    }
    search.begin()
    for part in 0..<(parts.count - 1) {
      search.match(rows, parts[part]..<parts[part + 1], group: group)
    }
    for window in specification.windows.indices {
      append(header, window, firstStartRow, group: group, into: &block)
    }
  }

  /// Adds, value by value, the chains of ATTRIBUTE HELD.
  private mutating func takeHeld(
    _ header: FunnelChainBlock.Header,
    into block: inout FunnelChainBlock
  ) {
    var header = header
    header.isTotal = false
    var seen: Set<Int32> = []
    for first in 0..<(parts.count - 1) {
      // Values of one group, such as `(other)`, have the best chain of any of them.
      let group = rows[parts[first]].group
      guard seen.insert(group).inserted else { continue }
      search.begin()
      var firstStartRow = Int32.max
      for part in first..<(parts.count - 1) where rows[parts[part]].group == group {
        let range = parts[part]..<parts[part + 1]
        guard let start = range.first(where: { rows[$0].mask & 1 != 0 }) else { continue }
        firstStartRow = min(firstStartRow, rows[start].row)
        search.match(rows, range, group: nil)
      }
      for window in specification.windows.indices {
        append(header, window, firstStartRow, group: group, into: &block)
      }
    }
  }

  /// Adds the chain of each attempt: starts follow each other, each where no attempt is open.
  private mutating func takeAttempts(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ window: Int,
    group: Int32?,
    into block: inout FunnelChainBlock
  ) {
    var next = range.lowerBound
    while next < range.upperBound {
      let start = (next..<range.upperBound).first { index in
        rows[index].mask & 1 != 0 && (group == nil || rows[index].group == group)
      }
      guard let start else { return }
      search.begin()
      next = search.matchAttempt(rows, next..<range.upperBound, start: start, window)
      append(header, window, rows[start].row, group: group, into: &block)
    }
  }

  /// Adds the chain that the search found in a window, if there is one.
  mutating func append(
    _ header: FunnelChainBlock.Header,
    _ window: Int,
    _ firstStartRow: Int32,
    group: Int32?,
    into block: inout FunnelChainBlock
  ) {
    let depth = search.depth(window)
    guard depth > 0 else { return }
    var header = header
    header.window = UInt16(truncatingIfNeeded: window)
    header.depth = UInt8(truncatingIfNeeded: depth)
    let base = block.append(header)
    for step in 1...depth {
      let position = search.row(window, step: step)
      block.set(base, step: step, row: position < 0 ? -1 : Int(rows[position].row))
    }
    // Under EACH and HELD the unit's own chain counts in no group.
    switch specification.attribution {
    case nil: break
    case .first: block.setGroupRow(Int(firstStartRow))
    case .each, .held: if group != nil { block.setGroupRow(Int(firstStartRow)) }
    case .last: block.setGroupRow(Int(block.rows[base + depth - 1]))
    case .step(let step):
      if step >= 1, step <= depth { block.setGroupRow(Int(block.rows[base + step - 1])) }
    }
  }
}
