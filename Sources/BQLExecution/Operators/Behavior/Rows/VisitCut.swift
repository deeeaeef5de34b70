import BQLColumnar
import BQLStorage

/// Cuts users' rows into visits: one ends where time passes without a row.
///
/// A row that is exactly as far behind the one before it as the gap stays in the visit, and so
/// does one exactly as far behind the first as a visit may last.
struct VisitCut: Sendable {
  /// In stored units of time.
  private let gap: UInt64
  /// nil: a visit may last as long as it will.
  private let longest: UInt64?

  /// Makes a cut of times of which `scale` microseconds are a stored unit.
  ///
  /// `gap` and `longest` are in microseconds.
  init(gap: Int64, longest: Int64?, scale: Int64) {
    let scale = UInt64(max(scale, 1))
    self.gap = UInt64(max(gap, 0)) / scale
    self.longest = longest.map { UInt64(max($0, 0)) / scale }
  }

  /// Returns the visits of a morsel's rows; those whose byte of `kept` is 0 do not exist.
  ///
  /// User *u* owns rows `offsets[u]..<offsets[u + 1]` of the morsel.
  func sessions(
    _ times: RowTimes,
    _ rows: Range<Int>,
    _ offsets: [Int32],
    keeping kept: [UInt8]?
  ) -> SessionRows {
    switch times {
    case .int32(let buffer, _):
      buffer.withSpan { cut($0.extracting(rows), offsets.span, kept) }
    case .int64(let buffer, _):
      buffer.withSpan { cut($0.extracting(rows), offsets.span, kept) }
    }
  }

  /// Counts the visits of a morsel's rows as ``sessions(_:_:_:keeping:)`` cuts them.
  func count(
    _ times: RowTimes,
    _ rows: Range<Int>,
    _ offsets: [Int32],
    keeping kept: [UInt8]?
  ) -> Int {
    guard kept == nil, longest == nil else {
      return sessions(times, rows, offsets, keeping: kept).count
    }
    return switch times {
    case .int32(let buffer, _): buffer.withSpan { count($0.extracting(rows), offsets.span) }
    case .int64(let buffer, _): buffer.withSpan { count($0.extracting(rows), offsets.span) }
    }
  }

  private func cut<Time: FixedWidthInteger>(
    _ times: Span<Time>,
    _ offsets: Span<Int32>,
    _ kept: [UInt8]?
  ) -> SessionRows {
    if let kept { return cut(times, offsets, kept.span) }
    if longest != nil {
      let all = [UInt8](repeating: 1, count: times.count)
      return cut(times, offsets, all.span)
    }
    return SessionRows(firsts: firsts(times, offsets), rowCount: times.count)
  }

  /// Counts the gaps between neighbours, whoever they belong to, and then sets right what happens
  /// where users meet: a loop without branches over rows, and one over users.
  private func count<Time: FixedWidthInteger>(
    _ times: Span<Time>,
    _ offsets: Span<Int32>
  ) -> Int {
    guard times.count > 0 else { return 0 }
    var count = Time.bitWidth == 32 ? narrowGapCount(times) : wideGapCount(times)
    for user in 0..<(offsets.count - 1) where offsets[user + 1] > offsets[user] {
      let first = Int(offsets[user])
      let isGap = first > 0 ? elapsed(times[first - 1], times[first]) > gap : false
      count += isGap ? 0 : 1
    }
    return count
  }

  /// Counts the neighbours that are more than a gap apart, where times have 32 bits.
  private func narrowGapCount<Time: FixedWidthInteger>(_ times: Span<Time>) -> Int {
    guard let gap = UInt32(exactly: gap) else { return 0 }
    var count = 0
    var start = 0
    var before = times[0]
    while start < times.count {
      let run = times.extracting(start..<min(start + (1 << 16), times.count))
      var found: UInt32 = 0
      for index in run.indices {
        let time = run[index]
        // Within a user time does not fall, so the difference without its sign is right.
        let difference = UInt32(truncatingIfNeeded: time &- before)
        // The borrow of gap − difference: a comparison would be a branch, and no vector.
        let rest = gap &- difference
        found &+= ((~gap & difference) | ((~gap | difference) & rest)) &>> 31
        before = time
      }
      count += Int(found)
      start += run.count
    }
    return count
  }

  private func wideGapCount<Time: FixedWidthInteger>(_ times: Span<Time>) -> Int {
    var count = 0
    for row in 1..<times.count {
      count &+= elapsed(times[row - 1], times[row]) > gap ? 1 : 0
    }
    return count
  }

  /// How far `later` is behind `earlier`, of one user; of two, some number that is the same at
  /// each call.
  @inline(__always)
  private func elapsed<Time: FixedWidthInteger>(_ earlier: Time, _ later: Time) -> UInt64 {
    UInt64(Time.Magnitude(truncatingIfNeeded: later &- earlier))
  }

  private func firsts<Time: FixedWidthInteger>(
    _ times: Span<Time>,
    _ offsets: Span<Int32>
  ) -> [Int32] {
    var found = [Int32](repeating: 0, count: times.count)
    var count = 0
    var firsts = found.mutableSpan
    for user in 0..<(offsets.count - 1) where offsets[user + 1] > offsets[user] {
      let start = Int(offsets[user])
      firsts[count] = Int32(truncatingIfNeeded: start)
      count &+= 1
      var before = times[start]
      for row in (start + 1)..<Int(offsets[user + 1]) {
        // Written always and kept where a gap lies before the row: no branch to foresee.
        firsts[count] = Int32(truncatingIfNeeded: row)
        count &+= elapsed(before, times[row]) > gap ? 1 : 0
        before = times[row]
      }
    }
    found.removeLast(found.count - count)
    return found
  }

  private func cut<Time: FixedWidthInteger>(
    _ times: Span<Time>,
    _ offsets: Span<Int32>,
    _ kept: Span<UInt8>
  ) -> SessionRows {
    let longest = longest ?? .max
    var slots = [Int32](repeating: -1, count: times.count)
    var firsts: [Int32] = []
    var slot: Int32 = -1
    for user in 0..<(offsets.count - 1) {
      var start = Time.zero
      var before = Time.zero
      var isFirst = true
      for row in Int(offsets[user])..<Int(offsets[user + 1]) where kept[row] != 0 {
        let time = times[row]
        if isFirst || elapsed(before, time) > gap || elapsed(start, time) > longest {
          firsts.append(Int32(truncatingIfNeeded: row))
          slot &+= 1
          start = time
          isFirst = false
        }
        slots[row] = slot
        before = time
      }
    }
    return SessionRows(firsts: firsts, slots: slots)
  }
}

extension Partition {
  /// Where the rows of each user of `morsel` begin, counted from the morsel's first, and the end.
  func userOffsets(of morsel: Morsel) -> [Int32] {
    let firstRow = Int32(truncatingIfNeeded: morsel.rows.lowerBound)
    return userOffsets.withSpan { offsets in
      (morsel.users.lowerBound...morsel.users.upperBound).map { offsets[$0] - firstRow }
    }
  }
}
