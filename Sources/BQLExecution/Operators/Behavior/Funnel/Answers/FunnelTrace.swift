import BQLColumnar
import BQLPlanning
import BQLStorage
import BQLSyntax

/// Says of each row of one user what a funnel made of it: EXPLAIN FUNNEL … FOR USER.
///
/// The chains are those that count; the reasons read them and never match anything anew.
struct FunnelTrace {
  /// What the funnel knows of a row.
  struct Row {
    var time: Int64
    var names: UInt32
    var exclusions: UInt32
    var isKept: Bool
    /// −1 where it is NULL, 0 where the funnel has none.
    var unit: Int32
    var held: Int32
  }

  let plan: FunnelPlan
  let specification: FunnelSpecification
  let chains: [FunnelChain]
  let rows: [Row]
  let firstRow: Int
  /// The units that EXCLUDING USERS WITH leaves out.
  let excludedUnits: Set<Int32>
  private let partition: Partition

  init(
    _ plan: FunnelPlan,
    _ specification: FunnelSpecification,
    _ input: FunnelInput,
    _ chains: [FunnelChain],
    _ context: ExecutionContext
  ) {
    self.plan = plan
    self.specification = specification
    self.chains = chains
    let range = input.morsel.rows
    firstRow = range.lowerBound
    partition = plan.behavior.log.partitions[input.morsel.partition]
    let names = input.steps.rowMasks(range)
    let exclusions = input.exclusions?.rowMasks(range)
    let units = input.units?.codes(range, firstRow: firstRow)
    let held = input.held?.codes(range, firstRow: firstRow)
    let scale = input.times.scale
    let rows = range.map { row in
      let index = row - range.lowerBound
      return Row(
        time: input.times.raw(row) * scale,
        names: names[index] & specification.stepBits,
        exclusions: exclusions.map { $0[index] } ?? 0,
        isKept: input.filter.map { $0[index] != 0 } ?? true,
        unit: units.map { $0[index] } ?? 0,
        held: held.map { $0[index] } ?? 0
      )
    }
    self.rows = rows
    let bits = specification.unitExclusions
    excludedUnits = Set(rows.filter { $0.isKept && $0.exclusions & bits != 0 }.map(\.unit))
  }

  /// A row for each row of the user and each window.
  var relation: Relation {
    var order: [Int32] = []
    var windows: [Int64] = []
    var matches: [Value] = []
    var places: [Value] = []
    var reasons: [Value] = []
    for window in specification.windows.indices {
      let chains = ChainIndex(self, window)
      for index in rows.indices {
        order.append(Int32(truncatingIfNeeded: index + firstRow))
        if !plan.windows.isEmpty { windows.append(plan.windows[window].microseconds) }
        matches.append(rows[index].names == 0 ? .null : .text(labels(of: rows[index].names)))
        let place = chains.place(ofRow: index + firstRow)
        places.append(place.map { .int(Int64($0.step)) } ?? .null)
        reasons.append(.text(reason(index, place, chains, window)))
      }
    }
    var columns = plan.tracedColumns.map { partition.columns[$0].gather(rows: order) }
    if !plan.windows.isEmpty { columns.append(Column(.interval, ints: windows)) }
    columns += [
      Column(matches, type: .text), Column(places, type: .int), Column(reasons, type: .text),
    ]
    return Relation(schema: plan.schema, columns: columns)
  }

  /// The verdict on each unit: how far it counts.
  var notes: [String] {
    specification.windows.indices.flatMap { window -> [String] in
      let chains = chains.filter { $0.window == window }
      let within = plan.windows.isEmpty ? "" : "within \(plan.windows[window].text): "
      guard !chains.isEmpty else { return ["\(within)counts at no step"] }
      return chains.prefix(20).map { chain in
        let reached = (1...chain.depth).filter { chain.rows[$0 - 1] >= 0 }
        let labels = reached.map { plan.steps[$0 - 1].label }.joined(separator: ", ")
        let next = (chain.depth..<plan.steps.count).first { !plan.steps[$0].isOptional }
        let missing = next.map { "; not at \(plan.steps[$0].label)" } ?? ": every step"
        return "\(within)counts at \(labels)\(missing)"
      } + (chains.count > 20 ? ["\(within)and \(chains.count - 20) further chains"] : [])
    }
  }

  func labels(of mask: UInt32) -> String {
    plan.steps.indices.filter { mask & (1 << UInt32($0)) != 0 }.map { plan.steps[$0].label }
      .joined(separator: ", ")
  }
}

extension FunnelTrace {
  /// Finds the chains of one window by their rows and by their units.
  struct ChainIndex {
    private let chains: [FunnelChain]
    private var places: [Int32: (step: Int, chain: Int)] = [:]
    /// The chains of each unit, by their first rows.
    private var chainsOfUnit: [Int32: [Int]] = [:]

    init(_ trace: FunnelTrace, _ window: Int) {
      chains = trace.chains.filter { $0.window == window }.sorted { $0.rows[0] < $1.rows[0] }
      for (number, chain) in chains.enumerated() {
        let unit = trace.rows[Int(chain.rows[0]) - trace.firstRow].unit
        chainsOfUnit[unit, default: []].append(number)
        for (step, row) in chain.rows.enumerated() where row >= 0 {
          places[row] = (step + 1, number)
        }
      }
    }

    /// The step (1-based) at which a row of the partition stands in a chain, and that chain.
    func place(ofRow row: Int) -> (step: Int, chain: FunnelChain)? {
      places[Int32(truncatingIfNeeded: row)].map { ($0.step, chains[$0.chain]) }
    }

    /// Of a unit's several chains (attempts) the last that starts at a row or before it, else the
    /// first.
    func nearest(ofUnit unit: Int32, toRow row: Int) -> FunnelChain? {
      guard let own = chainsOfUnit[unit] else { return nil }
      var low = 0
      var high = own.count
      while low < high {
        let middle = (low + high) / 2
        if Int(chains[own[middle]].rows[0]) <= row { low = middle + 1 } else { high = middle }
      }
      return chains[own[max(low - 1, 0)]]
    }
  }
}
