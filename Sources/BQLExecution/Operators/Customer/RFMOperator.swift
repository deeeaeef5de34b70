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
    let isUserRead = plan.columns.contains(.user)
    let parts = try ParallelWork.map(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let morsel = morsels[index]
      let buyers = try reader.buyers(morsel, expressions.marks, context)
      let column = log.partitions[morsel.partition].columns[user]
      return (buyers: buyers, users: isUserRead ? column.gather(rows: buyers.rows) : nil)
    }
    let buyers = RFMBuyers(
      lasts: parts.flatMap(\.buyers.lasts),
      orders: parts.flatMap(\.buyers.orders),
      money: RFMMoney.joined(parts.map(\.buyers.money))
    )
    let users = Column.concatenate(parts.compactMap(\.users), type: log.schema[user].type)
    return RelationStream(relation: try relation(users, buyers, context), context: context)
  }

  private func relation(
    _ users: Column,
    _ buyers: RFMBuyers,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Relation {
    let scores = score(buyers, context)
    try context.checkCancelled()
    addNotes(buyers.orders.count, scores)
    // Several chunks, so that what reads them has work for several threads.
    let count = buyers.orders.count
    let chunks = ParallelWork.map(
      count: (count + Self.chunkRows - 1) / Self.chunkRows,
      threads: context.threads
    ) { index in
      let rows = index * Self.chunkRows..<min((index + 1) * Self.chunkRows, count)
      return Chunk(
        plan.columns.map { column($0, users, buyers, scores, rows) },
        count: rows.count
      )
    }
    return Relation(schema: plan.schema, chunks: chunks)
  }

  /// Rows of a chunk of the answer.
  private static let chunkRows = 1 << 14

  private func column(
    _ column: RFMPlan.Column,
    _ users: Column,
    _ buyers: RFMBuyers,
    _ scores: [RFMPlan.Column: RFMScored],
    _ rows: Range<Int>
  ) -> Column {
    switch column {
    case .user: users.gather(rows.map { Int32(truncatingIfNeeded: $0) })
    case .recency: Column(floats: buyers.lasts[rows].map(recency))
    case .frequency: Column(ints: Array(buyers.orders[rows]))
    case .monetary: monetary(buyers.money, rows)
    case .r, .f, .m: scores[column].map { $0.column(rows) } ?? none(.int, rows.count)
    case .group: groups(scores, rows)
    }
  }

  private func none(_ type: DataType, _ count: Int) -> Column {
    Column(repeating: .null, type: type, count: count)
  }

  /// Whole and broken days up to the instant of AS OF.
  private func recency(_ last: Int64) -> Double {
    Double(plan.asOf.subtractingReportingOverflow(last).partialValue) / 86_400_000_000
  }

  /// The scores that are asked for; none of money where there is none.
  private func score(
    _ buyers: RFMBuyers,
    _ context: ExecutionContext
  ) -> [RFMPlan.Column: RFMScored] {
    var measures: [RFMPlan.Column] = []
    let isWhole = plan.tellsScores || plan.columns.contains(.group)
    for measure in [RFMPlan.Column.r, .f, .m] where isWhole || plan.columns.contains(measure) {
      if measure != .m || plan.behavior.valueType != nil { measures.append(measure) }
    }
    let asked = measures
    let found = ParallelWork.map(count: asked.count, threads: context.threads) { index in
      switch asked[index] {
      case .r: RFMScored(buyers.lasts, scores: plan.scores)
      case .f: RFMScored(buyers.orders, scores: plan.scores)
      default:
        RFMScored(buyers.money.keys, scores: plan.scores)
      }
    }
    return Dictionary(uniqueKeysWithValues: zip(asked, found))
  }

  private func groups(_ scores: [RFMPlan.Column: RFMScored], _ rows: Range<Int>) -> Column {
    guard let r = scores[.r]?.scores, let f = scores[.f]?.scores else {
      return none(.text, rows.count)
    }
    let m = scores[.m]?.scores
    let codes = rows.map { index in
      RFMGroup(r: r[index], f: f[index], m: m?[index], scores: plan.scores).rawValue
    }
    return Column(codes: codes, dictionary: TextDictionary(RFMGroup.allCases.map(\.name)))
  }

  private func monetary(_ money: RFMMoney, _ rows: Range<Int>) -> Column {
    let type = plan.behavior.valueType ?? .float
    switch money {
    case .none: return none(type, rows.count)
    case .hundredths(let amounts): return Column(.decimal, ints: Array(amounts[rows]))
    case .sums(let sums):
      if type == .float { return Column(floats: sums[rows].map { $0.money ?? 0 }) }
      return Column(sums[rows].map { $0.value(type) }, type: type)
    }
  }

  private func addNotes(_ count: Int, _ scores: [RFMPlan.Column: RFMScored]) {
    let behavior = plan.behavior
    let instant = ValueText.text(timestamp: plan.asOf, in: behavior.timeZone)
    notes.add("\(count) of \(behavior.log.userCount) users bought before \(instant)")
    guard count > 0, plan.tellsScores else { return }
    for measure in [RFMPlan.Column.r, .f, .m] {
      guard let met = scores[measure]?.met, met.count < plan.scores else { continue }
      let listed = met.map { "\($0)" }.joined(separator: ", ")
      notes.add(
        "\(measure.rawValue) has \(met.count == 1 ? "the score" : "the scores") \(listed) alone: "
          + "users with equal values get equal scores"
      )
    }
  }
}

/// Holds the scores of one measure.
private struct RFMScored: Sendable {
  let scores: [Int64]
  /// Those that some user has, ascending.
  let met: [Int]

  init(_ keys: [Int64], scores: Int) {
    let scale = RFMScores(keys, scores: scores)
    let found = scale.scores(of: keys)
    var isMet = [Bool](repeating: false, count: scores + 1)
    for score in found { isMet[Int(score)] = true }
    self.scores = found
    met = isMet.indices.filter { isMet[$0] }
  }

  func column(_ rows: Range<Int>) -> Column { Column(ints: Array(scores[rows])) }
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
    let period = StoredPeriod(
      since: rows.behavior.since,
      until: rows.behavior.until,
      scale: shared.times.scale
    )
    var scan = RFMScan(
      try purchases(partition, morsel, shared, marks, context),
      firstRow: morsel.rows.lowerBound,
      in: period,
      shared,
      gapSeconds: rows.behavior.orderGapSeconds
    )
    scan.scan(partition.userOffsets(of: morsel))
    return scan.buyers
  }

  /// The rows of the morsel that are purchases, ascending.
  private func purchases(
    _ partition: Partition,
    _ morsel: Morsel,
    _ shared: LogRows.Shared,
    _ marks: EventMarks,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> [Int32] {
    let filter = try rows.filterBytes(morsel)
    if filter == nil, case .code8(let codes, let code)? = shared.purchases?.rows {
      return codes.withSpan { MarkSearch.all(equalTo: code, $0.extracting(morsel.rows)) }
    }
    var bytes = try marks.bytes(partition, morsel, context)
    if let filter {
      for row in bytes.indices where filter[row] == 0 { bytes[row] = 0 }
    }
    var positions: [Int32] = []
    var row = MarkSearch.first(1, bytes.span, 0, bytes.count)
    while row < bytes.count {
      positions.append(Int32(truncatingIfNeeded: row))
      row = MarkSearch.first(1, bytes.span, row + 1, bytes.count)
    }
    return positions
  }
}
