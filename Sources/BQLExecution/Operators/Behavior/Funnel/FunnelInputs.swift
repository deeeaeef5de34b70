import BQLColumnar
import BQLPlanning
import BQLStorage

/// Makes the kernel's input for each morsel of a log.
struct FunnelInputs: Sendable {
  /// What is the same for all morsels of a partition.
  private struct Shared: Sendable {
    let times: FunnelTimes
    let values: FunnelValues?
    let purchases: FunnelPurchases?
  }

  private let plan: FunnelPlan
  private let filter: CompiledExpression?
  private let steps: FunnelStepReader
  private let groups: FunnelGroups
  private let shared: [Shared]
  private let context: ExecutionContext
  private var groupMap: [Int32]?

  init(
    _ funnel: FunnelOperator,
    _ morsels: [Morsel],
    _ groups: FunnelGroups,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    plan = funnel.plan
    filter = funnel.filter
    steps = funnel.steps
    self.groups = groups
    self.context = context
    guard let timeColumn = plan.log.roles[.time] else {
      throw .internal("the log has no TIME column")
    }
    var shared: [Shared] = []
    for partition in plan.log.partitions {
      guard let times = FunnelTimes(partition.columns[timeColumn]) else {
        throw .internal("the TIME column holds no times")
      }
      shared.append(
        Shared(
          times: times,
          values: Self.values(plan, partition),
          purchases: Self.purchases(plan, partition)
        )
      )
    }
    self.shared = shared
  }

  /// Returns inputs whose groups are those of `map`.
  func mappingGroups(_ map: [Int32]) -> FunnelInputs {
    var copy = self
    copy.groupMap = map
    return copy
  }

  func input(_ index: Int, _ morsel: Morsel) throws(ExecutionError) -> FunnelInput {
    let partition = plan.log.partitions[morsel.partition]
    let shared = shared[morsel.partition]
    var codes = try groups.rowCodes(index, partition)
    if let groupMap { codes = codes?.mapped(by: groupMap) }
    return FunnelInput(
      morsel: morsel,
      userOffsets: partition.userOffsets,
      steps: try steps.masks(partition, morsel, context),
      times: shared.times,
      filter: try filterBytes(partition, morsel),
      units: units(partition, morsel),
      groups: codes,
      values: shared.values,
      purchases: shared.purchases
    )
  }

  private func filterBytes(
    _ partition: Partition,
    _ morsel: Morsel
  ) throws(ExecutionError) -> [UInt8]? {
    guard let filter else { return nil }
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
  private func units(_ partition: Partition, _ morsel: Morsel) -> FunnelRowCodes? {
    let columns: [Int]
    switch plan.unit {
    case .user: return nil
    case .session(let column): columns = [column]
    case .columns(let several): columns = several
    }
    if columns.count == 1, let codes = FunnelRowCodes(partition.columns[columns[0]]) {
      return codes
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
    return FunnelRowCodes(.rows(codes))
  }

  private static func values(_ plan: FunnelPlan, _ partition: Partition) -> FunnelValues? {
    guard let index = plan.log.roles[.value] else { return nil }
    let column = partition.columns[index]
    if column.type == .decimal {
      switch column.storage {
      case .int32(let buffer) where column.scale == 1:
        return FunnelValues(.hundredths32(buffer), validity: column.validity)
      case .int64(let buffer) where column.scale == 1:
        return FunnelValues(.hundredths64(buffer), validity: column.validity)
      default: break
      }
    } else if case .float(let buffer) = column.storage {
      return FunnelValues(.floats(buffer), validity: column.validity)
    }
    // Narrow or whole numbers, which are few: widened once a partition.
    let decoded = column.decode(0..<partition.rowCount)
    guard case .ints(let ints) = decoded.values else { return nil }
    if column.type == .decimal {
      return FunnelValues(.hundredths64(Buffer(ints)), validity: decoded.validity)
    }
    return FunnelValues(.floats(Buffer(ints.map(Double.init))), validity: decoded.validity)
  }

  private static func purchases(_ plan: FunnelPlan, _ partition: Partition) -> FunnelPurchases? {
    guard let code = plan.log.purchaseCode, let event = plan.log.roles[.event] else { return nil }
    let sessions = plan.log.roles[.session].flatMap { FunnelRowCodes(partition.columns[$0]) }
    let gap = Int64(plan.orderGapSeconds) * 1_000_000
    switch partition.columns[event].storage {
    case .codes8(let codes, _):
      return FunnelPurchases(
        rows: .code8(codes, UInt8(code)),
        sessions: sessions,
        gapMicroseconds: gap
      )
    case .codes16(let codes, _):
      return FunnelPurchases(
        rows: .code16(codes, UInt16(code)),
        sessions: sessions,
        gapMicroseconds: gap
      )
    case .codes32, .int8, .int16, .int32, .int64, .float, .bool, .perUser: return nil
    }
  }
}
