import BQLColumnar
import BQLPlanning
import BQLStorage
import BQLSyntax

/// Counts who comes back: runs the kernel over morsels and makes rows of its result.
struct RetentionOperator: Operator {
  let plan: RetentionPlan
  let notes: Notes
  private let expressions: BehaviorExpressions

  init(_ plan: RetentionPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    var selections = [plan.of, plan.returning]
    if plan.measure != .users { selections.append(.purchases(of: plan.behavior.log)) }
    expressions = try BehaviorExpressions(plan.behavior, selections)
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let log = plan.behavior.log
    guard let range = log.timeRange, log.rowCount > 0 else {
      return RelationStream(
        relation: Relation(schema: plan.schema, chunks: []),
        context: context
      )
    }
    let grid = PeriodGrid(plan.grain, covering: range, in: plan.behavior.timeZone)
    let specification = RetentionSpecification(plan)
    let morsels = log.morsels(targetRows: context.morselRows)
    let groups = try DimensionCodes(
      expressions.dimensions,
      of: log,
      morsels,
      ofEveryRow: false,
      context
    )
    let inputs = RetentionInputs(
      plan,
      specification,
      try BehaviorInputs(plan.behavior, expressions, groups, context),
      grid
    )
    let reduction = OrderedReduction(inputs.tally) { $0.combine($1) }
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      reduction.add(index, try inputs.tally(index, morsels[index]))
    }
    let found = reduction.total
    let ranking = ranking(of: found)
    let kept = Set(ranking.named)
    let tally =
      ranking.hasOther
      ? found.regrouped { kept.contains($0) ? $0 : GroupRanking.otherCode } : found
    var table = RetentionTable(
      plan,
      specification,
      grid,
      logEnd: range.upperBound
    )
    let values = GroupValues(
      found.keys?.keyColumns() ?? groups.values,
      areTexts: plan.behavior.top != nil,
      in: plan.behavior.timeZone
    )
    let relation = table.relation(of: tally, groups: ranking.shown, values)
    let all = RetentionNotes(
      plan,
      specification,
      tally,
      table,
      grid,
      logEnd: range.upperBound
    ).all
    for note in all { notes.add(note) }
    return RelationStream(relation: relation, context: context)
  }

  /// The groups by the size of their cohorts.
  private func ranking(of tally: RetentionTally) -> GroupRanking {
    var places: [Int32: Int] = [:]
    var sizes: [(code: Int32, size: Int)] = []
    for (slot, cell) in tally.slots.cells.enumerated() {
      if let place = places[cell.group] {
        sizes[place].size += tally.sizes[slot]
      } else {
        places[cell.group] = sizes.count
        sizes.append((cell.group, tally.sizes[slot]))
      }
    }
    return GroupRanking(sizes, top: plan.behavior.top)
  }
}
