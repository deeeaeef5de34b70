import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLStorage

/// Counts how often one state follows another.
struct TransitionsOperator: Operator {
  private static let quantiles = [0.5, 0.9]

  private let plan: TransitionsPlan
  private let notes: Notes
  private let filter: CompiledExpression?
  private let dimensions: [CompiledExpression]
  private let on: [CompiledExpression]

  init(_ plan: TransitionsPlan, notes: Notes) throws(ExecutionError) {
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
    dimensions = try compile(plan.behavior.dimensions)
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let morsels = plan.behavior.log.morsels(targetRows: context.morselRows)
    let states = try DimensionCodes(on, of: plan.behavior.log, morsels, ofEveryRow: true, context)
    var groups = try SequenceGroups(plan.behavior, dimensions, morsels, context)
    var names = StateNames(states.values, in: plan.behavior.timeZone)
    var reader = try SequenceReader(
      plan.behavior,
      filter,
      .codes(states, map: nil),
      collapsesLoops: plan.collapsesLoops,
      context
    )
    var stateCount = names.count
    let keepsSome = plan.keep.map { $0 < stateCount } ?? false
    if keepsSome || plan.behavior.top != nil {
      // Units of what is brought together are counted from units, never added: so what is kept is
      // known before anything is counted.
      let sizes = try sizes(reader, groups, stateCount, morsels, context)
      groups = groups.ranked(by: sizes.groupSizes)
      if keepsSome, let keep = plan.keep {
        let ranking = Self.ranking(sizes.states, keep)
        names = StateNames(
          states.values,
          named: ranking.named,
          in: plan.behavior.timeZone
        )
        reader.states = .codes(states, map: ranking.map)
        stateCount = ranking.named.count + 1
      }
    }
    var found = try count(reader, groups, stateCount, morsels, context)
    if plan.behavior.top == nil {
      let sizes = found.cells.reduce(into: [Int](repeating: 0, count: groups.count)) {
        $0[$1.group] += $1.count
      }
      groups = groups.ranked(by: sizes)
      for index in found.cells.indices {
        found.cells[index].group = groups.place(found.cells[index].group)
      }
    }
    if found.leftOutCount > 0 {
      let rows = found.leftOutCount == 1 ? "row" : "rows"
      notes.add("\(found.leftOutCount) \(rows) without a value of the unit's columns left out")
    }
    let count = found.cells.reduce(0) { $0 + $1.count }
    notes.add(
      "\(count) \(count == 1 ? "transition" : "transitions") from a row to the next one of "
        + "its \(plan.behavior.countName.dropLast())"
    )
    let relation = relation(found.cells, groups, names)
    return RelationStream(relation: relation, context: context)
  }

  /// The states that KEEP names, the most frequent first, and what each code becomes.
  private static func ranking(_ sizes: [Int], _ keep: Int) -> (named: [Int32], map: [Int32]) {
    let named = sizes.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }.prefix(keep)
    var map = [Int32](repeating: Int32(named.count), count: sizes.count + 1)
    for (place, code) in named.enumerated() { map[code + 1] = Int32(place) }
    return (named.map { Int32($0) }, map)
  }

  private func sizes(
    _ reader: SequenceReader,
    _ groups: SequenceGroups,
    _ stateCount: Int,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> TransitionSizes {
    let empty = TransitionSizes(stateCount: stateCount, groupCount: groups.count)
    let parts = try ThreadShares.run(
      morsels,
      context,
      { empty },
      {
        (part: inout TransitionSizes, room: inout UnitSequences, index: Int, morsel: Morsel)
          throws(ExecutionError) in
        part.groups = try groups.ofRows(index, morsel)
        _ = try reader.visit(index, morsel, &part, &room)
      }
    )
    return parts.reduce(into: empty) { $0.add($1) }
  }

  private func count(
    _ reader: SequenceReader,
    _ groups: SequenceGroups,
    _ stateCount: Int,
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> (cells: [TransitionCell], leftOutCount: Int) {
    guard let matrix = matrix(reader, stateCount, groups.count) else {
      // A transition's number must fit in 64 bits.
      let (pairs, overflows) = UInt64(stateCount).multipliedReportingOverflow(
        by: UInt64(stateCount)
      )
      guard !overflows, !pairs.multipliedReportingOverflow(by: UInt64(groups.count)).overflow else {
        throw .notImplemented("TRANSITIONS between so many states and groups")
      }
      let table = TransitionTable(stateCount: stateCount)
      var parts = try ThreadShares.run(
        morsels,
        context,
        { table },
        {
          (part: inout TransitionTable, room: inout UnitSequences, index: Int, morsel: Morsel)
            throws(ExecutionError) in
          part.groups = try groups.ofRows(index, morsel)
          part.timeScale = reader.timeScale(morsel.partition)
          part.leftOutCount += try reader.visit(index, morsel, &part, &room)
        }
      )
      var all = parts.isEmpty ? table : parts.removeFirst()
      for part in parts { all.add(part) }
      return (all.finish(at: Self.quantiles), all.leftOutCount)
    }
    var parts = try ThreadShares.run(
      morsels,
      context,
      { matrix },
      {
        (part: inout TransitionMatrix, room: inout UnitSequences, index: Int, morsel: Morsel)
          throws(ExecutionError) in
        part.groups = try groups.ofRows(index, morsel)
        part.leftOutCount += try reader.visit(index, morsel, &part, &room)
      }
    )
    let gaps = parts.map(\.longGaps)
    var all = parts.isEmpty ? matrix : parts.removeFirst()
    for part in parts { all.add(part) }
    var (cells, wanted) = all.finish(at: Self.quantiles)
    if wanted.isNeeded {
      let empty = wanted
      let lists = Collected<WantedGaps>(count: gaps.count)
      try ParallelWork.forEach(
        count: gaps.count,
        threads: context.threads
      ) { (index: Int) throws(ExecutionError) in
        var own = empty
        own.collect(gaps[index])
        lists.set(index, own)
      }
      for list in lists.all { wanted.add(list) }
    }
    let scale = morsels.first.map { reader.timeScale($0.partition) } ?? 1
    let quantiles = wanted.quantiles(perCell: Self.quantiles.count, timeScale: scale)
    for index in cells.indices { cells[index].quantiles = quantiles[index] }
    return (cells, all.leftOutCount)
  }

  /// An empty matrix; nil where there are too many states, or partitions differ in their times.
  private func matrix(
    _ reader: SequenceReader,
    _ stateCount: Int,
    _ groupCount: Int
  ) -> TransitionMatrix? {
    let log = plan.behavior.log
    guard let range = log.timeRange else { return nil }
    let scales = Set(log.partitions.indices.map { reader.timeScale($0) })
    guard scales.count == 1, let scale = scales.first else { return nil }
    let span = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    guard !span.overflow else { return nil }
    return TransitionMatrix(
      stateCount: stateCount,
      groupCount: groupCount,
      longestGap: UInt64(span.partialValue / scale) + 1
    )
  }

  private func relation(
    _ cells: [TransitionCell],
    _ groups: SequenceGroups,
    _ names: StateNames
  ) -> Relation {
    let sorted = cells.sorted { first, second in
      (first.group, -first.count, first.from, first.to)
        < (second.group, -second.count, second.from, second.to)
    }
    var leaving: [Int: [Int: Int]] = [:]
    for cell in cells { leaving[cell.group, default: [:]][cell.from, default: 0] += cell.count }
    let rows = sorted.map { cell -> [Value] in
      let all = leaving[cell.group]?[cell.from] ?? cell.count
      return groups.cells(cell.group) + [
        .text(names.name(cell.from)), .text(names.name(cell.to)), .int(Int64(cell.count)),
        .int(Int64(cell.units)), .float(Double(cell.count) / Double(all)),
      ] + cell.quantiles.map { $0.map { .interval($0) } ?? .null }
    }
    return Relation(schema: plan.schema, rows: rows)
  }
}
