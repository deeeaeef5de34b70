import BQLColumnar
import BQLPlanning
import BQLStorage
import BQLSyntax

/// Counts who is active when: LIFECYCLE, STICKINESS and ACTIVE.
///
/// With BY, each group is asked alone, as if WHERE kept its rows only: a unit may count in several.
struct ActivityOperator: Operator {
  let plan: ActivityPlan
  let notes: Notes
  private let expressions: BehaviorExpressions

  init(_ plan: ActivityPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    expressions = try BehaviorExpressions(plan.behavior, [plan.of])
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let log = plan.behavior.log
    guard let range = log.timeRange, log.rowCount > 0 else {
      return RelationStream(
        relation: Relation(schema: plan.schema, chunks: []),
        context: context
      )
    }
    let calendar = ActivityCalendar(plan, covering: range)
    let morsels = log.morsels(targetRows: context.morselRows)
    let groups = try DimensionCodes(
      expressions.dimensions,
      of: log,
      morsels,
      ofEveryRow: true,
      context
    )
    var inputs = try BehaviorInputs(plan.behavior, expressions, groups, context)
    var tally = try run(calendar, inputs, morsels, context)
    let ranking = tally.ranking(top: plan.behavior.top)
    if ranking.hasOther {
      // The units of the rest are counted anew: adding groups would count some twice.
      inputs.groupMap = ranking.map
      tally = try run(calendar, inputs, morsels, context)
    }
    let table = ActivityTable(
      plan,
      calendar,
      calendar.range(plan.behavior, covering: range),
      covering: range
    )
    let values = GroupValues(
      groups.values,
      areTexts: plan.behavior.top != nil,
      in: plan.behavior.timeZone
    )
    // Without groups the periods have rows even if nobody is active.
    let shown = plan.behavior.dimensions.isEmpty ? [-1] : ranking.shown
    let relation = table.relation(of: tally, groups: shown, values)
    let all = ActivityNotes(
      plan,
      tally,
      calendar,
      covering: range
    ).all
    for note in all { notes.add(note) }
    return RelationStream(relation: relation, context: context)
  }

  private func run(
    _ calendar: ActivityCalendar,
    _ inputs: BehaviorInputs,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> ActivityTally {
    let empty = ActivityTally(
      width: calendar.width,
      periodCount: calendar.cellCount,
      isGrouped: !plan.behavior.dimensions.isEmpty
    )
    let reduction = OrderedReduction(empty) { $0.combine($1) }
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let morsel = morsels[index]
      var marks = try inputs.marks(morsel)
      for row in marks.indices { marks[row] |= marks[row] << 1 }
      inputs.clip(&marks, morsel, before: ActivityMark.active)
      let units = UnitRows(
        marks,
        morsel,
        inputs.partition(morsel),
        inputs.rows[morsel.partition].times,
        units: inputs.rows.units(morsel),
        groups: try inputs.rowCodes(index, morsel)
      )
      var scan = ActivityScan(
        calendar,
        ends: calendar.ends(scale: units.timeScale),
        groups: units.groups,
        tally: empty
      )
      units.scan(&scan)
      scan.tally.leftOutRowCount = units.leftOutRowCount
      reduction.add(index, scan.tally)
    }
    return reduction.total
  }
}
