import BQLColumnar
import BQLStorage

/// Finds the chains of any funnel, one user at a time: gathers the rows that match a step, splits
/// them into units and matches each unit.
struct FunnelScan {
  private let specification: FunnelSpecification
  private let input: FunnelInput
  private let firstRow: Int
  private let stepBits: UInt32
  private let period: FunnelPeriod

  // One number a row of the morsel; empty where the funnel has no such thing.
  private let filter: [UInt8]
  private let unitCodes: [Int32]
  private let groupCodes: [Int32]

  private var rows = FunnelUnitRows()
  private var bounds: [Int] = []
  private var matcher: FunnelMatcher
  /// The rows met so far that are NULL in a column that makes units.
  private(set) var leftOutCount = 0

  init(_ specification: FunnelSpecification, _ input: FunnelInput) {
    self.specification = specification
    self.input = input
    stepBits = specification.stepBits
    period = FunnelPeriod(specification, timeScale: input.times.scale)
    let morselRows = input.morsel.rows
    firstRow = morselRows.lowerBound
    filter = input.filter ?? []
    unitCodes = input.units?.codes(morselRows, firstRow: firstRow) ?? []
    // Only EACH asks for the group of every start; the others ask for one row of a chain.
    groupCodes =
      specification.attribution == .each
      ? input.groups?.codes(morselRows, firstRow: firstRow) ?? [] : []
    matcher = FunnelMatcher(specification, timeScale: max(input.times.scale, 1))
  }

  /// Adds the chains of `user`, whose rows are `userRows` of the morsel, to `block`.
  mutating func scan(
    _ user: Int,
    _ userRows: Range<Int>,
    _ times: Span<some FixedWidthInteger>,
    into block: inout FunnelChainBlock
  ) {
    rows.removeAll(reserving: userRows.count)
    switch input.steps {
    case .codes8(let codes, let masks):
      codes.withSpan { gather(userRows, $0, base: firstRow, masks, times) }
    case .codes16(let codes, let masks):
      codes.withSpan { gather(userRows, $0, base: firstRow, masks, times) }
    case .rows(let masks): gather(userRows, masks.span, base: 0, nil, times)
    }
    guard rows.count > 0 else { return }
    if unitCodes.isEmpty {
      match(user, 0..<rows.count, into: &block)
    } else {
      rows.splitByUnit(into: &bounds)
      for unit in 0..<(bounds.count - 1) {
        match(user, bounds[unit]..<bounds[unit + 1], into: &block)
      }
    }
  }

  /// Collects the rows of a user that pass the filter, belong to a unit and match a step.
  ///
  /// Without a table of masks, `codes` are the masks.
  private mutating func gather(
    _ userRows: Range<Int>,
    _ codes: Span<some FixedWidthInteger>,
    base: Int,
    _ masks: [UInt32]?,
    _ times: Span<some FixedWidthInteger>
  ) {
    let replaces = specification.ties == .allow && groupCodes.isEmpty
    for row in userRows {
      if !filter.isEmpty, filter[row] == 0 { continue }
      var unit: Int32 = 0
      if !unitCodes.isEmpty {
        unit = unitCodes[row]
        guard unit >= 0 else {
          leftOutCount += 1
          continue
        }
      }
      var mask = Self.mask(codes[row + base], masks) & stepBits
      let time = Int64(times[row])
      if !period.contains(time) { mask &= ~1 }
      guard mask != 0 else { continue }
      if replaces, mask == 1, rows.replaceLast(row: row, time: time, unit: unit) { continue }
      let group = groupCodes.isEmpty ? 0 : groupCodes[row]
      rows.append(row: row, time: time, mask: mask, group: group, unit: unit)
    }
  }

  @inline(__always)
  private static func mask(_ code: some FixedWidthInteger, _ masks: [UInt32]?) -> UInt32 {
    guard let masks else { return UInt32(truncatingIfNeeded: code) }
    let code = Int(code)
    return code < masks.count ? masks[code] : 0
  }

  private mutating func match(
    _ user: Int,
    _ range: Range<Int>,
    into block: inout FunnelChainBlock
  ) {
    guard let firstStart = range.first(where: { rows[$0].mask & 1 != 0 }) else { return }
    matcher.match(rows, rows.range(range, startingAt: firstStart), startGroup: nil)
    take(user, firstStart, isTotal: true, into: &block)
    guard !groupCodes.isEmpty else { return }
    for (group, firstStart) in startGroups(range) {
      matcher.match(rows, rows.range(range, startingAt: firstStart), startGroup: group)
      take(user, firstStart, isTotal: false, into: &block)
    }
  }

  /// Adds the chain that the matcher found in each window; `firstStart` is the unit's first
  /// step-1 row, or the group's.
  private mutating func take(
    _ user: Int,
    _ firstStart: Int,
    isTotal: Bool,
    into block: inout FunnelChainBlock
  ) {
    for window in specification.windows.indices where matcher.reach[window] > 0 {
      let depth = matcher.reach[window]
      let base = block.append(
        FunnelChainBlock.Header(
          user: Int32(truncatingIfNeeded: user),
          unit: unitCodes.isEmpty ? -1 : rows[firstStart].unit,
          groupRow: -1,
          window: UInt16(truncatingIfNeeded: window),
          depth: UInt8(truncatingIfNeeded: depth),
          isTotal: isTotal
        )
      )
      for step in 1...depth {
        let row = Int(rows[matcher.row(window: window, step: step)].row)
        block.set(base, step: step, row: row)
      }
      // Under EACH the unit's own chain counts in no group.
      switch specification.attribution {
      case nil: break
      case .first: block.setGroupRow(Int(rows[firstStart].row))
      case .each: if !isTotal { block.setGroupRow(Int(rows[firstStart].row)) }
      case .last: block.setGroupRow(Int(block.rows[base + depth - 1]))
      case .step(let step) where step >= 1 && step <= depth:
        block.setGroupRow(Int(block.rows[base + step - 1]))
      case .step: break
      }
    }
  }

  /// Returns the groups of the unit's step-1 rows, in the order of their first rows, which it
  /// returns as well.
  private func startGroups(_ range: Range<Int>) -> [(group: Int32, firstStart: Int)] {
    var seen: Set<Int32> = []
    var groups: [(group: Int32, firstStart: Int)] = []
    for index in range where rows[index].mask & 1 != 0 {
      let group = rows[index].group
      if seen.insert(group).inserted { groups.append((group, index)) }
    }
    return groups
  }
}
