import BQLColumnar
import BQLStorage
import CPrefetch

/// Matches a funnel over the rows of an event log, morsel by morsel.
///
/// Morsels are independent: threads take them in any order, each into an accumulator of its own,
/// and the accumulators are combined in morsel order, so that the result has the same bits at any
/// thread count and any cut into morsels (sums of Double VALUEs may differ in the last bits
/// between cuts). A funnel with a ``FunnelSpecification/rankingPass`` runs twice:
///
/// ```swift
/// var ranking: FunnelGroupRanking?
/// if let pass = specification.rankingPass {
///   ranking = …FunnelAccumulator of FunnelKernel(pass) over all morsels….ranking(top: n)
///   // every input of the second pass: input.groups = input.groups?.mapped(by: ranking.map)
/// }
/// let result = …FunnelAccumulator of FunnelKernel(specification)….finish(ranking: ranking)
/// ```
package struct FunnelKernel: Sendable {
  package let specification: FunnelSpecification
  /// Whether to answer by the general scan alone; tests hold the fast scan to it.
  package var avoidsFastPath = false

  package init(_ specification: FunnelSpecification) {
    self.specification = specification
  }

  /// Adds the chains of a morsel to `accumulator`.
  package func update(_ accumulator: inout FunnelAccumulator, with input: FunnelInput) {
    scan(input, into: &accumulator)
  }

  /// Returns the chains of a morsel, for a caller that has to look at them before they are counted.
  func blocks(of input: FunnelInput) -> FunnelBlockList {
    var list = FunnelBlockList()
    scan(input, into: &list)
    return list
  }

  /// Returns the chains of a morsel: user by user, unit by unit, the unit's own chain of each
  /// window, then, under ATTRIBUTE EACH, those of each group in the order of its first step-1 row.
  package func chains(of input: FunnelInput) -> [FunnelChain] {
    var list = FunnelChainList()
    scan(input, into: &list)
    return list.chains
  }

  /// Whether the scan of the everyday funnel answers for `input`.
  package func takesFastPath(_ input: FunnelInput) -> Bool {
    !avoidsFastPath && FunnelStepBytes(specification, input) != nil
  }

  private func scan(_ input: FunnelInput, into sink: inout some FunnelChainSink) {
    let rows = input.morsel.rows
    precondition(
      input.filter.map { $0.count == rows.count } ?? true,
      "a filter has a byte for each row of its morsel"
    )
    if case .rows(let masks) = input.steps {
      precondition(masks.count == rows.count, "one mask for each row of a morsel")
    }
    input.userOffsets.withSpan { offsets in
      switch input.times {
      case .int32(let times, _):
        times.withSpan { scan($0.extracting(rows), offsets, input, into: &sink) }
      case .int64(let times, _):
        times.withSpan { scan($0.extracting(rows), offsets, input, into: &sink) }
      }
    }
  }

  private func scan(
    _ times: Span<some FixedWidthInteger>,
    _ offsets: Span<Int32>,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    guard !avoidsFastPath, let steps = FunnelStepBytes(specification, input) else {
      scanAny(times, offsets, input, into: &sink)
      return
    }
    let scan = SingleStepScan(specification, steps, timeScale: input.times.scale)
    if specification.windows.count == 1 {
      var state = OneWindowState(scan.limits)
      scanSteps(scan, steps, times, offsets, &state, input, into: &sink)
    } else {
      var state = WindowStates(scan.limits)
      scanSteps(scan, steps, times, offsets, &state, input, into: &sink)
    }
  }

  private func scanSteps(
    _ scan: SingleStepScan,
    _ steps: FunnelStepBytes,
    _ times: Span<some FixedWidthInteger>,
    _ offsets: Span<Int32>,
    _ state: inout some SingleStepState,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    steps.withBytes(input.morsel.rows) { bytes in
      let table = steps.stepOfByte.span
      if let units = input.units {
        units.withCodes(input.morsel.rows) { units in
          scanUnits(scan, table, bytes, times, offsets, units, &state, input, into: &sink)
        }
      } else {
        scanUsers(scan, table, bytes, times, offsets, &state, input, into: &sink)
      }
    }
  }

  private func scanUsers(
    _ scan: SingleStepScan,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ offsets: Span<Int32>,
    _ state: inout some SingleStepState,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    var block = FunnelChainBlock()
    let firstRow = input.morsel.rows.lowerBound
    for user in input.morsel.users {
      let rows = (Int(offsets[user]) - firstRow)..<(Int(offsets[user + 1]) - firstRow)
      Self.prefetch(times, offsets, user + Self.prefetchDistance, firstRow)
      scan.scan(Self.header(user, unit: -1), rows, steps, bytes, times, &state, into: &block)
      if block.isFull { flush(&block, times, input, into: &sink) }
    }
    flush(&block, times, input, into: &sink)
  }

  private func scanUnits(
    _ scan: SingleStepScan,
    _ steps: Span<UInt8>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ offsets: Span<Int32>,
    _ units: Span<Int32>,
    _ state: inout some SingleStepState,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    var block = FunnelChainBlock()
    var runs = FunnelUnitRuns()
    var leftOut = FunnelLeftOut()
    let isStart = (0..<256).map { steps[$0] == 1 }
    let none: [Int32] = []
    let firstRow = input.morsel.rows.lowerBound
    for user in input.morsel.users {
      let rows = (Int(offsets[user]) - firstRow)..<(Int(offsets[user + 1]) - firstRow)
      if runs.read(rows, units) {
        for unit in 0..<runs.count {
          let header = Self.header(user, unit: runs.codes[unit])
          let range = runs.bounds[unit]..<runs.bounds[unit + 1]
          scan.scan(header, range, steps, bytes, times, &state, into: &block)
        }
      } else {
        leftOut.unitlessRowCount += Self.unitlessCount(rows, units, input.filter)
        let (count, rowCount) = (block.count, block.rows.count)
        runs.bringTogether(
          rows,
          units,
          isStart: isStart.span,
          bytes,
          times,
          none.span,
          none.span
        )
        let (bytes, times) = (runs.bytes, runs.times)
        for unit in 0..<runs.count {
          let header = Self.header(user, unit: runs.codes[unit])
          let range = runs.bounds[unit]..<runs.bounds[unit + 1]
          scan.scan(header, range, steps, bytes.span, times.span, &state, into: &block)
        }
        block.mapRows(behind: count, rowCount, by: runs.order.span)
      }
      if block.isFull { flush(&block, times, input, into: &sink) }
    }
    flush(&block, times, input, into: &sink)
    sink.leaveOut(leftOut)
  }

  /// Counts the rows that pass the filter and are NULL in a column that makes units.
  private static func unitlessCount(
    _ rows: Range<Int>,
    _ units: Span<Int32>,
    _ filter: [UInt8]?
  ) -> Int {
    var count = 0
    for row in rows where units[row] < 0 {
      if let filter, filter[row] == 0 { continue }
      count += 1
    }
    return count
  }

  /// The users ahead whose times are asked for.
  private static let prefetchDistance = 12

  /// Brings the times of a user's first rows near; of users past the morsel's end none.
  @inline(__always)
  private static func prefetch<Time: FixedWidthInteger>(
    _ times: Span<Time>,
    _ offsets: Span<Int32>,
    _ user: Int,
    _ firstRow: Int
  ) {
    guard user < offsets.count else { return }
    let row = Int(offsets[user]) - firstRow
    guard row < times.count else { return }
    unsafe times.withUnsafeBufferPointer { times in
      // An address to hint at, never read here.
      guard let start = times.baseAddress else { return }
      unsafe bql_prefetch(start + row)
    }
  }

  @inline(__always)
  static func header(_ user: Int, unit: Int32) -> FunnelChainBlock.Header {
    FunnelChainBlock.Header(
      user: Int32(truncatingIfNeeded: user),
      unit: unit,
      groupRow: -1,
      window: 0,
      depth: 1,
      isTotal: true
    )
  }

  func flush(
    _ block: inout FunnelChainBlock,
    _ times: Span<some FixedWidthInteger>,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    guard block.count > 0 else { return }
    if specification.isMatureOnly, specification.logEnd != nil {
      var leftOut = FunnelLeftOut()
      leftOut.lateChainCount = block.removeStarts(
        after: specification.lateStarts(timeScale: input.times.scale),
        times,
        inAnyOrder: specification.mode == .any
      )
      sink.leaveOut(leftOut)
    }
    sink.take(block, of: input)
    block.removeAll()
  }
}
