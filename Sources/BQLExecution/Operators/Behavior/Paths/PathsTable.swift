import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Makes the rows of PATHS' answer, group by group.
struct PathsTable {
  private typealias Counts = PathCounts.Counts

  private let plan: PathsPlan
  private let counts: PathCounts
  private let groups: SequenceGroups
  private let names: StateNames

  init(_ plan: PathsPlan, _ counts: PathCounts, _ groups: SequenceGroups, _ names: StateNames) {
    self.plan = plan
    self.counts = counts
    self.groups = groups
    self.names = names
  }

  func relation() -> Relation {
    var rows: [[Value]] = []
    var compared: [Counts] = []
    switch plan.shape {
    case .steps: addSteps(&rows, &compared)
    case .edges: addEdges(&rows, &compared)
    case .sequences: addSequences(&rows, &compared)
    }
    if plan.comparison != nil {
      let all = counts.populations.first ?? Counts()
      rows = ProportionDifference.compared(
        compared.map { ($0.first, $0.second) },
        all.first,
        all.second
      )
      .enumerated().map { index, difference in
        rows[index] + difference.map { $0 }
      }
    }
    return Relation(schema: plan.schema, rows: rows)
  }

  /// The states of each column that keep their names, the most frequent first.
  private func kept(_ column: [Int: Counts]) -> [Int] {
    let states = column.filter { $0.key >= 0 }
    return states.sorted { ($1.value.all, $0.key) < ($0.value.all, $1.key) }
      .prefix(plan.keep).map(\.key)
  }

  private func addSteps(_ rows: inout [[Value]], _ compared: inout [Counts]) {
    for (group, columns) in counts.steps().enumerated() {
      let cells = groups.cells(group)
      for (column, states) in columns.enumerated() {
        let kept = kept(states)
        var other = Counts()
        for (state, counts) in states where state >= 0 && !kept.contains(state) { other += counts }
        var shown = kept.map { ($0, states[$0] ?? Counts()) }
        shown.append((PathCounts.other, other))
        for mark in [PathCounts.start, PathCounts.end] {
          shown.append((mark, states[mark] ?? Counts()))
        }
        for (state, counts) in shown where counts.all > 0 {
          let number = Value.int(Int64(plan.firstStepNumber + column))
          let row = cells + [number, .text(name(state))]
          add(row, counts, isFirst: column == 0, group, to: &rows, &compared)
        }
      }
    }
  }

  private func addEdges(_ rows: inout [[Value]], _ compared: inout [Counts]) {
    let kept = counts.steps().map { $0.map { Set(self.kept($0)) } }
    let edges = counts.edges { group, column, symbol in
      symbol < 0 || kept[group][column].contains(symbol) ? symbol : PathCounts.other
    }
    for (group, columns) in edges.enumerated() {
      let cells = groups.cells(group)
      for (column, edges) in columns.enumerated() {
        var leaving: [Int: Int] = [:]
        for (edge, counts) in edges { leaving[edge.from, default: 0] += counts.all }
        let sorted = edges.sorted { first, second in
          if first.value.all != second.value.all { return first.value.all > second.value.all }
          return (second.key.from, second.key.to) < (first.key.from, first.key.to)
        }
        for (edge, counts) in sorted {
          let number = Value.int(Int64(plan.firstStepNumber + column))
          let row = cells + [number, .text(name(edge.from)), .text(name(edge.to))]
          add(row, counts, isFirst: false, group, to: &rows, &compared)
          if plan.comparison == nil {
            rows[rows.count - 1].append(
              .float(Double(counts.all) / Double(max(leaving[edge.from] ?? 1, 1)))
            )
          }
        }
      }
    }
  }

  private func addSequences(_ rows: inout [[Value]], _ compared: inout [Counts]) {
    for (group, sequences) in counts.sequences(keep: plan.keep).enumerated() {
      let cells = groups.cells(group)
      for node in sequences.nodes {
        let path = counts.path(node)
        let open = counts.isOpen(node)
        let parts =
          (open.begins ? [StateNames.start] : []) + path.map { names.name($0) }
          + (open.ends ? [StateNames.end] : [])
        let row = cells + [.text(parts.joined(separator: " > ")), .int(Int64(path.count))]
        add(row, counts.ended(node), isFirst: false, group, to: &rows, &compared)
      }
      if sequences.otherCount > 0 {
        let row = cells + [.text(StateNames.other), .null]
        add(row, sequences.others, isFirst: false, group, to: &rows, &compared)
      }
    }
  }

  /// Adds a row: its own cells, then what all shapes have.
  private func add(
    _ cells: [Value],
    _ own: Counts,
    isFirst: Bool,
    _ group: Int,
    to rows: inout [[Value]],
    _ compared: inout [Counts]
  ) {
    compared.append(own)
    guard plan.comparison == nil else {
      rows.append(cells)
      return
    }
    let population = counts.populations[group].first
    rows.append(
      cells + [
        .int(Int64(own.first)), isFirst ? .null : .int(Int64(own.moves)),
        .float(Double(own.first) / Double(max(population, 1)) * 100),
      ]
    )
  }

  private func name(_ state: Int) -> String {
    switch state {
    case PathCounts.start: StateNames.start
    case PathCounts.other: StateNames.other
    case PathCounts.end: StateNames.end
    default: names.name(state)
    }
  }
}
