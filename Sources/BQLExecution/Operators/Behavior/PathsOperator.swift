import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLStorage
import BQLSyntax

/// Counts what units do one step after the other.
struct PathsOperator: Operator {
  private let plan: PathsPlan
  private let notes: Notes
  private let filter: CompiledExpression?
  private let dimensions: [CompiledExpression]
  private let on: [CompiledExpression]
  private let marks: FunnelStepReader?

  init(_ plan: PathsPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    let types = plan.behavior.log.schema.fields.map(\.type)
    filter = try plan.behavior.filter.map { predicate throws(ExecutionError) in
      try CompiledExpression(predicate, inputTypes: types)
    }
    func compile(_ parts: [NamedExpression]) throws(ExecutionError) -> [CompiledExpression] {
      var compiled: [CompiledExpression] = []
      for part in parts {
        compiled.append(try CompiledExpression(part.expression, inputTypes: types))
      }
      return compiled
    }
    on = try compile(plan.on)
    dimensions = try compile(plan.comparison?.dimensions ?? plan.behavior.dimensions)
    let steps = plan.anchor.steps
    marks =
      steps.isEmpty
      ? nil : try FunnelStepReader(steps.map(\.alternatives), plan.behavior.log, types)
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let morsels = plan.behavior.log.morsels(targetRows: context.morselRows)
    let states = try DimensionCodes(on, of: plan.behavior.log, morsels, ofEveryRow: true, context)
    let groups = try SequenceGroups(plan.behavior, dimensions, morsels, context)
    let reader = try SequenceReader(
      plan.behavior,
      filter,
      .codes(states, map: nil),
      marks: marks,
      collapsesLoops: plan.collapsesLoops,
      context
    )
    let names = StateNames(states.values, in: plan.behavior.timeZone)
    let walk = PathWalk(
      anchor: plan.anchor.walk,
      stepCount: plan.stepCount,
      stateCount: names.count,
      groupCount: groups.count
    )
    var parts = try ThreadShares.run(
      morsels,
      context,
      { walk },
      {
        (walk: inout PathWalk, room: inout UnitSequences, index: Int, morsel: Morsel)
          throws(ExecutionError) in
        walk.groups = try groups.ofRows(index, morsel)
        walk.leftOutCount += try reader.visit(index, morsel, &walk, &room)
      }
    )
    for index in parts.indices { parts[index].finish() }
    var all = parts.isEmpty ? walk : parts.removeFirst()
    for part in parts { all.add(part) }
    let (counts, ranked) = counts(all, groups, stateCount: names.count)
    for note in PathsNotes(plan, all, counts).all { notes.add(note) }
    let relation = PathsTable(plan, counts, ranked, names).relation()
    return RelationStream(relation: relation, context: context)
  }

  /// Brings the groups in the answer's order, or together as the two of a comparison.
  private func counts(
    _ walk: PathWalk,
    _ groups: SequenceGroups,
    stateCount: Int
  ) -> (PathCounts, SequenceGroups) {
    if plan.comparison != nil {
      let counts = PathCounts(
        walk.trie,
        stepCount: plan.stepCount,
        startSymbol: stateCount,
        groupCount: 1
      ) { group in
        let cells = groups.cells(group)
        let isFirst = cells.first == .bool(true)
        let isSecond = cells.count > 1 ? cells[1] == .bool(true) : !isFirst
        return (0, (isFirst ? 1 : 0, isSecond ? 1 : 0))
      }
      return (counts, groups.withoutDimensions)
    }
    func counted(_ groups: SequenceGroups) -> PathCounts {
      PathCounts(
        walk.trie,
        stepCount: plan.stepCount,
        startSymbol: stateCount,
        groupCount: groups.count
      ) { (groups.place($0), (1, 0)) }
    }
    let sizes = counted(groups).populations.map(\.first)
    let ranked = groups.ranked(by: sizes)
    return (counted(ranked), ranked)
  }
}

extension Comparison {
  /// The conditions as dimensions: they tell of each row which groups it is part of.
  fileprivate var dimensions: [NamedExpression] {
    [NamedExpression("a", first)] + (second.map { [NamedExpression("b", $0)] } ?? [])
  }
}

extension PathsPlan.Anchor {
  fileprivate var walk: PathWalk.Anchor {
    switch self {
    case .firstRow: .firstRow
    case .start: .start
    case .end: .end
    case .between: .between
    case .around(_, let before, _): .around(before: before)
    }
  }
}
