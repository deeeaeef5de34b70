import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLStorage

/// Measures how long units take from one event to another.
struct TimingOperator: Operator {
  let plan: TimingPlan
  let notes: Notes
  private let expressions: BehaviorExpressions

  init(_ plan: TimingPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    let purchases = EventSelection.purchases(of: plan.behavior.log)
    expressions = try BehaviorExpressions(plan.behavior, [plan.start, plan.end, purchases])
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    if let rare = try TimingRareAnswer(plan, context) {
      return answer(try rare.units(context), [], context)
    }
    let log = plan.behavior.log
    let morsels = log.morsels(targetRows: context.morselRows)
    let groups = try DimensionCodes(
      expressions.dimensions,
      of: log,
      morsels,
      ofEveryRow: false,
      context
    )
    let inputs = TimingInputs(
      plan: plan,
      inputs: try BehaviorInputs(plan.behavior, expressions, groups, context),
      logEnd: log.timeRange?.upperBound ?? 0
    )
    let reduction = OrderedReduction(TimingUnits()) { $0.combine($1) }
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      reduction.add(index, try inputs.units(index, morsels[index]))
    }
    return answer(reduction.total, groups.values, context)
  }

  private func answer(
    _ units: TimingUnits,
    _ groupValues: [Column],
    _ context: ExecutionContext
  ) -> any ChunkStream {
    let found = units.places { $0 }
    let sizes = zip(found.codes, found.places).map { (code: $0, size: $1.count) }
    let ranking = GroupRanking(sizes, top: plan.behavior.top)
    let values = GroupValues(
      units.keys?.keyColumns() ?? groupValues,
      areTexts: plan.behavior.top != nil,
      in: plan.behavior.timeZone
    )
    let table = TimingTable(plan, units, ranking, values)
    let isAgainst = !units.outcomes.isEmpty
    let curves = isAgainst ? [] : table.curves(context)
    let test = test(curves)
    addNotes(units, test, groupCount: ranking.shown.count)
    return RelationStream(relation: table.relation(curves, test), context: context)
  }

  private func test(_ curves: [SurvivalCurve]) -> LogRankTest? {
    guard !plan.behavior.dimensions.isEmpty, curves.count <= LogRankTest.maximumGroupCount else {
      return nil
    }
    return LogRankTest(curves)
  }

  private func addNotes(_ units: TimingUnits, _ test: LogRankTest?, groupCount: Int) {
    let all = TimingNotes(plan, units, test, groupCount: groupCount).all
    for note in all { notes.add(note) }
  }
}
