import BQLColumnar
import BQLStorage

/// Finds the chains of any funnel, one user at a time, in the plainest way: gathers all rows that
/// could matter, splits them into units and, under HOLDING, values, and matches each.
///
/// It answers where rows are of too many classes for a ``FunnelClassScan``, which is held to it.
struct FunnelScan {
  private let specification: FunnelSpecification
  private let input: FunnelInput
  private let firstRow: Int
  private let period: FunnelPeriod
  private let gathers: Bool

  // One number a row of the morsel; empty where the funnel has no such thing.
  private let filter: [UInt8]
  private let unitCodes: [Int32]
  private let groupCodes: [Int32]
  private let heldCodes: [Int32]
  private let exclusions: [UInt32]

  private var unit: FunnelUnitMatch
  private var bounds: [Int] = []
  private var rowsLeftOut = FunnelLeftOut()

  init(_ specification: FunnelSpecification, _ input: FunnelInput) {
    self.specification = specification
    self.input = input
    period = FunnelPeriod(specification, timeScale: input.times.scale)
    let morselRows = input.morsel.rows
    firstRow = morselRows.lowerBound
    filter = input.filter ?? []
    unitCodes = input.units?.codes(morselRows, firstRow: firstRow) ?? []
    let isGrouped = specification.attribution == .each || specification.attribution == .held
    // The others ask for the group of one row of a chain.
    groupCodes = isGrouped ? input.groups?.codes(morselRows, firstRow: firstRow) ?? [] : []
    heldCodes =
      specification.isHolding ? input.held?.codes(morselRows, firstRow: firstRow) ?? [] : []
    exclusions = input.exclusions?.rowMasks(morselRows) ?? []
    // Rows that no step asks for may end a chain.
    gathers = specification.mode == .strict || !exclusions.isEmpty
    unit = FunnelUnitMatch(specification, timeScale: input.times.scale)
  }

  /// What the rows and units left out were.
  var leftOut: FunnelLeftOut {
    var leftOut = rowsLeftOut
    leftOut.add(unit.leftOut)
    return leftOut
  }

  /// Adds the chains of `user`, whose rows are `userRows` of the morsel, to `block`.
  mutating func scan(
    _ user: Int,
    _ userRows: Range<Int>,
    _ times: Span<some FixedWidthInteger>,
    into block: inout FunnelChainBlock
  ) {
    unit.rows.removeAll(reserving: userRows.count)
    switch input.steps {
    case .codes8(let codes, let masks):
      codes.withSpan { gather(userRows, $0, base: firstRow, masks, times) }
    case .codes16(let codes, let masks):
      codes.withSpan { gather(userRows, $0, base: firstRow, masks, times) }
    case .rows(let masks): gather(userRows, masks.span, base: 0, nil, times)
    }
    guard unit.rows.count > 0 else { return }
    if unitCodes.isEmpty {
      unit.match(header(user, -1), 0..<unit.rows.count, into: &block)
    } else {
      unit.rows.splitByUnit(into: &bounds)
      for index in 0..<(bounds.count - 1) {
        let header = header(user, unit.rows[bounds[index]].unit)
        unit.match(header, bounds[index]..<bounds[index + 1], into: &block)
      }
    }
  }

  /// Collects the rows of a user that pass the filter, belong to a unit and matter to a chain.
  ///
  /// Without a table of masks, `codes` are the masks.
  private mutating func gather(
    _ userRows: Range<Int>,
    _ codes: Span<some FixedWidthInteger>,
    base: Int,
    _ masks: [UInt32]?,
    _ times: Span<some FixedWidthInteger>
  ) {
    let stepBits = specification.stepBits
    for position in userRows {
      if !filter.isEmpty, filter[position] == 0 { continue }
      var row = FunnelUnitRows.Row()
      if !unitCodes.isEmpty {
        row.unit = unitCodes[position]
        guard row.unit >= 0 else {
          rowsLeftOut.unitlessRowCount += 1
          continue
        }
      }
      row.names = Self.mask(codes[position + base], masks) & stepBits
      row.time = Int64(times[position])
      row.mask = period.contains(row.time) ? row.names : row.names & ~1
      row.exclusions = exclusions.isEmpty ? 0 : exclusions[position]
      guard row.names | row.exclusions != 0 || gathers else { continue }
      if !heldCodes.isEmpty {
        row.held = heldCodes[position]
        guard row.held >= 0 else {
          rowsLeftOut.valuelessRowCount += 1
          continue
        }
      }
      row.row = Int32(truncatingIfNeeded: position)
      row.group = groupCodes.isEmpty ? 0 : groupCodes[position]
      unit.rows.append(row)
    }
  }

  @inline(__always)
  private static func mask(_ code: some FixedWidthInteger, _ masks: [UInt32]?) -> UInt32 {
    guard let masks else { return UInt32(truncatingIfNeeded: code) }
    let code = Int(code)
    return code < masks.count ? masks[code] : 0
  }

  private func header(_ user: Int, _ unit: Int32) -> FunnelChainBlock.Header {
    FunnelChainBlock.Header(
      user: Int32(truncatingIfNeeded: user),
      unit: unit,
      groupRow: -1,
      window: 0,
      depth: 1,
      isTotal: true
    )
  }
}

/// Counts what a funnel left out.
package struct FunnelLeftOut: Hashable, Sendable {
  /// Rows that are NULL in a column that makes units.
  package var unitlessRowCount = 0
  /// Rows that are NULL in a column that HOLDING names.
  package var valuelessRowCount = 0
  /// Units with a start that EXCLUDING USERS WITH leaves out.
  package var excludedUnitCount = 0
  /// Chains, in all windows, that MATURE ONLY leaves out.
  package var lateChainCount = 0

  package init() {}

  mutating func add(_ other: FunnelLeftOut) {
    unitlessRowCount += other.unitlessRowCount
    valuelessRowCount += other.valuelessRowCount
    excludedUnitCount += other.excludedUnitCount
    lateChainCount += other.lateChainCount
  }
}
