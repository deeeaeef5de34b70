import BQLColumnar
import BQLPlanning
import BQLStorage

/// Keeps the frequent rows on both sides of the rare ones of a log by user beside it.
final class RareSidesIndex: Sendable {
  /// One a block of ``RareRowIndex``.
  let sides: [RareSides]
  let byteCount: Int

  private init(_ sides: [RareSides]) {
    self.sides = sides
    byteCount = sides.reduce(0) { $0 + $1.byteCount }
  }

  /// Returns the sides of the rows of `index`, which is by user; nil where a block has none.
  static func of(
    _ index: RareRowIndex,
    _ behavior: BehaviorPlan,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> RareSidesIndex? {
    guard case .user = behavior.unit else { return nil }
    let log = behavior.log
    let key = "rows beside the rare rows by user"
    if let kept = log.memo.value(key, as: RareSidesIndex.self) { return kept }
    if log.memo.value(key, as: RareRowIndex.None.self) != nil { return nil }
    let rows = try LogRows(behavior, nil, context)
    let sides = try ParallelWork.map(
      count: index.blocks.count,
      threads: context.threads
    ) { (position: Int) throws(ExecutionError) -> RareSides? in
      try context.checkCancelled()
      let block = index.blocks[position]
      let partition = log.partitions[block.morsel.partition]
      let shared = rows[block.morsel.partition]
      guard let event = log.roles[.event],
        case .codes8(let events, _) = partition.columns[event].storage
      else { return nil }
      return RareSides(
        block,
        partition.userOffsets,
        events: events,
        validity: partition.columns[event].validity,
        times: shared.times,
        money: shared.money
      )
    }
    guard sides.allSatisfy({ $0 != nil }) else {
      _ = log.memo.keep(RareRowIndex.None(), key)
      return nil
    }
    return log.memo.keep(RareSidesIndex(sides.compactMap { $0 }), key)
  }
}
