extension FunnelClassScan {
  /// Adds the chains of a unit whose chains must hold one value.
  ///
  /// Only values of a later step's rows can take a chain past step 1, which any start reaches, the
  /// first one before all others. So a pass over the loud rows finds those values, another over
  /// all rows collects theirs.
  mutating func matchHolding(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ firstLoud: Int,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ held: Span<Int32>,
    into block: inout FunnelChainBlock
  ) {
    values.begin(capacity: range.count)
    var exclusions: UInt32 = 0
    var firstStart = firstLoud > range.lowerBound ? range.lowerBound : -1
    var row = firstLoud
    while row < range.upperBound {
      let own = classes[Int(bytes[row])]
      if own.names & ~1 != 0 { values.seek(held[row]) }
      exclusions |= own.exclusions
      if firstStart < 0, own.mask & 1 != 0 { firstStart = row }
      let next = bytes.firstOther(than: quiet, in: (row + 1)..<range.upperBound)
      if firstStart < 0, next > row + 1 { firstStart = row + 1 }
      row = next
    }
    guard firstStart >= 0, !leavesOut(exclusions) else { return }
    unit.search.begin()
    if values.valueCount > 0 {
      let matters = matters
      values.collect(range, held, bytes, matters.span)
      matchValues(bytes, times)
    }
    for window in windows {
      if unit.search.depth(window) > 1 {
        let first = Int32(truncatingIfNeeded: firstStart)
        unit.append(header, window, first, group: nil, into: &block)
      } else {
        appendEntry(header, firstStart, window, group: nil, into: &block)
      }
    }
  }

  /// Searches the rows of each value that holds a start and a later step.
  @inline(__always)
  private mutating func matchValues(
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>
  ) {
    unit.rows.removeAll(reserving: values.count)
    for value in 0..<values.valueCount {
      let range = values.bounds[value]..<values.bounds[value + 1]
      var steps: UInt32 = 0
      for index in range { steps |= classes[Int(bytes[Int(values.sorted[index])])].mask }
      // No step lies deeper than the last of them.
      guard steps & 1 != 0, steps & ~1 != 0,
        32 - steps.leadingZeroBitCount >= unit.search.leastDepth
      else { continue }
      let first = unit.rows.count
      for index in range {
        let row = Int(values.sorted[index])
        append(row, classes[Int(bytes[row])], Int64(times[row]))
      }
      unit.search.match(unit.rows, first..<unit.rows.count, group: nil)
    }
  }
}
