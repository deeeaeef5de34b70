import BQLColumnar
import BQLPlanning
import BQLStorage

extension RareRowIndex {
  /// Returns the index of the log by user that holds the rare rows of each value of `columns` side by
  /// side, which is built where it does not stand yet.
  ///
  /// nil where units are not users, where VALUE is no exact number, and where a row of the log is NULL
  /// in one of the columns.
  static func of(
    _ behavior: BehaviorPlan,
    holding columns: [Int],
    _ frequent: UInt8,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> RareRowIndex? {
    guard case .user = behavior.unit else { return nil }
    let log = behavior.log
    let key = "rare rows by user and columns \(columns)"
    if let index = log.memo.value(key, as: RareRowIndex.self) { return index }
    if log.memo.value(key, as: None.self) != nil { return nil }
    guard let whole = try of(behavior, frequent, context) else { return nil }
    let rows = try LogRows(behavior, nil, context)
    let blocks = try ParallelWork.map(
      count: whole.blocks.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) -> RareRowBlock? in
      try context.checkCancelled()
      return block(whole.blocks[index], columns, rows, frequent)
    }
    guard blocks.allSatisfy({ $0 != nil }) else {
      _ = log.memo.keep(None(), key)
      return nil
    }
    return log.memo.keep(RareRowIndex(blocks.compactMap { $0 }, of: whole), key)
  }

  private static func block(
    _ whole: RareRowBlock,
    _ columns: [Int],
    _ rows: LogRows,
    _ frequent: UInt8
  ) -> RareRowBlock? {
    let morsel = whole.morsel
    let log = rows.behavior.log
    let partition = log.partitions[morsel.partition]
    let shared = rows[morsel.partition]
    guard let event = log.roles[.event],
      case .codes8(let events, _) = partition.columns[event].storage
    else { return nil }
    let lists = rows.codes(columns, morsel).withCodes(morsel.rows) { held -> RareRows? in
      for row in held.indices where held[row] < 0 { return nil }
      return RareRows(
        whole.lists,
        morsel,
        events: events,
        validity: partition.columns[event].validity,
        held: held
      )
    }
    return lists.flatMap {
      // Worth and orders are those of all values.
      RareRowBlock(morsel, $0, times: shared.times, money: shared.money, sessions: nil)
    }
  }
}
