extension FunnelClassScan {
  /// Adds the chains of a unit whose chains must hold one value.
  ///
  /// Only values of a later step's rows can take a chain past step 1, which any start reaches, the
  /// first one before all others. And the first row of the deepest step mostly ends a chain: then
  /// no other value need be looked at.
  mutating func matchHolding(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ firstLoud: Int,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ held: Span<Int32>,
    into block: inout FunnelChainBlock
  ) {
    loudRows.removeAll()
    var exclusions: UInt32 = 0
    var steps: UInt32 = 0
    var firstStart = firstLoud > range.lowerBound ? range.lowerBound : -1
    var row = firstLoud
    while row < range.upperBound {
      let own = classes[Int(bytes[row])]
      if matters[Int(bytes[row])] != 0 { loudRows.append(Int32(truncatingIfNeeded: row)) }
      steps |= own.mask
      exclusions |= own.exclusions
      if firstStart < 0, own.mask & 1 != 0 { firstStart = row }
      let next = bytes.firstOther(than: quiet, in: (row + 1)..<range.upperBound)
      if firstStart < 0, next > row + 1 { firstStart = row + 1 }
      row = next
    }
    guard firstStart >= 0, !leavesOut(exclusions) else { return }
    guard steps & ~1 != 0 else {
      appendEntry(header, firstStart, group: nil, into: &block)
      return
    }
    if !matchDeepest(32 - steps.leadingZeroBitCount, range, bytes, times, held) {
      matchAllValues(range, bytes, times, held)
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

  /// The rows of the deepest step that are tried before all values are looked at.
  private static let tryCount = 4

  /// Searches the chains that end with the first rows of step `depth`, the deepest of the unit's;
  /// false where they do not reach it in every window.
  ///
  /// Of the starts only those can matter here that are the last before a loud row of their value,
  /// or tied with it.
  private mutating func matchDeepest(
    _ depth: Int,
    _ range: Range<Int>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ held: Span<Int32>
  ) -> Bool {
    // Rows of one step and instant all end a chain or none does.
    guard specification.mode == .loose, specification.entry == .any,
      specification.ties == .allow, unit.search.isSingleStep
    else { return false }
    unit.rows.removeAll(reserving: Self.tryCount * range.count)
    unit.search.begin()
    var tryCount = 0
    for index in loudRows.indices {
      let row = Int(loudRows[index])
      guard classes[Int(bytes[row])].mask >> UInt32(depth - 1) != 0 else { continue }
      guard tryCount < Self.tryCount else { return false }
      tryCount += 1
      let first = unit.rows.count
      gatherNear(row, range, bytes, times, held)
      unit.search.match(unit.rows, first..<unit.rows.count, group: nil)
      if unit.search.reaches(depth) { return true }
    }
    return false
  }

  /// Collects the loud rows with the value of the loud row `end` up to it and its instant, each
  /// behind the last start with the value.
  private mutating func gatherNear(
    _ end: Int,
    _ range: Range<Int>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ held: Span<Int32>
  ) {
    let value = held[end]
    let endTime = times[end]
    let longest = unit.search.longestWindow
    let quietClass = classes[Int(quiet)]
    var taken = range.lowerBound - 1
    for index in loudRows.indices {
      let loud = Int(loudRows[index])
      let time = times[loud]
      guard time <= endTime else { break }
      guard held[loud] == value else { continue }
      // The start is mostly a view right before, so rows are looked at one by one.
      var row = loud - 1
      while row > taken {
        if held[row] == value, bytes[row] == quiet {
          append(row, quietClass, Int64(times[row]))
          break
        }
        row -= 1
        if (loud - row) & 31 == 0, row > taken {
          let elapsed = UInt64(bitPattern: Int64(time) &- Int64(times[row]))
          if elapsed > longest { break }
        }
      }
      append(loud, classes[Int(bytes[loud])], Int64(time))
      taken = loud
      // Rows of its instant behind it, up to the next loud one of the value.
      row = loud + 1
      while row < range.upperBound, times[row] == time {
        if held[row] == value {
          if bytes[row] == quiet {
            append(row, quietClass, Int64(time))
            taken = row
          } else if matters[Int(bytes[row])] != 0 {
            break
          }
        }
        row += 1
      }
    }
  }

  /// Searches the chains of every value.
  private mutating func matchAllValues(
    _ range: Range<Int>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ held: Span<Int32>
  ) {
    unit.search.begin()
    values.begin(capacity: range.count)
    for index in loudRows.indices {
      let row = Int(loudRows[index])
      if classes[Int(bytes[row])].names & ~1 != 0 { values.seek(held[row]) }
    }
    let matters = matters
    values.collect(range, held, bytes, matters.span)
    matchValues(bytes, times)
  }

  /// Searches the rows of each value that holds a start and a later step, those of the deepest
  /// step before the others: these are mostly beaten then.
  @inline(__always)
  private mutating func matchValues(
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>
  ) {
    unit.rows.removeAll(reserving: values.count)
    stepsOfValues.removeAll()
    var deepest = 0
    for value in 0..<values.valueCount {
      var steps: UInt32 = 0
      for index in values.bounds[value]..<values.bounds[value + 1] {
        steps |= classes[Int(bytes[Int(values.sorted[index])])].mask
      }
      if steps & 1 == 0 { steps = 0 }
      stepsOfValues.append(steps)
      deepest = max(deepest, 32 - steps.leadingZeroBitCount)
    }
    guard deepest > 1 else { return }
    for value in 0..<values.valueCount
    where 32 - stepsOfValues[value].leadingZeroBitCount == deepest {
      matchValue(value, deepest, bytes, times)
    }
    for value in 0..<values.valueCount {
      let depth = 32 - stepsOfValues[value].leadingZeroBitCount
      if depth > 1, depth < deepest { matchValue(value, depth, bytes, times) }
    }
  }

  /// Searches the rows of a value, the deepest of which is of step `depth`.
  @inline(__always)
  private mutating func matchValue(
    _ value: Int,
    _ depth: Int,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>
  ) {
    let range = values.bounds[value]..<values.bounds[value + 1]
    var index = range.lowerBound
    while classes[Int(bytes[Int(values.sorted[index])])].mask >> UInt32(depth - 1) == 0 {
      index += 1
    }
    if unit.search.surpasses(depth, endingAt: values.sorted[index], unit.rows) { return }
    let first = unit.rows.count
    for index in range {
      let row = Int(values.sorted[index])
      append(row, classes[Int(bytes[row])], Int64(times[row]))
    }
    unit.search.match(unit.rows, first..<unit.rows.count, group: nil)
  }
}
