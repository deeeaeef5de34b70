import BQLColumnar
import BQLPlanning
import BQLStorage

/// Finds the sessions of a log's rows, morsel by morsel.
struct SessionReader: Sendable {
  let rows: LogRows

  private var behavior: BehaviorPlan { rows.behavior }

  /// Returns the sessions of a morsel's rows that WHERE and the period keep.
  func sessions(_ morsel: Morsel) throws(ExecutionError) -> SessionRows {
    let kept = try keptBytes(morsel)
    let partition = behavior.log.partitions[morsel.partition]
    let offsets = partition.userOffsets(of: morsel)
    let times = rows[morsel.partition].times
    switch behavior.unit {
    case .visit(let gap, let longest):
      let cut = VisitCut(gap: gap, longest: longest, scale: times.scale)
      return cut.sessions(times, morsel.rows, offsets, keeping: kept)
    case .session(let column):
      return rows.codes([column], morsel).withCodes(morsel.rows) { codes in
        SessionIds.sessions(codes, offsets, keeping: kept)
      }
    case .user, .columns: throw .internal("sessions of another unit")
    }
  }

  /// Returns how many sessions ``sessions(_:)`` would find.
  func count(_ morsel: Morsel) throws(ExecutionError) -> Int {
    guard case .visit(let gap, let longest) = behavior.unit else {
      return try sessions(morsel).count
    }
    let times = rows[morsel.partition].times
    return VisitCut(gap: gap, longest: longest, scale: times.scale).count(
      times,
      morsel.rows,
      behavior.log.partitions[morsel.partition].userOffsets(of: morsel),
      keeping: try keptBytes(morsel)
    )
  }

  /// Counts the rows that WHERE and the period keep and that have no session.
  func leftOutRowCount(
    _ morsels: [Morsel],
    _ context: ExecutionContext
  ) throws(ExecutionError) -> Int {
    guard case .session(let column) = behavior.unit else { return 0 }
    let isComplete = behavior.log.partitions.allSatisfy { $0.columns[column].validity == nil }
    guard !isComplete else { return 0 }
    return try ParallelWork.map(
      count: morsels.count,
      threads: context.threads
    ) { (index: Int) throws(ExecutionError) in
      try context.checkCancelled()
      let morsel = morsels[index]
      let stored = behavior.log.partitions[morsel.partition].columns[column]
      guard let validity = stored.validity else { return 0 }
      let kept = try keptBytes(morsel)
      var count = 0
      for (position, row) in morsel.rows.enumerated() where !validity[row] {
        count += kept.map { Int($0[position]) } ?? 1
      }
      return count
    }.reduce(0, +)
  }

  /// Returns one byte a row, 0 where WHERE or the period leaves it out, else 1; nil where all are
  /// kept.
  private func keptBytes(_ morsel: Morsel) throws(ExecutionError) -> [UInt8]? {
    let filter = try rows.filterBytes(morsel)
    let times = rows[morsel.partition].times
    let period = StoredPeriod(
      since: behavior.since,
      until: behavior.until,
      scale: times.scale
    )
    guard period.isBounded else { return filter }
    var kept = filter ?? [UInt8](repeating: 1, count: morsel.rows.count)
    switch times {
    case .int32(let buffer, _):
      buffer.withSpan { Self.clip(&kept, $0.extracting(morsel.rows), period) }
    case .int64(let buffer, _):
      buffer.withSpan { Self.clip(&kept, $0.extracting(morsel.rows), period) }
    }
    return kept
  }

  private static func clip(
    _ kept: inout [UInt8],
    _ times: Span<some FixedWidthInteger>,
    _ period: StoredPeriod
  ) {
    for row in kept.indices where !period.contains(Int64(times[row])) { kept[row] = 0 }
  }
}
