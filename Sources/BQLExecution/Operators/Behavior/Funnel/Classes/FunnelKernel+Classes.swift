import BQLStorage

extension FunnelKernel {
  /// Answers a funnel that the fast scan does not: by the classes of its rows, or, where they are
  /// too many, by the general scan.
  func scanAny(
    _ times: Span<some FixedWidthInteger>,
    _ offsets: Span<Int32>,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    if avoidsFastPath || specification.toleranceMicroseconds > 0 {
      scanGeneral(times, offsets, input, into: &sink)
      return
    }
    let rows = input.morsel.rows
    let attribution = specification.attribution
    let isGroupedByRow = attribution == .each || attribution == .held
    Self.lend(input.units, rows) { units in
      Self.lend(specification.isHolding ? input.held : nil, rows) { held in
        Self.lend(isGroupedByRow ? input.groups : nil, rows) { groups in
          if let classes = FunnelRowClasses(specification, input, units: units, held: held) {
            classes.withBytes(rows) { bytes in
              let scan = FunnelClassScan(specification, input, classes)
              scanClasses(scan, bytes, times, offsets, units, held, groups, input, into: &sink)
            }
          } else {
            scanGeneral(times, offsets, input, into: &sink)
          }
        }
      }
    }
  }

  /// Lends the codes of a morsel's rows; none where there are no codes.
  private static func lend(_ codes: RowCodes?, _ rows: Range<Int>, _ body: (Span<Int32>) -> Void) {
    guard let codes else {
      body([Int32]().span)
      return
    }
    codes.withCodes(rows, body)
  }

  private func scanGeneral(
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

  private func scanClasses(
    _ scan: consuming FunnelClassScan,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ offsets: Span<Int32>,
    _ units: Span<Int32>,
    _ held: Span<Int32>,
    _ groups: Span<Int32>,
    _ input: FunnelInput,
    into sink: inout some FunnelChainSink
  ) {
    var scan = scan
    var block = FunnelChainBlock()
    var runs = FunnelUnitRuns()
    let isStart = scan.startBytes
    let firstRow = input.morsel.rows.lowerBound
    for user in input.morsel.users {
      let rows = (Int(offsets[user]) - firstRow)..<(Int(offsets[user + 1]) - firstRow)
      if units.isEmpty {
        scan.scan(Self.header(user, unit: -1), rows, bytes, times, held, groups, into: &block)
      } else if runs.read(rows, units) {
        for unit in 0..<runs.count {
          let header = Self.header(user, unit: runs.codes[unit])
          let range = runs.bounds[unit]..<runs.bounds[unit + 1]
          scan.scan(header, range, bytes, times, held, groups, into: &block)
        }
      } else {
        runs.bringTogether(rows, units, isStart: isStart.span, bytes, times, held, groups)
        Self.scan(user, runs, &scan, hasHeld: !held.isEmpty, hasGroups: !groups.isEmpty, &block)
      }
      if block.isFull { flush(&block, times, input, into: &sink) }
    }
    flush(&block, times, input, into: &sink)
    sink.leaveOut(scan.leftOut)
  }

  /// Scans the units of a user whose rows were brought together.
  private static func scan(
    _ user: Int,
    _ runs: borrowing FunnelUnitRuns,
    _ scan: inout FunnelClassScan,
    hasHeld: Bool,
    hasGroups: Bool,
    _ block: inout FunnelChainBlock
  ) {
    let (count, rowCount) = (block.count, block.rows.count)
    let (bytes, times) = (runs.bytes, runs.times)
    let (held, groups) = (hasHeld ? runs.held : [], hasGroups ? runs.groups : [])
    for unit in 0..<runs.count {
      scan.scan(
        header(user, unit: runs.codes[unit]),
        runs.bounds[unit]..<runs.bounds[unit + 1],
        bytes.span,
        times.span,
        held.span,
        groups.span,
        into: &block
      )
    }
    block.mapRows(behind: count, rowCount, by: runs.order.span)
  }
}
