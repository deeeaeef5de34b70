import BQLColumnar
import BQLPlanning
import BQLStorage

/// Measures how long units wait from one order (or event) to the next.
struct IntervalsOperator: Operator {
  /// The bits of a row's marks.
  private enum Mark {
    static let event: UInt8 = 1
    static let purchase: UInt8 = 2
  }

  let plan: IntervalsPlan
  let notes: Notes
  private let expressions: BehaviorExpressions

  init(_ plan: IntervalsPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    let log = plan.behavior.log
    let selections = plan.countsOrders ? [plan.of, .purchases(of: log)] : [plan.of]
    expressions = try BehaviorExpressions(plan.behavior, selections)
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let log = plan.behavior.log
    let morsels = log.morsels(targetRows: context.morselRows)
    let groups = try DimensionCodes(
      expressions.dimensions,
      of: log,
      morsels,
      ofEveryRow: plan.behavior.top != nil,
      context
    )
    var inputs = try BehaviorInputs(plan.behavior, expressions, groups, context)
    var tally = try run(inputs, morsels, context)
    var sizes: [(code: Int32, size: Int)] = []
    for (slot, code) in tally.slots.groups.enumerated() {
      sizes.append((code, tally.groups[slot].units))
    }
    let ranking = GroupRanking(sizes, top: plan.behavior.top)
    if ranking.hasOther {
      inputs.groupMap = ranking.map
      tally = try run(inputs, morsels, context)
    }
    let values = GroupValues(
      tally.keys?.keyColumns() ?? groups.values,
      areTexts: plan.behavior.top != nil,
      in: plan.behavior.timeZone
    )
    addNotes(tally)
    return RelationStream(
      relation: relation(of: tally, groups: ranking.shown, values),
      context: context
    )
  }

  private func run(
    _ inputs: BehaviorInputs,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> IntervalsTally {
    let empty = IntervalsTally(keys: inputs.groups.ofChains.map { GroupTable(types: $0.types) })
    let reduction = OrderedReduction(empty) { $0.combine($1) }
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      reduction.add(index, try tally(inputs, index, morsels[index], empty))
    }
    return reduction.total
  }

  private func tally(
    _ inputs: BehaviorInputs,
    _ index: Int,
    _ morsel: Morsel,
    _ empty: IntervalsTally
  ) throws(ExecutionError) -> IntervalsTally {
    var marks = try inputs.marks(morsel)
    inputs.clip(&marks, morsel, before: 0)
    let shared = inputs.rows[morsel.partition]
    let units = UnitRows(
      marks,
      morsel,
      inputs.partition(morsel),
      shared.times,
      units: inputs.rows.units(morsel)
    )
    let positions: [Int32]
    if plan.countsOrders {
      var orders = OrderMarks(
        units,
        purchase: Mark.purchase,
        matching: Mark.event,
        sessions: shared.purchases?.sessions,
        gapSeconds: plan.behavior.orderGapSeconds
      )
      units.scan(&orders)
      positions = orders.found
    } else {
      positions = units.marks.indices.filter { units.marks[$0] & Mark.event != 0 }
        .map { Int32(truncatingIfNeeded: $0) }
    }
    let found = try inputs.codes(ofRows: units.rows(at: positions), index, morsel)
    var scan = IntervalsScan(
      positions: positions,
      codes: found.codes,
      scale: units.timeScale,
      tally: empty
    )
    scan.tally.keys = found.keys
    units.scan(&scan)
    scan.tally.leftOutRowCount = units.leftOutRowCount
    return scan.tally
  }

  private func relation(
    of tally: IntervalsTally,
    groups: [Int32],
    _ values: GroupValues
  ) -> Relation {
    var builders = plan.schema.fields.map { ColumnBuilder($0.type) }
    var slots: [Int32: Int] = [:]
    for (slot, code) in tally.slots.groups.enumerated() { slots[code] = slot }
    let none = plan.behavior.dimensions.isEmpty && groups.isEmpty
    for code in none ? [-1] : groups {
      let group = slots[code].map { tally.groups[$0] } ?? IntervalsTally.Group()
      for (index, cell) in (values.cells(of: code) + cells(of: group)).enumerated() {
        builders[index].append(cell)
      }
    }
    return Relation(schema: plan.schema, columns: builders.map { $0.finish() })
  }

  private func cells(of group: IntervalsTally.Group) -> [Value] {
    let count = group.gaps.count
    let quantiles = group.gaps.quantiles(at: [0.25, 0.5, 0.75, 0.9])
    let mean = count == 0 ? nil : Int64(clamping: rounded(group.total, by: Int128(count)))
    // Whole days, not fewer than nine gaps in ten last.
    let window = quantiles[3].map { ninth in
      let day = Microseconds.perDay
      return max(PeriodGrid.ceilingQuotient(ninth, day), 1) * day
    }
    return [.int(Int64(group.units)), .int(Int64(group.events)), .int(Int64(count))]
      + (quantiles + [mean, window]).map { $0.map { .interval($0) } ?? .null }
  }

  private func rounded(_ total: Int128, by count: Int128) -> Int128 {
    (2 * total + count) / (2 * count)
  }

  private func addNotes(_ tally: IntervalsTally) {
    let unit = plan.behavior.countName
    let event = plan.countsOrders ? "order" : "event"
    if plan.behavior.dimensions.isEmpty {
      let units = tally.groups.reduce(0) { $0 + $1.units }
      notes.add("\(NoteText.count(units, unit)) with '\(plan.of.label)'")
    } else {
      notes.add("a gap counts in the group of the \(event) that it follows")
    }
    notes.add(
      "churn_window is the 90 % quantile of the gaps in whole days; the last \(event) of each of "
        + "the \(unit) has no gap yet, so the true gaps are longer"
    )
    if tally.leftOutRowCount > 0 { notes.add(NoteText.leftOut(tally.leftOutRowCount)) }
  }
}
