import BQLColumnar
import BQLPlanning
import BQLStorage
import BQLSyntax

/// Counts how many units reach each step: prepares what the kernel reads, runs it over morsels and
/// makes rows of its result.
struct FunnelOperator: Operator {
  let plan: FunnelPlan
  let notes: Notes
  let filter: CompiledExpression?
  let dimensions: [CompiledExpression]
  let steps: FunnelStepReader

  init(_ plan: FunnelPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    let types = plan.behavior.log.schema.fields.map(\.type)
    filter = try plan.behavior.filter.map { predicate throws(ExecutionError) in
      try CompiledExpression(predicate, inputTypes: types)
    }
    var dimensions: [CompiledExpression] = []
    for dimension in plan.behavior.dimensions {
      dimensions.append(try CompiledExpression(dimension.expression, inputTypes: types))
    }
    self.dimensions = dimensions
    steps = try FunnelStepReader(plan, types)
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let morsels = plan.behavior.log.morsels(targetRows: context.morselRows)
    let groups = try DimensionCodes(
      dimensions,
      of: plan.behavior.log,
      morsels,
      ofEveryRow: plan.attribution == .each,
      context
    )
    let inputs = try FunnelInputs(self, groups, context)
    let specification = specification
    var ranking: FunnelGroupRanking?
    if let pass = specification.rankingPass, let top = specification.top {
      let ranked = try run(FunnelKernel(pass), inputs, groups, morsels, context)
      ranking = ranked.accumulator.ranking(top: top)
    }
    let mapped = ranking.map { inputs.mappingGroups($0.map) } ?? inputs
    let found = try run(FunnelKernel(specification), mapped, groups, morsels, context)
    let result = found.accumulator.finish(ranking: ranking, threads: context.threads)
    for note in FunnelNotes(plan, result).all { notes.add(note) }
    let relation = FunnelTable(plan, found.groupValues).relation(of: result)
    return RelationStream(relation: relation, context: context)
  }

  /// Runs the kernel over all morsels; `groupValues` are the dimensions' values by group code.
  private func run(
    _ kernel: FunnelKernel,
    _ inputs: FunnelInputs,
    _ groups: DimensionCodes,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> (accumulator: FunnelAccumulator, groupValues: [Column]) {
    let partials = Collected<FunnelAccumulator>(count: morsels.count)
    let tables = Collected<GroupTable>(count: morsels.count)
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      var accumulator = FunnelAccumulator(kernel.specification)
      var input = try inputs.input(index, morsels[index])
      if let ofChains = groups.ofChains {
        let list = kernel.blocks(of: input)
        let found = try ofChains.codes(of: list.blocks, morsels[index])
        input.groups = RowCodes(.rows(found.codes))
        for block in list.blocks { accumulator.take(block, of: input) }
        accumulator.leaveOut(list.leftOut)
        tables.set(index, found.table)
      } else {
        kernel.update(&accumulator, with: input)
      }
      accumulator.close()
      partials.set(index, accumulator)
    }
    var keys = GroupTable(types: groups.ofChains?.types ?? [])
    let merged = FunnelAccumulator.combined(
      partials.all,
      kernel.specification,
      tables.all,
      keys: &keys
    )
    return (merged, groups.ofChains == nil ? groups.values : keys.keyColumns())
  }

  private var specification: FunnelSpecification {
    let attribution: FunnelAttributionRule? =
      if plan.behavior.dimensions.isEmpty {
        nil
      } else {
        switch plan.attribution {
        case .first, .held: .first
        case .each: .each
        case .last: .last
        case .step(let step): .step(step)
        }
      }
    return FunnelSpecification(
      stepCount: plan.steps.count,
      windows: plan.windows.isEmpty ? [nil] : plan.windows.map(\.microseconds),
      ties: plan.ties == .deny ? .deny : .allow,
      since: plan.behavior.since,
      until: plan.behavior.until,
      attribution: attribution,
      top: plan.behavior.top,
      withTotal: plan.withTotal,
      logEnd: plan.behavior.log.timeRange?.upperBound
    )
  }
}
