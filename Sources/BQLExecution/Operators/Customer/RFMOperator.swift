import BQLColumnar
import BQLPlanning
import BQLStorage

/// Gives each user who bought its recency, frequency and monetary value, and their scores.
struct RFMOperator: Operator {
  let plan: RFMPlan
  let notes: Notes
  private let expressions: BehaviorExpressions

  init(_ plan: RFMPlan, notes: Notes) throws(ExecutionError) {
    self.plan = plan
    self.notes = notes
    expressions = try BehaviorExpressions(plan.behavior, [.purchases(of: plan.behavior.log)])
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let log = plan.behavior.log
    guard let user = log.roles[.user] else { throw .internal("the log has no USER column") }
    let morsels = log.morsels(targetRows: context.morselRows)
    let reader = LogRowsReader(try LogRows(plan.behavior, expressions.filter, context))
    let parts = try ParallelWork.map(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let morsel = morsels[index]
      let buyers = try reader.buyers(morsel, expressions.marks, context)
      let column = log.partitions[morsel.partition].columns[user]
      return (buyers: buyers, users: column.gather(rows: buyers.rows))
    }
    let buyers = RFMBuyers(
      lasts: parts.flatMap(\.buyers.lasts),
      orders: parts.flatMap(\.buyers.orders),
      sums: parts.flatMap(\.buyers.sums)
    )
    let users = Column.concatenate(parts.map(\.users), type: log.schema[user].type)
    return RelationStream(relation: try relation(users, buyers, context), context: context)
  }

  private func relation(
    _ users: Column,
    _ buyers: RFMBuyers,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Relation {
    let hasMoney = plan.behavior.valueType != nil
    let scores = score(buyers, hasMoney: hasMoney, context)
    try context.checkCancelled()
    let recency = buyers.lasts.map { last in
      Double(plan.asOf.subtractingReportingOverflow(last).partialValue) / 86_400_000_000
    }
    let groups = buyers.orders.indices.map { index in
      RFMGroup(
        r: scores[0][index],
        f: scores[1][index],
        m: hasMoney ? scores[2][index] : nil,
        scores: plan.scores
      ).rawValue
    }
    let none = Bitmap(repeating: false, count: buyers.orders.count)
    let columns = [
      users, Column(floats: recency), Column(ints: buyers.orders),
      monetary(buyers.sums), Column(ints: scores[0]), Column(ints: scores[1]),
      Column(ints: scores[2], validity: hasMoney ? nil : none),
      Column(codes: groups, dictionary: TextDictionary(RFMGroup.allCases.map(\.name))),
    ]
    addNotes(buyers.orders.count, scores, hasMoney: hasMoney)
    return Relation(schema: plan.schema, columns: columns)
  }

  /// The scores of recency, frequency and money, in this order.
  private func score(
    _ buyers: RFMBuyers,
    hasMoney: Bool,
    _ context: ExecutionContext
  ) -> [[Int64]] {
    ParallelWork.map(count: 3, threads: context.threads) { measure in
      let keys: [Int64]
      switch measure {
      case 0: keys = buyers.lasts
      case 1: keys = buyers.orders
      default:
        guard hasMoney else { return [Int64](repeating: 0, count: buyers.orders.count) }
        keys = buyers.sums.map { RFMScores.key($0.money ?? 0) }
      }
      let scores = RFMScores(keys, scores: plan.scores)
      return keys.map { scores.score($0) }
    }
  }

  private func monetary(_ sums: [MoneySum]) -> Column {
    guard let type = plan.behavior.valueType else {
      return Column(repeating: .null, type: .float, count: sums.count)
    }
    if type == .float { return Column(floats: sums.map { $0.money ?? 0 }) }
    return Column(sums.map { $0.value(type) }, type: type)
  }

  private func addNotes(_ count: Int, _ scores: [[Int64]], hasMoney: Bool) {
    let users = plan.behavior.log.userCount
    notes.add("\(count) of \(users) users bought before the instant of AS OF; the others have no row")
    guard count > 0 else { return }
    for (name, column) in zip(["r", "f", "m"], scores) where name != "m" || hasMoney {
      let met = Set(column).sorted()
      guard met.count < plan.scores else { continue }
      let listed = met.map { "\($0)" }.joined(separator: ", ")
      notes.add(
        "\(name) has \(met.count == 1 ? "the score" : "the scores") \(listed) alone: users with "
          + "equal values get equal scores"
      )
    }
  }
}

/// Reads the buyers of morsels.
private struct LogRowsReader: Sendable {
  let rows: LogRows

  init(_ rows: LogRows) {
    self.rows = rows
  }

  func buyers(
    _ morsel: Morsel,
    _ marks: EventMarks,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> RFMBuyers {
    let partition = rows.behavior.log.partitions[morsel.partition]
    let shared = rows[morsel.partition]
    var bytes = try marks.bytes(partition, morsel, context)
    if let filter = try rows.filterBytes(morsel) {
      for row in bytes.indices where filter[row] == 0 { bytes[row] = 0 }
    }
    let period = StoredPeriod(
      since: rows.behavior.since,
      until: rows.behavior.until,
      scale: shared.times.scale
    )
    var positions: [Int32] = []
    var row = MarkSearch.first(1, bytes.span, 0, bytes.count)
    while row < bytes.count {
      positions.append(Int32(truncatingIfNeeded: row))
      row = MarkSearch.first(1, bytes.span, row + 1, bytes.count)
    }
    if period.isBounded {
      let times = shared.times.picked(positions, firstRow: morsel.rows.lowerBound)
      positions = positions.indices.filter { period.contains(times.raw($0)) }
        .map { positions[$0] }
    }
    let units = UnitRows(bytes, morsel, partition, shared.times, units: nil)
    var scan = RFMScan(
      positions,
      units,
      shared,
      gapSeconds: rows.behavior.orderGapSeconds
    )
    units.scan(&scan)
    return scan.buyers
  }
}
