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
  let exclusions: FunnelStepReader

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
    let log = plan.behavior.log
    steps = try FunnelStepReader(plan.steps.map(\.alternatives), log, types)
    exclusions = try FunnelStepReader(plan.exclusions.map { [$0.alternative] }, log, types)
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    if case .trace(let traced) = plan.answer {
      return RelationStream(relation: try trace(traced, context), context: context)
    }
    let morsels = plan.behavior.log.morsels(targetRows: context.morselRows)
    let groups = try DimensionCodes(
      dimensions,
      of: plan.behavior.log,
      morsels,
      ofEveryRow: plan.attribution == .each || plan.attribution == .held,
      context
    )
    let specification = specification
    if let rare = try FunnelRareAnswer(
      plan,
      specification,
      steps.masksOfEvents,
      groups,
      context
    ) {
      let result = try rare.accumulator(context).finish(threads: context.threads)
      return answer(result, groups.values, context)
    }
    var inputs = try FunnelInputs(self, groups, context)
    if case .units(let selection) = plan.answer {
      let relation = try list(selection, inputs, groups, morsels, context)
      return RelationStream(relation: relation, context: context)
    }
    if case .trend = plan.answer, let top = plan.behavior.top {
      let pass = specification.sizesPass
      let found = try run(FunnelKernel(pass), inputs, groups, morsels, context)
      let trend = FunnelTrendGroups(
        found.accumulator.sizes,
        found.groupValues,
        top: top,
        in: plan.behavior.timeZone
      )
      inputs = inputs.mappingGroups(trend.map)
      let result = try run(FunnelKernel(specification), inputs, groups, morsels, context)
        .accumulator.finish(threads: context.threads)
      return answer(result, trend.values, context)
    }
    var ranking: FunnelGroupRanking?
    if let pass = specification.rankingPass, let top = specification.top {
      let ranked = try run(FunnelKernel(pass), inputs, groups, morsels, context)
      ranking = ranked.accumulator.ranking(top: top)
    }
    let mapped = ranking.map { inputs.mappingGroups($0.map) } ?? inputs
    let found = try run(FunnelKernel(specification), mapped, groups, morsels, context)
    let result = found.accumulator.finish(ranking: ranking, threads: context.threads)
    return answer(result, found.groupValues, context)
  }

  private func answer(
    _ result: FunnelResult,
    _ groupValues: [Column],
    _ context: ExecutionContext
  ) -> any ChunkStream {
    let table = FunnelTable(plan, groupValues)
    for note in FunnelNotes(plan, result).all + table.comparisonNotes(of: result) {
      notes.add(note)
    }
    return RelationStream(relation: table.relation(of: result), context: context)
  }

  /// Tells row by row why a user counts or does not.
  private func trace(
    _ traced: FunnelAnswer.TracedUser,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Relation {
    let offsets = plan.behavior.log.partitions[traced.partition].userOffsets
    let morsel = Morsel(
      partition: traced.partition,
      users: traced.user..<(traced.user + 1),
      rows: Int(offsets[traced.user])..<Int(offsets[traced.user + 1])
    )
    let groups = try DimensionCodes(
      [],
      of: plan.behavior.log,
      [morsel],
      ofEveryRow: false,
      context
    )
    let input = try FunnelInputs(self, groups, context).input(0, morsel)
    let kernel = FunnelKernel(specification.ungrouped)
    let trace = FunnelTrace(plan, kernel.specification, input, kernel.chains(of: input), context)
    for note in trace.notes { notes.add(note) }
    return trace.relation
  }

  /// Lists the units that `selection` picks; the notes are those of the whole funnel.
  private func list(
    _ selection: FunnelAnswer.UnitSelection,
    _ inputs: FunnelInputs,
    _ groups: DimensionCodes,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Relation {
    let list = FunnelUnitList(
      plan: plan,
      selection: selection,
      dimensions: dimensions,
      context: context
    )
    let kernel = FunnelKernel(specification)
    let partials = Collected<FunnelAccumulator>(count: morsels.count)
    let chunks = Collected<Chunk>(count: morsels.count)
    let counting = specification.ungrouped
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let input = try inputs.input(index, morsels[index])
      let found = kernel.blocks(of: input)
      var accumulator = FunnelAccumulator(counting)
      for block in found.blocks { accumulator.take(block, of: input) }
      accumulator.leaveOut(found.leftOut)
      partials.set(index, accumulator)
      chunks.set(index, try list.chunk(found.blocks, of: input))
    }
    var keys = GroupTable(types: [])
    let merged = FunnelAccumulator.combined(partials.all, counting, keys: &keys)
    for note in FunnelNotes(plan, merged.finish(threads: context.threads)).all { notes.add(note) }
    return Relation(schema: plan.schema, chunks: chunks.all.filter { $0.count > 0 })
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
        case .first: .first
        case .each: .each
        case .held: .held
        case .last: .last
        case .step(let step): .step(step)
        }
      }
    var specification = FunnelSpecification(
      stepCount: plan.steps.count,
      windows: plan.windows.isEmpty ? [nil] : plan.windows.map(\.microseconds),
      ties: ties,
      since: plan.behavior.since,
      until: plan.behavior.until,
      attribution: attribution,
      top: plan.behavior.top,
      withTotal: plan.withTotal,
      logEnd: plan.behavior.log.timeRange?.upperBound
    )
    specification.rules = plan.steps.map {
      FunnelStepRule(
        repetitions: $0.repetitions,
        isOptional: $0.isOptional,
        gapMicroseconds: $0.gapMicroseconds
      )
    }
    specification.exclusions = plan.exclusions.map {
      FunnelExclusionRule(between: $0.between, excludesUnits: $0.excludesUnits)
    }
    specification.tellsValue = plan.tellsValue
    specification.tellsQuantiles = plan.tellsQuantiles
    specification.tellsTotalQuantiles = false
    specification.isHolding = !plan.holding.isEmpty
    specification.isMatureOnly = plan.isMatureOnly
    specification.toleranceMicroseconds = plan.toleranceMicroseconds
    switch plan.answer {
    case .steps, .lift, .units, .comparison, .trace: break
    case .times: specification.tellsTimes = true
    case .trend:
      specification.tellsTimes = true
      // Groups are periods too; those of the dimensions alone are ranked later.
      specification.top = nil
    case .loss: specification.tellsLosses = true
    }
    switch plan.mode {
    case .loose: specification.mode = .loose
    case .strict: specification.mode = .strict
    case .noRepeat: specification.mode = .noRepeat
    case .any: specification.mode = .any
    }
    switch plan.entry {
    case .any: specification.entry = .any
    case .first: specification.entry = .first
    case .every: specification.entry = .every
    }
    return specification
  }

  private var ties: FunnelTieRule {
    switch plan.ties {
    case .allow: .allow
    case .deny: .deny
    case .source: .source
    }
  }
}
