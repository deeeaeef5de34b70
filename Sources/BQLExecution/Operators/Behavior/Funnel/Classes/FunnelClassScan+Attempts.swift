extension FunnelClassScan {
  /// Adds the chain of each attempt of a unit: starts follow each other, each where no attempt is
  /// open.
  ///
  /// Of the quiet rows only the attempt's start matters, so the loud ones stand in ``unit``'s rows,
  /// once a window, and each start takes the place of the row before those behind it, which no
  /// attempt needs any more. O(*n* log *n*) whatever the windows.
  mutating func matchAttempts(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ firstLoud: Int,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    into block: inout FunnelChainBlock
  ) {
    for window in windows {
      let exclusions = gatherLoud(range, firstLoud, bytes, times)
      guard exclusions & specification.unitExclusions == 0 else {
        let hasStart = range.contains { classes[Int(bytes[$0])].mask & 1 != 0 }
        if hasStart { _ = leavesOut(exclusions) }
        return
      }
      var attempts = Attempts(window: window, next: range.lowerBound)
      while matchAttempt(header, range, bytes, times, &attempts, into: &block) {}
    }
  }

  /// Where the attempts of a window have come to.
  private struct Attempts {
    let window: Int
    /// The first row that belongs to no attempt yet.
    var next: Int
    /// The first of the unit's rows behind it.
    var loud = 1
  }

  /// Makes the loud rows the unit's, behind one free place, and returns their exclusions.
  private mutating func gatherLoud(
    _ range: Range<Int>,
    _ firstLoud: Int,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>
  ) -> UInt32 {
    unit.rows.removeAll(reserving: range.count + 1)
    unit.rows.append(FunnelUnitRows.Row())
    var exclusions: UInt32 = 0
    var row = firstLoud
    while row < range.upperBound {
      if kinds[Int(bytes[row])] != FunnelRowClasses.Kind.blank.rawValue {
        let own = classes[Int(bytes[row])]
        exclusions |= own.exclusions
        append(row, own, Int64(times[row]))
      }
      row = bytes.firstOther(than: quiet, in: (row + 1)..<range.upperBound)
    }
    return exclusions
  }

  /// Adds the chain of the next attempt; false where there is none.
  private mutating func matchAttempt(
    _ header: FunnelChainBlock.Header,
    _ range: Range<Int>,
    _ bytes: Span<UInt8>,
    _ times: Span<some FixedWidthInteger>,
    _ attempts: inout Attempts,
    into block: inout FunnelChainBlock
  ) -> Bool {
    var start = attempts.next
    while start < range.upperBound, classes[Int(bytes[start])].mask & 1 == 0 { start += 1 }
    guard start < range.upperBound else { return false }
    let time = Int64(times[start])
    let lastTime = unit.search.lastTime(of: attempts.window, from: time)
    let end = Self.firstRow(after: lastTime, in: start..<range.upperBound, times)
    let count = unit.rows.count
    while attempts.loud < count, Int(unit.rows[attempts.loud].row) < start { attempts.loud += 1 }
    // Rows of the start's instant may stand before it.
    var lower = attempts.loud
    while lower > 1, unit.rows[lower - 1].time == time,
      Int(unit.rows[lower - 1].row) >= attempts.next
    {
      lower -= 1
    }
    let upper = unit.rows.firstIndex(after: lastTime, in: attempts.loud..<count)
    guard lower < upper else {
      appendEntry(header, start, attempts.window, group: nil, into: &block)
      attempts.next = specification.stepCount == 1 ? start + 1 : end
      return true
    }
    var first = attempts.loud
    if first == count || Int(unit.rows[first].row) != start {
      for index in lower..<first { unit.rows.replace(index - 1, by: unit.rows[index]) }
      first -= 1
      lower -= 1
      unit.rows.replace(first, by: startRow(start, classes[Int(bytes[start])], time))
    }
    unit.search.begin()
    let stop = unit.search.matchAttempt(unit.rows, lower..<upper, start: first, attempts.window)
    let row = Int32(truncatingIfNeeded: start)
    unit.append(header, attempts.window, row, group: nil, into: &block)
    if unit.search.depth(attempts.window) == specification.stepCount {
      let last = unit.search.row(attempts.window, step: specification.stepCount)
      attempts.next = Int(unit.rows[last].row) + 1
    } else if stop >= upper {
      attempts.next = end
    } else {
      // A row that ends the attempt, or one of its instant, may start the next.
      attempts.next = Int(unit.rows[stop].row)
      while attempts.next > start + 1,
        times[attempts.next - 1] == times[attempts.next]
      {
        attempts.next -= 1
      }
    }
    return true
  }

  private func startRow(_ row: Int, _ own: FunnelRowClass, _ time: Int64) -> FunnelUnitRows.Row {
    FunnelUnitRows.Row(
      time: time,
      row: Int32(truncatingIfNeeded: row),
      mask: own.mask,
      names: own.names,
      exclusions: own.exclusions
    )
  }

  /// Returns the first row of `rows` that is later than `time`; fast where it is near.
  private static func firstRow(
    after time: Int64,
    in rows: Range<Int>,
    _ times: Span<some FixedWidthInteger>
  ) -> Int {
    var low = rows.lowerBound
    var step = 1
    while low + step <= rows.upperBound, Int64(times[low + step - 1]) <= time {
      low += step
      step *= 2
    }
    var high = min(low + step, rows.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if Int64(times[middle]) <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
