import BQLColumnar
import BQLPlanning
import BQLStorage
import BQLSyntax

/// Finds sessions and tells of each, or of groups of them.
struct SessionsOperator: Operator {
  let plan: SessionsPlan
  let notes: Notes
  private let expressions: BehaviorExpressions
  private let edge: CompiledExpression

  init(_ plan: SessionsPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    let log = plan.behavior.log
    let counted = SessionsPlan.counted.map { EventSelection.event($0, of: log) }
    expressions = try BehaviorExpressions(plan.behavior, counted)
    edge = try CompiledExpression(
      plan.edge.expression,
      inputTypes: log.schema.fields.map(\.type)
    )
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let morsels = plan.behavior.log.morsels(targetRows: context.morselRows)
    let reader = SessionReader(
      rows: try LogRows(plan.behavior, expressions.filter, context)
    )
    let leftOut = try reader.leftOutRowCount(morsels, context)
    if leftOut > 0 {
      notes.add("\(NoteText.count(leftOut, "rows")) without a session left out")
    }
    guard plan.show == .summary else {
      return SessionStream(plan, reader, morsels, expressions, edge: edge, context)
    }
    return RelationStream(relation: try summary(reader, morsels, context), context: context)
  }

  private func summary(
    _ reader: SessionReader,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Relation {
    let behavior = plan.behavior
    let groups = try DimensionCodes(
      expressions.dimensions,
      of: behavior.log,
      morsels,
      ofEveryRow: behavior.top != nil,
      context
    )
    var inputs = try BehaviorInputs(behavior, expressions, groups, context)
    var found = try run(reader, inputs, morsels, context)
    let sizes = found.slots.groups.enumerated().map { slot, code in
      (code: code, size: found.groups[slot].sessions)
    }
    let ranking = GroupRanking(sizes, top: behavior.top)
    if ranking.hasOther {
      inputs.groupMap = ranking.map
      found = try run(reader, inputs, morsels, context)
    }
    addNotes()
    let values = GroupValues(
      found.keys?.keyColumns() ?? groups.values,
      areTexts: behavior.top != nil,
      in: behavior.timeZone
    )
    var builders = plan.schema.fields.map { ColumnBuilder($0.type) }
    var slots: [Int32: Int] = [:]
    for (slot, code) in found.slots.groups.enumerated() { slots[code] = slot }
    let none = behavior.dimensions.isEmpty && ranking.shown.isEmpty
    for code in none ? [-1] : ranking.shown {
      let group = slots[code].map { found.groups[$0] } ?? SessionSummary.Group()
      let cells = values.cells(of: code) + group.cells(behavior.valueType)
      for (index, cell) in cells.enumerated() { builders[index].append(cell) }
    }
    return Relation(schema: plan.schema, columns: builders.map { $0.finish() })
  }

  private func run(
    _ reader: SessionReader,
    _ inputs: BehaviorInputs,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> SessionSummary {
    let empty = SessionSummary(keys: inputs.groups.ofChains.map { GroupTable(types: $0.types) })
    let reduction = OrderedReduction(empty) { $0.combine($1) }
    try ParallelWork.forEach(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let morsel = morsels[index]
      let partition = plan.behavior.log.partitions[morsel.partition]
      let measures = SessionMeasures(
        try reader.sessions(morsel),
        morsel,
        partition,
        reader.rows[morsel.partition],
        marks: try expressions.marks.bytes(partition, morsel, context)
      )
      let codes = try inputs.codes(ofRows: measures.sessions.firsts, index, morsel)
      var own = empty
      own.keys = codes.keys
      own.add(measures, codes.codes, hasMoney: plan.behavior.valueType != nil)
      reduction.add(index, own)
    }
    return reduction.total
  }

  private func addNotes() {
    notes.add("a bounce is a session of one event; durations are those of the other sessions")
    if !plan.behavior.dimensions.isEmpty {
      notes.add("a session counts in the group of its first event")
    }
  }
}
