import BQLColumnar
import BQLStorage

/// Walks the users of one morsel: gathers the rows that match a step, splits them into units,
/// matches each unit and hands its chains on.
struct FunnelScan {
  private let specification: FunnelSpecification
  private let input: FunnelInput
  /// The row that the first code belongs to.
  private let codeBase: Int
  /// The mask of each code; empty where a code is the mask.
  private let table: [UInt32]
  private let codesAreMasks: Bool
  private let stepBits: UInt32
  /// The stored times between which a chain may start; empty when `first` > `last`.
  private let firstStart: Int64
  private let lastStart: Int64

  private var rows = FunnelUnitRows()
  private var bounds: [Int] = []
  private var matcher: FunnelMatcher
  private var values: FunnelOrderValues
  private var leftOutCount = 0

  init(
    _ specification: FunnelSpecification,
    _ input: FunnelInput,
    codeBase: Int,
    table: [UInt32]?
  ) {
    self.specification = specification
    self.input = input
    self.codeBase = codeBase
    self.table = table ?? []
    codesAreMasks = table == nil
    stepBits = UInt32.max >> UInt32(FunnelSpecification.maximumStepCount - specification.stepCount)
    let scale = max(input.times.scale, 1)
    firstStart = specification.since.map { Self.ceilingQuotient($0, scale) } ?? .min
    if let until = specification.until {
      let end = Self.ceilingQuotient(until, scale)
      lastStart = end == .min ? .min : end - 1
    } else {
      lastStart = .max
    }
    matcher = FunnelMatcher(specification, timeScale: scale)
    values = FunnelOrderValues(input)
  }

  private static func ceilingQuotient(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder > 0 ? quotient + 1 : quotient
  }

  mutating func run<Code: FixedWidthInteger, Time: FixedWidthInteger>(
    _ codes: Span<Code>,
    _ times: Span<Time>,
    into sink: inout some FunnelChainSink
  ) {
    for user in input.morsel.users {
      let userRows = Int(input.userOffsets[user])..<Int(input.userOffsets[user + 1])
      gather(userRows, codes, times)
      guard !rows.rows.isEmpty else { continue }
      rows.splitByUnit(into: &bounds)
      for unit in 0..<(bounds.count - 1) {
        matchUnit(user, bounds[unit]..<bounds[unit + 1], into: &sink)
      }
    }
    sink.leaveOut(rowCount: leftOutCount)
  }

  /// Collects the rows of a user that pass the filter, belong to a unit and match a step.
  private mutating func gather<Code: FixedWidthInteger, Time: FixedWidthInteger>(
    _ userRows: Range<Int>,
    _ codes: Span<Code>,
    _ times: Span<Time>
  ) {
    rows.removeAll()
    let firstRow = input.morsel.rows.lowerBound
    for row in userRows {
      if let filter = input.filter, filter[row - firstRow] == 0 { continue }
      var unit: Int32 = 0
      if let units = input.units {
        unit = units.code(row, firstRow: firstRow)
        guard unit >= 0 else {
          leftOutCount += 1
          continue
        }
      }
      var mask = mask(codes[row - codeBase])
      let time = Int64(times[row])
      if time < firstStart || time > lastStart { mask &= ~1 }
      guard mask != 0 else { continue }
      rows.rows.append(Int32(truncatingIfNeeded: row))
      rows.times.append(time)
      rows.masks.append(mask)
      if input.units != nil { rows.units.append(unit) }
      if specification.attribution != nil, let groups = input.groups {
        rows.groups.append(groups.code(row, firstRow: firstRow))
      }
    }
  }

  @inline(__always)
  private func mask(_ code: some FixedWidthInteger) -> UInt32 {
    if codesAreMasks { return UInt32(truncatingIfNeeded: code) & stepBits }
    let code = Int(code)
    return code < table.count ? table[code] & stepBits : 0
  }

  private mutating func matchUnit(
    _ user: Int,
    _ range: Range<Int>,
    into sink: inout some FunnelChainSink
  ) {
    guard let firstStart = range.first(where: { rows.masks[$0] & 1 != 0 }) else { return }
    matcher.match(rows, rows.range(range, startingAt: firstStart), startGroup: nil)
    for window in specification.windows.indices where matcher.reach[window] > 0 {
      var chain = chain(user, range, window)
      chain.group = group(of: chain, window: window, firstStart: firstStart)
      sink.take(chain, values: &values)
    }
    guard specification.attribution == .each, !rows.groups.isEmpty else { return }
    for (group, firstStart) in startGroups(range) {
      matcher.match(rows, rows.range(range, startingAt: firstStart), startGroup: group)
      for window in specification.windows.indices where matcher.reach[window] > 0 {
        var chain = chain(user, range, window)
        chain.group = group
        chain.isTotal = false
        sink.take(chain, values: &values)
      }
    }
  }

  private func chain(_ user: Int, _ range: Range<Int>, _ window: Int) -> FunnelChain {
    let positions = (1...matcher.reach[window]).map { matcher.row(window: window, step: $0) }
    return FunnelChain(
      user: user,
      unit: rows.units.isEmpty ? nil : rows.units[range.lowerBound],
      window: window,
      group: nil,
      isTotal: true,
      rows: positions.map { rows.rows[$0] },
      times: positions.map { rows.times[$0] }
    )
  }

  /// Returns the group that the unit's own chain counts in.
  private func group(of chain: FunnelChain, window: Int, firstStart: Int) -> Int32? {
    guard let attribution = specification.attribution, !rows.groups.isEmpty else { return nil }
    switch attribution {
    case .first: return rows.groups[firstStart]
    case .each: return nil
    case .last: return rows.groups[matcher.row(window: window, step: chain.depth)]
    case .step(let step):
      guard step >= 1, step <= chain.depth else { return nil }
      return rows.groups[matcher.row(window: window, step: step)]
    }
  }

  /// Returns the groups of the unit's step-1 rows, in the order of their first rows, which it
  /// returns as well.
  private func startGroups(_ range: Range<Int>) -> [(group: Int32, firstStart: Int)] {
    var seen: Set<Int32> = []
    var groups: [(group: Int32, firstStart: Int)] = []
    for index in range where rows.masks[index] & 1 != 0 {
      let group = rows.groups[index]
      if seen.insert(group).inserted { groups.append((group, index)) }
    }
    return groups
  }
}
