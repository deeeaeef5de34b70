extension FunnelClassScan {
  /// Adds the unit's own chains and those of each group of its starts, in O(*rows* × steps)
  /// however many groups there are.
  mutating func matchReach(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ groups: Span<Int32>,
    into block: inout FunnelChainBlock
  ) {
    groupStarts.begin(capacity: range.count)
    successions.removeAll()
    var exclusions: UInt32 = 0
    for row in range {
      let own = classes[Int(bytes[row])]
      if own.mask & 1 != 0 {
        let loud = successions.count
        _ = groupStarts.takeStart(row, of: groups[row], loud: loud, isListed: true)
      } else if own.mask != 0 {
        let step = own.mask.trailingZeroBitCount + 1
        successions.append(row, step: step, time: Int64(times[row]))
      }
      exclusions |= own.exclusions
    }
    guard groupStarts.count > 0, !leavesOut(exclusions) else { return }
    groupStarts.sort()
    successions.connect()
    takeReach(header, groupStarts.listed, 0..<groupStarts.listed.count, nil, times, into: &block)
    for group in 0..<groupStarts.count {
      let code = groupStarts.numbers.codes[group]
      takeReach(header, groupStarts.sorted, groupStarts.range(of: group), code, times, into: &block)
    }
  }

  /// Adds the chains of the starts in `range` of `starts`.
  @inline(__always)
  private mutating func takeReach(
    _ header: FunnelChainBlock.Header,
    _ starts: borrowing RefilledArray<FunnelGroupStarts.Start>,
    _ range: Range<Int>,
    _ group: Int32?,
    _ times: Span<some FixedWidthInteger>,
    into block: inout FunnelChainBlock
  ) {
    let range =
      specification.entry == .first ? range.lowerBound..<(range.lowerBound + 1) : range
    let firstStart = Int(starts[range.lowerBound].row)
    successions.begin()
    for index in range {
      let time = Int64(times[Int(starts[index].row)])
      let first = successions.firstBehind(Int(starts[index].loud), time)
      if successions.isEnd(first) { break }
      // A later start before the same rows is nearer to them.
      if index + 1 < range.upperBound {
        let later = starts[index + 1]
        if successions.firstBehind(Int(later.loud), Int64(times[Int(later.row)])) == first {
          continue
        }
      }
      successions.consider(time, first)
    }
    for window in windows {
      appendReach(header, window, starts, range, group, firstStart, times, into: &block)
    }
  }

  /// Adds the best chain of a window, walking back from its last row.
  @inline(__always)
  private func appendReach(
    _ header: FunnelChainBlock.Header,
    _ window: Int,
    _ starts: borrowing RefilledArray<FunnelGroupStarts.Start>,
    _ range: Range<Int>,
    _ group: Int32?,
    _ firstStart: Int,
    _ times: Span<some FixedWidthInteger>,
    into block: inout FunnelChainBlock
  ) {
    let depth = successions.depths[window]
    var header = header
    header.window = UInt16(truncatingIfNeeded: window)
    header.depth = UInt8(truncatingIfNeeded: depth)
    header.isTotal = group == nil
    header.groupRow = group == nil ? -1 : Int32(truncatingIfNeeded: firstStart)
    guard depth > 1 else {
      block.append(header, row: firstStart)
      return
    }
    let base = block.append(header)
    var loud: Int?
    for step in stride(from: depth, to: 1, by: -1) {
      let at = successions.loud(window, before: loud)
      block.set(base, step: step, row: successions.row(at))
      loud = at
    }
    // The last of the starts that the row of step 2 may follow.
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      let row = Int(starts[middle].row)
      if isBefore(row, Int64(times[row]), loud ?? 0) { low = middle + 1 } else { high = middle }
    }
    block.set(base, step: 1, row: Int(starts[max(low - 1, range.lowerBound)].row))
  }

  @inline(__always)
  private func isBefore(_ row: Int, _ time: Int64, _ loud: Int) -> Bool {
    switch specification.ties {
    case .allow: time <= successions.time(loud)
    case .deny: time < successions.time(loud)
    case .source: row < successions.row(loud)
    }
  }
}
