extension FunnelClassScan {
  /// Adds the chains of a unit of quiet rows alone: its own and those of each group of starts.
  mutating func matchQuietGroups(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ groups: Span<Int32>,
    into block: inout FunnelChainBlock
  ) {
    guard !range.isEmpty else { return }
    groupStarts.begin(capacity: range.count)
    appendEntry(header, range.lowerBound, group: nil, into: &block)
    for row in range
    where groupStarts.takeStart(row, of: groups[row], loud: 0, isListed: false) {
      appendEntry(header, row, group: groups[row], into: &block)
    }
  }

  /// Adds the unit's own chains and those of each group of its starts.
  ///
  /// A group's chains are found by its own starts and by those loud rows that lie near enough to
  /// them: a group without such rows reaches step 1.
  mutating func matchGroups(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ firstLoud: Int,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ groups: Span<Int32>,
    into block: inout FunnelChainBlock
  ) {
    guard matchPlain(header, range, firstLoud, bytes, times, into: &block) else { return }
    groupStarts.begin(capacity: range.count)
    loudRows.removeAll()
    for row in range {
      let kind = kinds[Int(bytes[row])]
      if kind == FunnelRowClasses.Kind.blank.rawValue { continue }
      let isQuiet = bytes[row] == quiet
      if !isQuiet { loudRows.append(Int32(truncatingIfNeeded: row)) }
      if classes[Int(bytes[row])].mask & 1 != 0 {
        _ = groupStarts.takeStart(row, of: groups[row], loud: 0, isListed: isQuiet)
      }
    }
    groupStarts.sort()
    var near = 0
    for group in 0..<groupStarts.count {
      let code = groupStarts.numbers.codes[group]
      let hasLoud = gatherGroup(group, &near, bytes, times, groups)
      let first = Int(groupStarts.first[group])
      if hasLoud {
        unit.search.begin()
        unit.search.match(unit.rows, 0..<unit.rows.count, group: code)
        appendFound(header, first, group: code, into: &block)
      } else {
        appendEntry(header, first, group: code, into: &block)
      }
    }
  }

  /// Collects the starts of a group and the loud rows near them, in their order; false where there
  /// are none of these.
  ///
  /// `near` is the first loud row that the groups before this one left.
  private mutating func gatherGroup(
    _ group: Int,
    _ near: inout Int,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ groups: Span<Int32>
  ) -> Bool {
    let isAny = specification.mode == .any
    let longest = unit.search.longestWindow
    let firstTime = Int64(times[Int(groupStarts.first[group])])
    let lastTime = Int64(times[Int(groupStarts.last[group])])
    // Rows before the first start count only where steps come in any order.
    while near < loudRows.count {
      let time = Int64(times[Int(loudRows[near])])
      guard time < firstTime else { break }
      if isAny, UInt64(bitPattern: firstTime &- time) <= longest { break }
      near += 1
    }
    let starts = groupStarts.range(of: group)
    unit.rows.removeAll(reserving: starts.count + loudRows.count - near)
    var start = starts.lowerBound
    var loud = near
    while loud < loudRows.count {
      let row = Int(loudRows[loud])
      let time = Int64(times[row])
      if time > lastTime, UInt64(bitPattern: time &- lastTime) > longest { break }
      while start < starts.upperBound, Int(groupStarts.sorted[start].row) < row {
        appendStart(Int(groupStarts.sorted[start].row), times, groups)
        start += 1
      }
      append(row, classes[Int(bytes[row])], time, group: groups[row])
      loud += 1
    }
    guard loud > near else { return false }
    while start < starts.upperBound {
      appendStart(Int(groupStarts.sorted[start].row), times, groups)
      start += 1
    }
    return true
  }

  @inline(__always)
  private mutating func appendStart(
    _ row: Int,
    _ times: Span<some FixedWidthInteger>,
    _ groups: Span<Int32>
  ) {
    append(row, classes[Int(quiet)], Int64(times[row]), group: groups[row])
  }
}
