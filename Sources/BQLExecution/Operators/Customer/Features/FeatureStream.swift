import BQLColumnar
import BQLPlanning
import BQLStorage

/// Streams the rows of feature units, snapshot by snapshot, in the order of the log's users.
struct FeatureStream: ChunkStream {
  let plan: FeaturesPlan
  private let units: [FeatureUnit]
  /// The rows before each unit's.
  private let rowsBefore: [Int]
  private let context: ExecutionContext
  private let types: [DataType]
  /// The place of each column among a unit's; nil for those that are no number of the user's.
  private let places: [Int?]
  /// Holds the units' memory as long as they are there.
  private let lease: MemoryLease

  init(
    _ plan: FeaturesPlan,
    _ units: [FeatureUnit],
    _ context: ExecutionContext,
    _ lease: MemoryLease
  ) {
    self.plan = plan
    self.units = units
    self.context = context
    self.lease = lease
    types = plan.schema.fields.map(\.type)
    var before: [Int] = []
    var count = 0
    for unit in units {
      before.append(count)
      count += unit.rowCount
    }
    rowsBefore = before
    var next = 0
    places = plan.columns.map { feature in
      guard FeatureValues.place(of: feature.kind) != nil else { return nil }
      defer { next += 1 }
      return next
    }
  }

  private var log: EventLog { plan.behavior.log }

  var morselCount: Int { units.count }

  func isClustered(_ column: Int) -> Bool {
    plan.columns[column].kind == .user && plan.snapshots.count <= 1
  }

  func continuesDictionaries(morsel: Int) -> Bool {
    guard morsel > 0, let user = log.roles[.user] else { return true }
    func dictionary(_ index: Int) -> CodeDictionary? {
      log.partitions[units[index].morsel.partition].columns[user].codeDictionary
    }
    return dictionary(morsel) === dictionary(morsel - 1)
  }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    let unit = units[morsel]
    var start = 0
    while start < unit.rowCount {
      try context.checkCancelled()
      let rows = start..<min(start + context.chunkCapacity, unit.rowCount)
      guard try consume(chunk(unit, rows, rowsBefore[morsel])) else { return }
      start = rows.upperBound
    }
  }

  private func chunk(
    _ unit: FeatureUnit,
    _ rows: Range<Int>,
    _ rowsBefore: Int
  ) throws(ExecutionError) -> Chunk {
    var columns: [Column] = []
    columns.reserveCapacity(plan.columns.count)
    for (index, feature) in plan.columns.enumerated() {
      if let place = places[index] {
        columns.append(unit.column(place).column(rows, types[index]))
        continue
      }
      switch feature.kind {
      case .row: columns.append(Column(ints: rows.map { Int64(rowsBefore + $0 + 1) }))
      case .snapshot:
        columns.append(
          Column(repeating: .int(Int64(unit.snapshot)), type: .int, count: rows.count)
        )
      case .user:
        guard let user = log.roles[.user] else { throw .internal("a log without users") }
        let stored = log.partitions[unit.morsel.partition].columns[user]
        columns.append(stored.gather(rows: Array(unit.userRows[rows])))
      case .statistic, .ratio, .period, .customer, .target:
        throw .internal("a feature without a place")
      }
    }
    return Chunk(columns, count: rows.count)
  }
}
