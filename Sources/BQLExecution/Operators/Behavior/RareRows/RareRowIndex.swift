import BQLColumnar
import BQLPlanning
import BQLStorage
import Synchronization

/// Keeps the rare rows of a log beside it: built by the first question that can use them, read by
/// those after it.
final class RareRowIndex: Sendable {
  /// One a morsel, in store order.
  let blocks: [RareRowBlock]
  let byteCount: Int
  /// By column, what the first frequent row of each unit holds there, block by block.
  private let startCodes = Mutex<[Int: [[Int32]]]>([:])
  /// By the gap of orders, what the rare rows are worth, block by block.
  private let worths = Mutex<[Int64: [RareWorth]]>([:])
  /// The index of all values, where this one holds the rows of a value side by side.
  private let whole: RareRowIndex?

  init(_ blocks: [RareRowBlock], of whole: RareRowIndex? = nil) {
    self.blocks = blocks
    self.whole = whole
    byteCount = blocks.reduce(whole?.byteCount ?? 0) { $0 + $1.byteCount }
  }

  /// The rows of a block: large enough that little is done once a block, small enough that threads
  /// share a log of a million rows.
  private static let blockRows = 1 << 17

  /// A log in which more than one row in this many is rare is read as it stands.
  private static let rareShare = 4

  /// The answer of a log that has no index.
  struct None: Sendable {}

  /// The event that most rows of a log are of; nil where rows of others are too many, or events.
  static func frequentEvent(of log: EventLog) -> UInt8? {
    guard log.events.count < Int(RareRows.noEvent),
      let frequent = log.events.indices.max(by: {
        log.events[$0].rowCount < log.events[$1].rowCount
      }),
      log.rowCount - log.events[frequent].rowCount <= log.rowCount / rareShare
    else { return nil }
    return UInt8(frequent)
  }

  /// Returns the index of the log by `behavior`'s unit, which is built where it does not stand yet.
  ///
  /// nil where units are neither users nor sessions by a column, or where VALUE is no exact
  /// number. Leaves the clauses of `behavior` aside.
  static func of(
    _ behavior: BehaviorPlan,
    _ frequent: UInt8,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> RareRowIndex? {
    let log = behavior.log
    let unit: Int?
    switch behavior.unit {
    case .user: unit = nil
    case .session(let column) where column == log.roles[.session]: unit = column
    case .session, .columns, .visit: return nil
    }
    let key = unit.map { "rare rows by column \($0)" } ?? "rare rows by user"
    if let index = log.memo.value(key, as: RareRowIndex.self) { return index }
    if log.memo.value(key, as: None.self) != nil { return nil }
    guard let blocks = try blocks(behavior, unit, frequent, context) else {
      _ = log.memo.keep(None(), key)
      return nil
    }
    return log.memo.keep(RareRowIndex(blocks), key)
  }

  private static func blocks(
    _ behavior: BehaviorPlan,
    _ unit: Int?,
    _ frequent: UInt8,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> [RareRowBlock]? {
    let log = behavior.log
    let rows = try LogRows(behavior, nil, context)
    let morsels = log.morsels(targetRows: blockRows)
    let blocks = try ParallelWork.map(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) -> RareRowBlock? in
      try context.checkCancelled()
      let morsel = morsels[index]
      let partition = log.partitions[morsel.partition]
      guard let event = log.roles[.event],
        case .codes8(let events, _) = partition.columns[event].storage
      else { return nil }
      let shared = rows[morsel.partition]
      // Where orders do not keep to sessions, those of other sessions would be missed.
      if unit != nil, let purchases = shared.purchases, purchases.sessions == nil { return nil }
      let lists = RareRows(
        morsel,
        partition.userOffsets,
        events: events,
        validity: partition.columns[event].validity,
        times: shared.times,
        units: unit.map { rows.codes([$0], morsel) },
        frequent: frequent
      )
      // All rows of a session's order are of the session.
      return RareRowBlock(
        morsel,
        lists,
        times: shared.times,
        money: shared.money,
        sessions: unit == nil ? shared.purchases?.sessions : nil
      )
    }
    return blocks.allSatisfy { $0 != nil } ? blocks.compactMap { $0 } : nil
  }

  /// Returns the codes, NULL −1, that a dictionary column of the log has in the first frequent row
  /// of each unit, block by block; nil for another column.
  func startCodes(
    _ column: Int,
    _ log: EventLog,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> [[Int32]]? {
    if let kept = startCodes.withLock({ $0[column] }) { return kept }
    let found = try ParallelWork.map(
      count: blocks.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) -> [Int32]? in
      try context.checkCancelled()
      let block = blocks[index]
      let codes = RowCodes(log.partitions[block.morsel.partition].columns[column])
      return codes?.codes(ofRows: block.lists.starts, firstRow: block.morsel.rows.lowerBound)
    }
    guard found.allSatisfy({ $0 != nil }) else { return nil }
    let codes = found.compactMap { $0 }
    startCodes.withLock { $0[column] = codes }
    return codes
  }

  /// Returns what each rare row is worth, block by block; see ``FunnelRareScan/worth(of:)``.
  func worth(
    _ scan: FunnelRareScan,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> [RareWorth] {
    let gap = scan.orderGapMicroseconds
    if let kept = worths.withLock({ $0[gap] }) { return kept }
    let ofWhole = try whole?.worth(scan, context)
    let found = try ParallelWork.map(
      count: blocks.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) -> RareWorth in
      try context.checkCancelled()
      guard let all = ofWhole?[index] else { return scan.worth(of: blocks[index]) }
      return all.picked(at: blocks[index].lists.origins)
    }
    worths.withLock { $0[gap] = found }
    return found
  }
}
