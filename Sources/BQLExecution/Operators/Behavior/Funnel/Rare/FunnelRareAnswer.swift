import BQLColumnar
import BQLPlanning
import BQLStorage

/// Answers a funnel from the rare rows of its log, where it can be.
struct FunnelRareAnswer {
  private let scan: FunnelRareScan
  private let index: RareRowIndex
  /// nil unless steps may come in any order.
  private let sides: RareSidesIndex?
  /// What the rare rows of each block are worth.
  private let worth: [RareWorth]
  private let lease: MemoryLease
  /// For each block, what the units' first rows hold in the column that groups them, and the map
  /// of its codes.
  private let groups: (codes: [[Int32]], map: [Int32])?

  /// Finds, or has built, what the funnel reads; nil where it must read all rows, or where the
  /// statement's memory does not suffice.
  init?(
    _ plan: FunnelPlan,
    _ specification: FunnelSpecification,
    _ masks: [UInt32]?,
    _ groups: DimensionCodes,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    switch plan.answer {
    case .steps, .times, .lift, .comparison: break
    case .units, .trace, .trend, .loss: return nil
    }
    let behavior = plan.behavior
    guard let masks, behavior.filter == nil,
      specification.attribution == nil || groups.mapped != nil,
      let frequent = RareRowIndex.frequentEvent(of: behavior.log),
      let scan = FunnelRareScan(
        specification,
        masks: masks,
        frequent: frequent,
        purchase: behavior.log.purchaseCode,
        orderGapMicroseconds: Int64(behavior.orderGapSeconds) * 1_000_000
      ),
      let index = try plan.holding.isEmpty
        ? RareRowIndex.of(behavior, frequent, context)
        : RareRowIndex.of(behavior, holding: plan.holding, frequent, context)
    else { return nil }
    if specification.mode == .any {
      guard let sides = try RareSidesIndex.of(index, behavior, context) else { return nil }
      self.sides = sides
    } else {
      sides = nil
    }
    lease = context.lease("funnel")
    worth = plan.tellsValue ? try index.worth(scan, context) : []
    let worthBytes = worth.reduce(0) { $0 + $1.byteCount }
    do throws(ExecutionError) {
      try lease.grow(by: index.byteCount + worthBytes + (sides?.byteCount ?? 0))
    } catch {
      return nil
    }
    self.scan = scan
    self.index = index
    if specification.attribution != nil, let mapped = groups.mapped {
      guard let codes = try index.startCodes(mapped.column, behavior.log, context) else {
        return nil
      }
      self.groups = (codes, mapped.map)
    } else {
      self.groups = nil
    }
  }

  /// Counts the chains of all blocks.
  ///
  /// To join what is known of many groups costs more than to find the chains of a block: threads take
  /// few runs of blocks.
  func accumulator(_ context: ExecutionContext) throws(ExecutionError) -> FunnelAccumulator {
    let runs = ParallelWork.runs(of: index.blocks.count, threads: context.threads)
    let parts = try ParallelWork.map(
      count: runs.count,
      threads: context.threads
    ) { (run: Int) throws(ExecutionError) -> FunnelAccumulator in
      var accumulator = FunnelAccumulator(scan.specification)
      var found = FunnelRareChains()
      for position in runs[run] {
        try context.checkCancelled()
        count(position, into: &accumulator, &found)
      }
      accumulator.close()
      return accumulator
    }
    var keys = GroupTable(types: [])
    return FunnelAccumulator.combined(parts, scan.specification, keys: &keys)
  }

  /// Adds the chains of the block at `position`; `found` holds them meanwhile.
  private func count(
    _ position: Int,
    into accumulator: inout FunnelAccumulator,
    _ found: inout FunnelRareChains
  ) {
    let worth = worth.isEmpty ? RareWorth.none : worth[position]
    if let sides {
      scan.update(&accumulator, with: index.blocks[position], sides.sides[position], worth: worth)
    } else {
      scan.update(
        &accumulator,
        with: index.blocks[position],
        worth: worth,
        groups: groups.map { ($0.codes[position], $0.map) },
        &found
      )
    }
  }
}
