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

  private func scanAny(
    _ times: Span<some FixedWidthInteger>,
    _ offsets: Span<Int32>,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    var scan = FunnelScan(specification, input)
    var block = FunnelChainBlock()
    let firstRow = input.morsel.rows.lowerBound
    for user in input.morsel.users {
      let rows = (Int(offsets[user]) - firstRow)..<(Int(offsets[user + 1]) - firstRow)
      scan.scan(user, rows, times, into: &block)
      if block.isFull { flush(&block, times, input, into: &sink) }
    }
    flush(&block, times, input, into: &sink)
    sink.leaveOut(scan.leftOut)
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

  /// Takes each run of rows with one unit code as the unit, for the users whose units are runs,
  /// as visits mostly are; the general scan takes the others.
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
    var general: FunnelScan?
    var block = FunnelChainBlock()
    var runs = UnitRuns()
    let firstRow = input.morsel.rows.lowerBound
    for user in input.morsel.users {
      let rows = (Int(offsets[user]) - firstRow)..<(Int(offsets[user + 1]) - firstRow)
      let (count, rowCount) = (block.count, block.rows.count)
      runs.removeAll()
      var start = rows.lowerBound
      while start < rows.upperBound {
        let unit = units[start]
        guard runs.insert(unit) else { break }
        var end = start + 1
        while end < rows.upperBound, units[end] == unit { end += 1 }
        scan.scan(
          Self.header(user, unit: unit),
          start..<end,
          steps,
          bytes,
          times,
          &state,
          into: &block
        )
        start = end
      }
      if start < rows.upperBound {
        block.truncate(to: count, rowCount: rowCount)
        var any = general.take() ?? FunnelScan(specification, input)
        any.scan(user, rows, times, into: &block)
        general = any
      }
      if block.isFull { flush(&block, times, input, into: &sink) }
    }
    flush(&block, times, input, into: &sink)
    if let general { sink.leaveOut(general.leftOut) }
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
  private static func header(_ user: Int, unit: Int32) -> FunnelChainBlock.Header {
    FunnelChainBlock.Header(
      user: Int32(truncatingIfNeeded: user),
      unit: unit,
      groupRow: -1,
      window: 0,
      depth: 1,
      isTotal: true
    )
  }

  private func flush(
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

/// Says whether the runs of a user's unit codes are whole units: no code comes a second time.
private struct UnitRuns {
  /// A user with more runs, and codes that do not rise, is left to the general scan.
  private static let maximumCount = 16
  private var largest: Int32 = -1
  private var codes: [Int32] = []
  private var areRising = true

  mutating func removeAll() {
    largest = -1
    areRising = true
    codes.removeAll(keepingCapacity: true)
  }

  /// Takes the code of the next run; false where it is NULL (−1), was met, or may have been.
  @inline(__always)
  mutating func insert(_ code: Int32) -> Bool {
    guard code >= 0 else { return false }
    if code > largest {
      largest = code
    } else {
      areRising = false
    }
    if codes.count < Self.maximumCount {
      if !areRising, codes.contains(code) { return false }
      codes.append(code)
      return true
    }
    return areRising
  }
}
