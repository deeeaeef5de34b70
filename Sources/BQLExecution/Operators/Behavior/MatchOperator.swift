import BQLColumnar
import BQLPlanning
import BQLStorage
import BQLSyntax

/// Counts the units whose rows a regular expression over events describes.
struct MatchOperator: Operator {
  private let plan: MatchPlan
  private let notes: Notes
  private let filter: CompiledExpression?
  private let dimensions: [CompiledExpression]
  private let symbols: FunnelStepReader
  private let automaton: MatchAutomaton

  init(_ plan: MatchPlan, notes: Notes) throws(ExecutionError) {
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
    symbols = try FunnelStepReader(plan.symbols.map(\.alternatives), plan.behavior.log, types)
    automaton = MatchAutomaton(plan.pattern, symbolCount: plan.symbols.count)
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let morsels = plan.behavior.log.morsels(targetRows: context.morselRows)
    var groups = try SequenceGroups(plan.behavior, dimensions, morsels, context)
    let reader = try SequenceReader(plan.behavior, filter, .masks(symbols), context)
    var found = try count(reader, groups, morsels, context)
    if !dimensions.isEmpty {
      // Units of (other) are counted from units, never added.
      groups = groups.ranked(by: found.matches)
      found = try count(reader, groups, morsels, context)
    }
    for note in self.notes(found) { notes.add(note) }
    let quantiles = found.quantiles(at: [0.5, 0.9])
    let rows = (0..<groups.count).filter { dimensions.isEmpty || found.matches[$0] > 0 }
      .map { group in
        groups.cells(group) + [
          .int(Int64(found.units[group])), .int(Int64(found.matches[group])),
        ] + quantiles[group].map { $0.map { .interval($0) } ?? .null }
      }
    let relation = Relation(schema: plan.schema, rows: rows)
    return RelationStream(relation: relation, context: context)
  }

  private func count(
    _ reader: SequenceReader,
    _ groups: SequenceGroups,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> MatchWalk {
    let walk = MatchWalk(
      automaton,
      window: plan.window?.microseconds,
      ordersTies: plan.ties == .allow,
      groupCount: groups.count
    )
    var parts = try ThreadShares.run(
      morsels,
      context,
      { walk },
      {
        (part: inout MatchWalk, room: inout UnitSequences, index: Int, morsel: Morsel)
          throws(ExecutionError) in
        part.groups = try groups.ofRows(index, morsel)
        part.timeScale = reader.timeScale(morsel.partition)
        part.leftOutCount += try reader.visit(index, morsel, &part, &room)
      }
    )
    var all = parts.isEmpty ? walk : parts.removeFirst()
    for part in parts { all.add(part) }
    return all
  }

  private func notes(_ found: MatchWalk) -> [String] {
    let unit = plan.behavior.countName
    var notes = ["\(found.matchedUnitCount) of \(found.unitCount) \(unit) have a match"]
    if plan.window == nil {
      notes.append("no time limit between first and last row (WITHIN sets one)")
    }
    if !dimensions.isEmpty {
      notes.append(
        "a match counts in the group of its first row, so one of the \(unit) may count in several"
      )
    }
    if found.crowdedCount > 0 {
      let instants = found.crowdedCount == 1 ? "instant has" : "instants have"
      notes.append(
        "\(found.crowdedCount) \(instants) too many different rows to try all orders: taken in the "
          + "order of the source"
      )
    }
    if found.leftOutCount > 0 {
      let rows = found.leftOutCount == 1 ? "row" : "rows"
      notes.append("\(found.leftOutCount) \(rows) without a value of the unit's columns left out")
    }
    return notes
  }
}
