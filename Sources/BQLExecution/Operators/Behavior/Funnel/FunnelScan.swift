import BQLColumnar
import BQLStorage

/// Walks the users of one morsel: gathers the rows that match a step, splits them into units,
/// matches each unit and hands its chains on.
struct FunnelScan {
  let specification: FunnelSpecification
  let input: FunnelInput
  /// The row that the first code belongs to.
  let codeBase: Int
  /// The mask of each code; empty where a code is the mask.
  let table: [UInt32]
  private let codesAreMasks: Bool
  private let stepBits: UInt32
  /// The stored times between which a chain may start; empty when `first` > `last`.
  let firstStart: Int64
  let lastStart: Int64

  // One number a row of the morsel; empty where the funnel has no such thing.
  private let filter: [UInt8]
  private let unitCodes: [Int32]
  private let groupCodes: [Int32]

  private var rows = FunnelUnitRows()
  private var bounds: [Int] = []
  private var matcher: FunnelMatcher
  var values: FunnelOrderValues
  /// The chain that is handed on, in memory that serves all of them.
  var chain = MatchedChain()
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
    let stepBits =
      UInt32.max >> UInt32(FunnelSpecification.maximumStepCount - specification.stepCount)
    self.stepBits = stepBits
    self.table = table?.map { $0 & stepBits } ?? []
    codesAreMasks = table == nil
    let scale = max(input.times.scale, 1)
    firstStart = specification.since.map { Self.ceilingQuotient($0, scale) } ?? .min
    if let until = specification.until {
      let end = Self.ceilingQuotient(until, scale)
      lastStart = end == .min ? .min : end - 1
    } else {
      lastStart = .max
    }
    let morselRows = input.morsel.rows
    filter = input.filter ?? []
    unitCodes = input.units?.codes(morselRows, firstRow: morselRows.lowerBound) ?? []
    // Only EACH asks for the group of every start; the others ask for one row of a chain.
    groupCodes =
      specification.attribution == .each
      ? input.groups?.codes(morselRows, firstRow: morselRows.lowerBound) ?? [] : []
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
    _ offsets: Span<Int32>,
    into sink: inout some FunnelChainSink
  ) {
    for user in input.morsel.users {
      gather(Int(offsets[user])..<Int(offsets[user + 1]), codes, times)
      guard rows.count > 0 else { continue }
      chain.user = user
      if unitCodes.isEmpty {
        matchUnit(0..<rows.count, into: &sink)
      } else {
        rows.splitByUnit(into: &bounds)
        for unit in 0..<(bounds.count - 1) {
          matchUnit(bounds[unit]..<bounds[unit + 1], into: &sink)
        }
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
    rows.removeAll(reserving: userRows.count)
    let firstRow = input.morsel.rows.lowerBound
    let replaces = specification.ties == .allow && groupCodes.isEmpty
    for row in userRows {
      if !filter.isEmpty, filter[row - firstRow] == 0 { continue }
      var unit: Int32 = 0
      if !unitCodes.isEmpty {
        unit = unitCodes[row - firstRow]
        guard unit >= 0 else {
          leftOutCount += 1
          continue
        }
      }
      var mask = mask(codes[row - codeBase])
      let time = Int64(times[row])
      if time < firstStart || time > lastStart { mask &= ~1 }
      guard mask != 0 else { continue }
      if replaces, mask == 1, rows.replaceLast(row: row, time: time, unit: unit) { continue }
      let group = groupCodes.isEmpty ? 0 : groupCodes[row - firstRow]
      rows.append(row: row, time: time, mask: mask, group: group, unit: unit)
    }
  }

  @inline(__always)
  private func mask(_ code: some FixedWidthInteger) -> UInt32 {
    if codesAreMasks { return UInt32(truncatingIfNeeded: code) & stepBits }
    let code = Int(code)
    return code < table.count ? table[code] : 0
  }

  private mutating func matchUnit(_ range: Range<Int>, into sink: inout some FunnelChainSink) {
    guard let firstStart = range.first(where: { rows[$0].mask & 1 != 0 }) else { return }
    chain.unit = unitCodes.isEmpty ? nil : rows[firstStart].unit
    matcher.match(rows, rows.range(range, startingAt: firstStart), startGroup: nil)
    for window in specification.windows.indices where matcher.reach[window] > 0 {
      take(window, isTotal: true)
      chain.group = group(firstStart: Int(rows[firstStart].row))
      sink.take(&chain, values: &values)
    }
    guard !groupCodes.isEmpty else { return }
    for (group, firstStart) in startGroups(range) {
      matcher.match(rows, rows.range(range, startingAt: firstStart), startGroup: group)
      for window in specification.windows.indices where matcher.reach[window] > 0 {
        take(window, isTotal: false)
        chain.group = group
        sink.take(&chain, values: &values)
      }
    }
  }

  private mutating func take(_ window: Int, isTotal: Bool) {
    chain.window = window
    chain.isTotal = isTotal
    chain.depth = matcher.reach[window]
    for step in 1...chain.depth {
      let position = matcher.row(window: window, step: step)
      chain.set(step: step, row: Int(rows[position].row), time: rows[position].time)
    }
  }

  /// Returns the group that the unit's own chain, the one at hand, counts in.
  ///
  /// Like the other functions called for each unit it is `mutating`, so that the scan is not
  /// copied for the call.
  mutating func group(firstStart: Int) -> Int32? {
    guard let attribution = specification.attribution, let groups = input.groups else {
      return nil
    }
    let firstRow = input.morsel.rows.lowerBound
    switch attribution {
    case .first: return groups.code(firstStart, firstRow: firstRow)
    case .each: return nil
    case .last: return groups.code(Int(chain.rows[chain.depth - 1]), firstRow: firstRow)
    case .step(let step):
      guard step >= 1, step <= chain.depth else { return nil }
      return groups.code(Int(chain.rows[step - 1]), firstRow: firstRow)
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
