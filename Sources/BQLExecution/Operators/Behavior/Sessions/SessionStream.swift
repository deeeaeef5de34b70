import BQLColumnar
import BQLPlanning
import BQLStorage

/// Streams one row a session, and of each only the columns that are asked for.
struct SessionStream: ChunkStream {
  let plan: SessionsPlan
  let reader: SessionReader
  let morsels: [Morsel]
  let marks: EventMarks
  let edge: CompiledExpression
  let dimensions: [CompiledExpression]
  let context: ExecutionContext
  private let hasTexts: Bool

  init(
    _ plan: SessionsPlan,
    _ reader: SessionReader,
    _ morsels: [Morsel],
    _ expressions: BehaviorExpressions,
    edge: CompiledExpression,
    _ context: ExecutionContext
  ) {
    self.plan = plan
    self.reader = reader
    self.morsels = morsels
    marks = expressions.marks
    self.edge = edge
    dimensions = expressions.dimensions
    self.context = context
    hasTexts = plan.schema.fields.contains { $0.type == .text }
  }

  private var log: EventLog { plan.behavior.log }

  var morselCount: Int { morsels.count }

  func isClustered(_ column: Int) -> Bool { plan.columns[column] == .user }

  func continuesDictionaries(morsel: Int) -> Bool {
    guard morsel > 0, hasTexts else { return true }
    let partition = morsels[morsel].partition
    let before = morsels[morsel - 1].partition
    if partition == before { return true }
    return log.schema.fields.indices.allSatisfy { column in
      log.partitions[partition].columns[column].codeDictionary
        === log.partitions[before].columns[column].codeDictionary
    }
  }

  func run(
    morsel index: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    let morsel = morsels[index]
    try context.checkCancelled()
    guard !plan.columns.isEmpty else {
      var rest = try reader.count(morsel)
      while rest > 0 {
        let count = min(rest, context.chunkCapacity)
        guard try consume(Chunk([], count: count)) else { return }
        rest -= count
      }
      return
    }
    let columns = try columns(morsel)
    let count = columns.sessions.count
    var start = 0
    while start < count {
      try context.checkCancelled()
      let end = min(start + context.chunkCapacity, count)
      guard try consume(try columns.chunk(start..<end, plan, context)) else { return }
      start = end
    }
  }

  private func columns(_ morsel: Morsel) throws(ExecutionError) -> SessionColumns {
    let partition = log.partitions[morsel.partition]
    let counted: Set<SessionsPlan.Column> = [.views, .carts, .purchases, .value]
    let hasCounts = plan.columns.contains(where: counted.contains)
    let measures = SessionMeasures(
      try reader.sessions(morsel),
      morsel,
      partition,
      reader.rows[morsel.partition],
      marks: hasCounts ? try marks.bytes(partition, morsel, context) : []
    )
    return SessionColumns(
      measures,
      plan,
      morsel,
      partition,
      edge: edge,
      dimensions: dimensions
    )
  }
}

/// Holds what is computed of a morsel's sessions before it is cut into chunks.
private struct SessionColumns {
  let sessions: SessionRows
  private let morsel: Morsel
  private let partition: Partition
  private let edge: CompiledExpression
  private let dimensions: [CompiledExpression]
  private var lasts: [Int32] = []
  private var durations: [Int64] = []
  /// Columns of integers, by what they tell.
  private var integers: [SessionsPlan.Column: [Int64]] = [:]
  private var sums: [MoneySum] = []

  init(
    _ measures: SessionMeasures,
    _ plan: SessionsPlan,
    _ morsel: Morsel,
    _ partition: Partition,
    edge: CompiledExpression,
    dimensions: [CompiledExpression]
  ) {
    sessions = measures.sessions
    self.morsel = morsel
    self.partition = partition
    self.edge = edge
    self.dimensions = dimensions
    for column in plan.columns {
      switch column {
      case .session:
        if case .visit = plan.behavior.unit { integers[.session] = measures.numbers }
      case .duration:
        durations = measures.durations
        integers[.events] = integers[.events] ?? sessions.eventCounts
      case .events: integers[.events] = integers[.events] ?? sessions.eventCounts
      case .views: integers[.views] = measures.counts(0)
      case .carts: integers[.carts] = measures.counts(1)
      case .purchases: integers[.purchases] = measures.counts(2)
      case .value: sums = measures.purchaseSums
      case .exit: lasts = sessions.lasts
      case .dimension, .user, .start, .entry: break
      }
    }
  }

  /// Returns the sessions at `slots`.
  func chunk(
    _ slots: Range<Int>,
    _ plan: SessionsPlan,
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Chunk {
    let log = plan.behavior.log
    let firsts = rows(sessions.firsts[slots])
    var columns: [Column] = []
    for column in plan.columns {
      switch column {
      case .dimension(let index): columns.append(try evaluate(dimensions[index], firsts))
      case .user: columns.append(stored(log.roles[.user], firsts))
      case .session:
        if let numbers = integers[.session] {
          columns.append(Column(ints: Array(numbers[slots])))
        } else if case .session(let id) = plan.behavior.unit {
          columns.append(stored(id, firsts))
        }
      case .start: columns.append(stored(log.roles[.time], firsts))
      case .duration: columns.append(durationColumn(slots))
      case .events, .views, .carts, .purchases:
        columns.append(Column(ints: Array((integers[column] ?? [])[slots])))
      case .value: columns.append(valueColumn(slots, plan.behavior.valueType ?? .float))
      case .entry: columns.append(try evaluate(edge, firsts))
      case .exit: columns.append(try evaluate(edge, rows(lasts[slots])))
      }
    }
    return Chunk(columns, count: slots.count)
  }

  /// Turns rows of the morsel into rows of the partition.
  private func rows(_ rows: ArraySlice<Int32>) -> [Int32] {
    let firstRow = Int32(truncatingIfNeeded: morsel.rows.lowerBound)
    return rows.map { $0 + firstRow }
  }

  private func stored(_ column: Int?, _ rows: [Int32]) -> Column {
    guard let column else { return Column(repeating: .null, type: .int, count: rows.count) }
    return partition.columns[column].gather(rows: rows)
  }

  private func evaluate(
    _ expression: CompiledExpression,
    _ rows: [Int32]
  ) throws(ExecutionError) -> Column {
    let reader = PartitionReader(partition: partition)
    return try expression.evaluate(reader.gather(rows, columns: expression.columns))
  }

  private func durationColumn(_ slots: Range<Int>) -> Column {
    let events = integers[.events] ?? []
    var validity = Bitmap(repeating: true, count: slots.count)
    for (place, slot) in slots.enumerated() where events[slot] == 1 { validity[place] = false }
    return Column(.interval, ints: Array(durations[slots]), validity: validity)
  }

  private func valueColumn(_ slots: Range<Int>, _ type: DataType) -> Column {
    var builder = ColumnBuilder(type)
    for slot in slots { builder.append(sums[slot].value(type)) }
    return builder.finish()
  }
}
