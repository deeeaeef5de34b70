import BQLColumnar
import BQLPlanning
import BQLStorage
import BQLSyntax

/// Runs RETENTION's kernel over one morsel after another.
struct RetentionInputs: Sendable {
  private let plan: RetentionPlan
  private let specification: RetentionSpecification
  private let inputs: BehaviorInputs
  private let grid: PeriodGrid

  init(
    _ plan: RetentionPlan,
    _ specification: RetentionSpecification,
    _ inputs: BehaviorInputs,
    _ grid: PeriodGrid
  ) {
    self.plan = plan
    self.specification = specification
    self.inputs = inputs
    self.grid = grid
  }

  /// An empty tally.
  var tally: RetentionTally {
    RetentionTally(
      width: specification.columns.count,
      cohortCount: grid.count,
      isGrouped: !plan.behavior.dimensions.isEmpty,
      keys: inputs.groups.ofChains.map { GroupTable(types: $0.types) }
    )
  }

  /// Counts the units of `morsel`, the one at `index` of all.
  func tally(_ index: Int, _ morsel: Morsel) throws(ExecutionError) -> RetentionTally {
    let shared = inputs.rows[morsel.partition]
    // The filter is WHERE's, which cohorts do not heed.
    var units = UnitRows(
      try inputs.marks(morsel, unfiltered: RetentionMark.start),
      morsel,
      inputs.partition(morsel),
      shared.times,
      units: inputs.rows.units(morsel)
    )
    markOrders(&units, shared)
    let ends = grid.ends(scale: units.timeScale)
    let period = StoredPeriod(
      since: plan.behavior.since,
      until: plan.behavior.until,
      scale: units.timeScale
    )
    let scale = units.timeScale
    if var scan = RetentionFirstScan(specification, period: period, ends: ends, scale: scale, tally)
    {
      units.scan(&scan)
      scan.tally.leftOutRowCount = units.leftOutRowCount
      return scan.tally
    }
    var startScan = RetentionStartScan(
      isRecurring: specification.isRecurring,
      period: period,
      ends: ends
    )
    units.scan(&startScan)
    let starts = startScan.starts
    var tally = self.tally
    let groups = try inputs.codes(
      ofRows: units.rows(at: starts.map(\.position)),
      index,
      morsel
    )
    tally.keys = groups.keys
    let amounts = amounts(units, shared)
    var returns = RetentionReturnScan(
      specification: specification,
      starts: starts,
      groups: groups.codes,
      ends: ends,
      scale: scale,
      amounts: amounts.sums,
      amountOfPosition: amounts.places,
      tally: tally
    )
    units.scan(&returns)
    returns.tally.leftOutRowCount = units.leftOutRowCount
    return returns.tally
  }

  private func markOrders(_ units: inout UnitRows, _ shared: LogRows.Shared) {
    guard specification.measure == .orders else { return }
    var orders = OrderMarks(
      units,
      purchase: RetentionMark.purchase,
      matching: RetentionMark.returning,
      sessions: shared.purchases?.sessions,
      gapSeconds: plan.behavior.orderGapSeconds
    )
    units.scan(&orders)
    units.mark(orders.found, with: RetentionMark.order)
  }

  /// The money of purchases that are returns, and each position's place among them.
  private func amounts(
    _ units: UnitRows,
    _ shared: LogRows.Shared
  ) -> (sums: [MoneySum], places: [Int32]) {
    guard specification.measure == .revenue, let money = shared.money else { return ([], []) }
    let wanted = RetentionMark.returning | RetentionMark.purchase
    var positions: [Int32] = []
    var places = [Int32](repeating: 0, count: units.marks.count)
    for position in units.marks.indices where units.marks[position] & wanted == wanted {
      places[position] = Int32(truncatingIfNeeded: positions.count)
      positions.append(Int32(truncatingIfNeeded: position))
    }
    let rows = units.rows(at: positions)
    return (money.sums(ofRows: rows, firstRow: units.morsel.rows.lowerBound), places)
  }
}
