import BQLColumnar
import BQLPlanning
import BQLStorage

/// Measures waits from the frequent event to rare ones, by the lists of a log's rare rows: most rows
/// are not looked at.
///
/// The wait of a user with a frequent row begins with the first of them and ends with the first end
/// in its instant or later, as that of ``TimingScan``.
struct TimingRareAnswer {
  private let index: RareRowIndex
  /// One entry an event: whether it ends a wait.
  private let isEnd: [Bool]
  /// In microseconds.
  private let logEnd: Int64
  private let lease: MemoryLease

  /// Finds, or has built, the lists; nil where the question needs more than they tell.
  init?(_ plan: TimingPlan, _ context: ExecutionContext) throws(ExecutionError) {
    switch plan.subject {
    case .summary, .curve, .test: break
    case .delayBands, .landmark: return nil
    }
    let behavior = plan.behavior
    guard case .user = behavior.unit, behavior.filter == nil, behavior.dimensions.isEmpty,
      behavior.since == nil, behavior.until == nil, plan.holding.isEmpty, !plan.countsOrders,
      let frequent = RareRowIndex.frequentEvent(of: behavior.log),
      let starts = plan.start.plainCodes, starts == [Int(frequent)],
      let ends = plan.end.plainCodes, !ends.contains(Int(frequent)),
      let index = try RareRowIndex.of(behavior, frequent, context)
    else { return nil }
    lease = context.lease("timing")
    do throws(ExecutionError) {
      try lease.grow(by: index.byteCount)
    } catch {
      return nil
    }
    self.index = index
    isEnd = (0...Int(UInt8.max)).map { ends.contains($0) }
    logEnd = behavior.log.timeRange?.upperBound ?? 0
  }

  /// Returns the waits of all users, in no group.
  func units(_ context: ExecutionContext) throws(ExecutionError) -> TimingUnits {
    let parts = try ParallelWork.map(
      count: index.blocks.count,
      threads: context.threads
    ) { (position: Int) throws(ExecutionError) -> TimingUnits in
      try context.checkCancelled()
      let block = index.blocks[position]
      return switch block.times {
      case .int32(let times): waits(block, times)
      case .int64(let times): waits(block, times)
      }
    }
    var all = TimingUnits()
    all.reserve(parts.reduce(0) { $0 + $1.count })
    for part in parts { all.combine(part) }
    return all
  }

  private func waits<Time: FixedWidthInteger>(
    _ block: RareRowBlock,
    _ times: RareNumbers<Time>
  ) -> TimingUnits {
    // Where no end is found, the wait goes on to the log's end.
    var ends = [Int64](repeating: logEnd, count: times.starts.count)
    var found = TimingUnits()
    found.converted = [Bool](repeating: false, count: times.starts.count)
    Self.findEnds(
      block.lists.units.span,
      block.lists.codes.span,
      times.rows.span,
      times.starts.span,
      isEnd.span,
      scale: block.timeScale,
      &ends,
      &found.converted
    )
    let starts = times.starts.span
    let scale = block.timeScale
    found.times = [Int64](capacity: starts.count) { (output: inout OutputSpan<Int64>) in
      for start in starts.indices {
        output.append(max(0, ends[start] &- Int64(starts[start]) &* scale))
      }
    }
    return found
  }

  private static func findEnds<Time: FixedWidthInteger>(
    _ units: Span<RareRows.Unit>,
    _ codes: Span<UInt8>,
    _ times: Span<Time>,
    _ starts: Span<Time>,
    _ isEnd: Span<Bool>,
    scale: Int64,
    _ ends: inout [Int64],
    _ converted: inout [Bool]
  ) {
    var ends = ends.mutableSpan
    var converted = converted.mutableSpan
    var row = 0
    for index in units.indices {
      let unit = units[index]
      let end = Int(unit.end)
      defer { row = end }
      guard unit.start >= 0 else { continue }
      let start = starts[Int(unit.start)]
      while row < end {
        if isEnd[Int(codes[row])], times[row] >= start {
          ends[Int(unit.start)] = Int64(times[row]) &* scale
          converted[Int(unit.start)] = true
          break
        }
        row += 1
      }
    }
  }
}

extension EventSelection {
  /// The codes of the events, where these alone decide; nil where conditions or ANY do.
  fileprivate var plainCodes: [Int]? {
    guard !isAny, alternatives.allSatisfy({ $0.condition == nil }) else { return nil }
    return alternatives.compactMap(\.eventCode)
  }
}
