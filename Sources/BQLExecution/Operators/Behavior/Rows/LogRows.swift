import BQLColumnar
import BQLPlanning
import BQLStorage

/// Reads what behaviour operators need of a log's rows, morsel by morsel.
struct LogRows: Sendable {
  /// What is the same for all morsels of a partition.
  struct Shared: Sendable {
    let times: RowTimes
    /// nil where the log has no VALUE.
    let money: RowMoney?
    /// nil where the log has no purchases.
    let purchases: RowPurchases?
  }

  let behavior: BehaviorPlan
  private let filter: CompiledExpression?
  private let shared: [Shared]
  private let context: ExecutionContext

  init(
    _ behavior: BehaviorPlan,
    _ filter: CompiledExpression?,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    self.behavior = behavior
    self.filter = filter
    self.context = context
    guard let timeColumn = behavior.log.roles[.time] else {
      throw .internal("the log has no TIME column")
    }
    var shared: [Shared] = []
    for partition in behavior.log.partitions {
      guard let times = RowTimes(partition.columns[timeColumn]) else {
        throw .internal("the TIME column holds no times")
      }
      shared.append(
        Shared(
          times: times,
          money: Self.money(behavior, partition),
          purchases: Self.purchases(behavior, partition)
        )
      )
    }
    self.shared = shared
  }

  /// Returns what the morsels of a partition share.
  subscript(partition: Int) -> Shared { shared[partition] }

  /// Returns one byte a row of `morsel`, 0 = left out by WHERE; nil without WHERE.
  func filterBytes(_ morsel: Morsel) throws(ExecutionError) -> [UInt8]? {
    guard let filter else { return nil }
    let partition = behavior.log.partitions[morsel.partition]
    do throws(ExecutionError) {
      if let bytes = try partedBytes(filter, partition, morsel) { return bytes }
    } catch .function {
      // A part failed for a row that the parts before it leave out, unless it fails again.
    }
    return try rowBytes(filter, partition, morsel)
  }

  /// Computes what WHERE asks of users alone once a user, and the rest for all rows; nil where it asks
  /// nothing of users alone.
  private func partedBytes(
    _ filter: CompiledExpression,
    _ partition: Partition,
    _ morsel: Morsel
  ) throws(ExecutionError) -> [UInt8]? {
    let parts = filter.filterParts ?? [filter]
    let ofUsers = parts.filter { $0.readsUsersAlone(partition) }
    guard !ofUsers.isEmpty else { return nil }
    var users = [UInt8](repeating: 1, count: morsel.users.count)
    for part in ofUsers {
      let bytes = try userBytes(part, partition, morsel)
      for user in users.indices { users[user] &= bytes[user] }
    }
    var rows = morsel.spreading(users[...], over: partition.userOffsets)
    guard users.contains(1) else { return rows }
    for part in parts where !part.readsUsersAlone(partition) {
      let bytes = try rowBytes(part, partition, morsel)
      for row in rows.indices { rows[row] &= bytes[row] }
    }
    return rows
  }

  /// One byte a user of the morsel.
  private func userBytes(
    _ part: CompiledExpression,
    _ partition: Partition,
    _ morsel: Morsel
  ) throws(ExecutionError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(morsel.users.count)
    var start = morsel.users.lowerBound
    while start < morsel.users.upperBound {
      let users = start..<min(start + context.chunkCapacity, morsel.users.upperBound)
      let chunk = partition.users(users, columns: part.columns)
      try part.evaluate(chunk).appendTrueBytes(to: &bytes)
      start = users.upperBound
    }
    return bytes
  }

  /// One byte a row of the morsel.
  private func rowBytes(
    _ filter: CompiledExpression,
    _ partition: Partition,
    _ morsel: Morsel
  ) throws(ExecutionError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(morsel.rows.count)
    let reader = PartitionReader(partition: partition)
    var start = morsel.rows.lowerBound
    while start < morsel.rows.upperBound {
      let rows = start..<min(start + context.chunkCapacity, morsel.rows.upperBound)
      try filter.evaluate(reader.decode(rows, columns: filter.columns)).appendTrueBytes(to: &bytes)
      start = rows.upperBound
    }
    return bytes
  }

  /// The codes that split a user's rows into units; nil where the unit is the user.
  ///
  /// Visits are cut from all rows of the log: as with a SESSION column, no filter moves a row to
  /// another session.
  func units(_ morsel: Morsel) -> RowCodes? {
    switch behavior.unit {
    case .user: return nil
    case .session(let column): return codes([column], morsel)
    case .columns(let several): return codes(several, morsel)
    case .visit(let gap, let longest):
      let times = shared[morsel.partition].times
      let visits = VisitCut(gap: gap, longest: longest, scale: times.scale).sessions(
        times,
        morsel.rows,
        behavior.log.partitions[morsel.partition].userOffsets(of: morsel),
        keeping: nil
      )
      return RowCodes(.rows(visits.slots))
    }
  }

  /// Returns codes that tell the values of `columns` apart within the morsel, −1 where one of them
  /// is NULL.
  func codes(_ columns: [Int], _ morsel: Morsel) -> RowCodes {
    let partition = behavior.log.partitions[morsel.partition]
    if columns.count == 1 {
      let column = partition.columns[columns[0]]
      if let codes = RowCodes(column) ?? RowCodes(integers: column, morsel.rows) { return codes }
    }
    var table = GroupTable(types: columns.map { partition.columns[$0].type })
    var codes: [Int32] = []
    var start = morsel.rows.lowerBound
    while start < morsel.rows.upperBound {
      let rows = start..<min(start + context.chunkCapacity, morsel.rows.upperBound)
      let keys = columns.map { partition.columns[$0].decode(rows) }
      var chunk = table.groups(for: keys, count: rows.count)
      for key in keys where key.validity != nil {
        for row in chunk.indices where !key.isValid(row) { chunk[row] = -1 }
      }
      codes += chunk
      start = rows.upperBound
    }
    return RowCodes(.rows(codes))
  }

  private static func money(_ behavior: BehaviorPlan, _ partition: Partition) -> RowMoney? {
    guard let index = behavior.log.roles[.value] else { return nil }
    let column = partition.columns[index]
    if column.type == .decimal {
      switch column.storage {
      case .int32(let buffer) where column.scale == 1:
        return RowMoney(.hundredths32(buffer), validity: column.validity)
      case .int64(let buffer) where column.scale == 1:
        return RowMoney(.hundredths64(buffer), validity: column.validity)
      default: break
      }
    } else if case .float(let buffer) = column.storage {
      return RowMoney(.floats(buffer), validity: column.validity)
    }
    // Narrow or whole numbers, which are few: widened once a partition.
    let decoded = column.decode(0..<partition.rowCount)
    guard case .ints(let ints) = decoded.values else { return nil }
    if column.type == .decimal {
      return RowMoney(.hundredths64(Buffer(ints)), validity: decoded.validity)
    }
    return RowMoney(.floats(Buffer(ints.map(Double.init))), validity: decoded.validity)
  }

  private static func purchases(_ behavior: BehaviorPlan, _ partition: Partition) -> RowPurchases? {
    guard let code = behavior.log.purchaseCode, let event = behavior.log.roles[.event] else {
      return nil
    }
    let sessions = behavior.log.roles[.session].flatMap { RowCodes(partition.columns[$0]) }
    let gap = Int64(behavior.orderGapSeconds) * 1_000_000
    switch partition.columns[event].storage {
    case .codes8(let codes, _):
      return RowPurchases(
        rows: .code8(codes, UInt8(code)),
        sessions: sessions,
        gapMicroseconds: gap
      )
    case .codes16(let codes, _):
      return RowPurchases(
        rows: .code16(codes, UInt16(code)),
        sessions: sessions,
        gapMicroseconds: gap
      )
    case .codes32, .int8, .int16, .int32, .int64, .float, .bool, .perUser: return nil
    }
  }
}

extension CompiledExpression {
  /// Whether the expression reads columns of one value a user, and no other.
  fileprivate func readsUsersAlone(_ partition: Partition) -> Bool {
    !columns.isEmpty && partition.hasOneValueAUser(columns)
  }
}
