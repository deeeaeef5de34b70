import BQLColumnar
import BQLPlanning
import BQLStorage

/// Counts an event by the cells of its dimensions.
struct HeatmapOperator: Operator {
  let plan: HeatmapPlan
  let notes: Notes
  private let expressions: BehaviorExpressions

  init(_ plan: HeatmapPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    expressions = try BehaviorExpressions(plan.behavior, [plan.of, .any])
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let morsels = plan.behavior.log.morsels(targetRows: context.morselRows)
    let groups = try DimensionCodes(
      plan.clocks == nil ? expressions.dimensions : [],
      of: plan.behavior.log,
      morsels,
      ofEveryRow: true,
      context
    )
    var inputs = try BehaviorInputs(plan.behavior, expressions, groups, context)
    var tally = try run(inputs, morsels, context)
    var shown: [Int32]
    if let clocks = plan.clocks {
      let count = clocks.reduce(1) { $0 * $1.values.count }
      shown = (0..<count).map { Int32(truncatingIfNeeded: $0) }
    } else {
      var sizes: [(code: Int32, size: Int)] = []
      for (slot, code) in tally.slots.groups.enumerated() {
        sizes.append((code, tally.cells[slot].events))
      }
      let ranking = GroupRanking(sizes, top: plan.behavior.top)
      if ranking.hasOther {
        inputs.groupMap = ranking.map
        tally = try run(inputs, morsels, context)
      }
      shown = ranking.shown
    }
    let events = tally.cells.reduce(0) { $0 + $1.events }
    notes.add("\(NoteText.count(events, "rows")) with '\(plan.of.label)'")
    notes.add("share is of these rows, rate of all rows of the cell")
    if tally.leftOutRowCount > 0 { notes.add(NoteText.leftOut(tally.leftOutRowCount)) }
    return RelationStream(
      relation: relation(of: tally, events: events, cells: shown, groups.values),
      context: context
    )
  }

  private func run(
    _ inputs: BehaviorInputs,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> HeatmapTally {
    let reduction = OrderedReduction(HeatmapTally()) { $0.combine($1) }
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let morsel = morsels[index]
      var marks = try inputs.marks(morsel)
      inputs.clip(&marks, morsel, before: 0)
      let units = UnitRows(
        marks,
        morsel,
        inputs.partition(morsel),
        inputs.rows[morsel.partition].times,
        units: inputs.rows.units(morsel)
      )
      var codes: [Int32] = []
      if plan.clocks == nil, let all = try inputs.rowCodes(index, morsel) {
        let rows = units.rows ?? (0..<Int32(units.marks.count)).map { $0 }
        codes = all.codes(ofRows: rows, firstRow: morsel.rows.lowerBound)
      }
      var scan = HeatmapScan(
        codes: codes,
        clocks: plan.clocks ?? [],
        scale: units.timeScale,
        in: plan.behavior.timeZone
      )
      units.scan(&scan)
      scan.tally.leftOutRowCount = units.leftOutRowCount
      reduction.add(index, scan.tally)
    }
    return reduction.total
  }

  private func relation(
    of tally: HeatmapTally,
    events total: Int,
    cells shown: [Int32],
    _ columns: [Column]
  ) -> Relation {
    let values = GroupValues(
      columns,
      areTexts: plan.behavior.top != nil,
      in: plan.behavior.timeZone
    )
    var builders = plan.schema.fields.map { ColumnBuilder($0.type) }
    var slots: [Int32: Int] = [:]
    for (slot, code) in tally.slots.groups.enumerated() { slots[code] = slot }
    for code in shown {
      let cell = slots[code].map { tally.cells[$0] } ?? HeatmapTally.Cell()
      let head = plan.clocks.map { clockCells(of: code, $0) } ?? values.cells(of: code)
      let row =
        head + [
          .int(Int64(cell.events)), .int(Int64(cell.units)), share(cell.events, of: total),
          share(cell.events, of: cell.rows),
        ]
      for (index, value) in row.enumerated() { builders[index].append(value) }
    }
    return Relation(schema: plan.schema, columns: builders.map { $0.finish() })
  }

  /// The hour and weekday that a cell's code stands for.
  private func clockCells(of code: Int32, _ clocks: [HeatmapPlan.Clock]) -> [Value] {
    var rest = Int(code)
    var cells: [Value] = []
    for clock in clocks.reversed() {
      cells.append(.int(Int64(rest % clock.values.count + clock.values.lowerBound)))
      rest /= clock.values.count
    }
    return cells.reversed()
  }

  private func share(_ part: Int, of whole: Int) -> Value {
    whole == 0 ? .null : .float(Double(part) / Double(whole))
  }
}
