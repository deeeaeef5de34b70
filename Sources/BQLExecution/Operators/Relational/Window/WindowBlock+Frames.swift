import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLSyntax

extension WindowBlock {
  /// Computes the frame of each row.
  func frames(_ frame: WindowFrame) -> Frames {
    var starts = [Int32](repeating: 0, count: count)
    var ends = [Int32](repeating: 0, count: count)
    switch frame.unit {
    case .rows:
      fillRows(&starts, frame.start, isStart: true)
      fillRows(&ends, frame.end, isStart: false)
    case .groups:
      let groups = PeerGroups(isFirstPeer)
      fillGroups(&starts, frame.start, isStart: true, groups)
      fillGroups(&ends, frame.end, isStart: false, groups)
    case .range:
      fillRange(&starts, frame.start, isStart: true)
      fillRange(&ends, frame.end, isStart: false)
    }
    for row in starts.indices where ends[row] < starts[row] { ends[row] = starts[row] }
    let cancellation = context.cancellation
    return Frames(starts: starts, ends: ends) { cancellation.isCancelled }
  }

  /// Calls `body` with each partition's rows.
  @inline(__always)
  private func forEachPartition(_ body: (Range<Int>) -> Void) {
    for partition in 0..<partitions.count - 1 {
      body(Int(partitions[partition])..<Int(partitions[partition + 1]))
    }
  }

  /// The row that a bound's distance leads to, within the partition; a start or an end as
  /// `isStart` says, an end being the place behind its row.
  private func fillRows(_ bounds: inout [Int32], _ bound: WindowFrame.Bound, isStart: Bool) {
    let shift = isStart ? 0 : 1
    forEachPartition { range in
      for row in range {
        let place: Int
        switch bound {
        case .unboundedPreceding: place = range.lowerBound
        case .unboundedFollowing: place = range.upperBound
        case .currentRow: place = row + shift
        case .preceding(let distance): place = row - steps(distance) + shift
        case .following(let distance): place = row + steps(distance) + shift
        }
        bounds[row] = Int32(
          truncatingIfNeeded: min(max(place, range.lowerBound), range.upperBound)
        )
      }
    }
  }

  /// A distance in rows or groups, cut to what can matter.
  private func steps(_ distance: WindowFrame.Distance) -> Int {
    guard case .whole(let steps) = distance else { return 0 }
    return Int(min(steps, Int64(count) + 1))
  }

  private func fillGroups(
    _ bounds: inout [Int32],
    _ bound: WindowFrame.Bound,
    isStart: Bool,
    _ groups: PeerGroups
  ) {
    let shift = isStart ? 0 : 1
    forEachPartition { range in
      guard !range.isEmpty else { return }
      let first = Int(groups.groupOfRow[range.lowerBound])
      let behind = Int(groups.groupOfRow[range.upperBound - 1]) + 1
      for row in range {
        let own = Int(groups.groupOfRow[row])
        let group: Int
        switch bound {
        case .unboundedPreceding: group = first
        case .unboundedFollowing: group = behind
        case .currentRow: group = own + shift
        case .preceding(let distance): group = own - steps(distance) + shift
        case .following(let distance): group = own + steps(distance) + shift
        }
        bounds[row] = groups.starts[min(max(group, first), behind)]
      }
    }
  }

  private func fillRange(_ bounds: inout [Int32], _ bound: WindowFrame.Bound, isStart: Bool) {
    switch bound {
    case .unboundedPreceding, .unboundedFollowing: fillRows(&bounds, bound, isStart: isStart)
    case .currentRow: fillPeers(&bounds, isStart: isStart)
    case .preceding(let distance):
      fillDistances(&bounds, distance, isPreceding: true, isStart: isStart)
    case .following(let distance):
      fillDistances(&bounds, distance, isPreceding: false, isStart: isStart)
    }
  }

  /// The first, or the place behind the last, of the rows equal to each.
  private func fillPeers(_ bounds: inout [Int32], isStart: Bool) {
    if isStart {
      var first: Int32 = 0
      for row in bounds.indices {
        if isFirstPeer[row] { first = Int32(truncatingIfNeeded: row) }
        bounds[row] = first
      }
    } else {
      var end = Int32(truncatingIfNeeded: count)
      for row in bounds.indices.reversed() {
        bounds[row] = end
        if isFirstPeer[row] { end = Int32(truncatingIfNeeded: row) }
      }
    }
  }

  /// Rows at a distance in the only key; a row without one has those without one around it.
  private func fillDistances(
    _ bounds: inout [Int32],
    _ distance: WindowFrame.Distance,
    isPreceding: Bool,
    isStart: Bool
  ) {
    fillPeers(&bounds, isStart: isStart)
    guard let key = keys.first else { return }
    let reach = KeyReach(key, distance, isPreceding: isPreceding, isStart: isStart)
    forEachPartition { range in
      let present = Self.present(key, in: range)
      // Limits ascend with the rows, but for months, whose ends fall together.
      var place = present.lowerBound
      for row in present {
        switch reach.limit(of: key.values[row]) {
        case .before: bounds[row] = Int32(truncatingIfNeeded: present.lowerBound)
        case .behind: bounds[row] = Int32(truncatingIfNeeded: present.upperBound)
        case .key(let limit):
          while place < present.upperBound, isOutside(key.values[place], limit, isStart) {
            place += 1
          }
          while place > present.lowerBound, !isOutside(key.values[place - 1], limit, isStart) {
            place -= 1
          }
          bounds[row] = Int32(truncatingIfNeeded: place)
        }
      }
    }
  }

  /// Whether a key stands before the place that is looked for.
  @inline(__always)
  private func isOutside(_ value: Int64, _ limit: Int64, _ isStart: Bool) -> Bool {
    isStart ? value < limit : value <= limit
  }

  /// The rows of a partition whose key is not NULL.
  private static func present(_ key: WindowKey, in range: Range<Int>) -> Range<Int> {
    guard let isNull = key.isNull else { return range }
    var first = range.lowerBound
    var end = range.upperBound
    while first < end, isNull[first] { first += 1 }
    while end > first, isNull[end - 1] { end -= 1 }
    return first..<end
  }
}

/// Numbers the runs of equal rows.
private struct PeerGroups {
  private(set) var groupOfRow: [Int32] = []
  /// Where each begins, and where the last ends.
  private(set) var starts: [Int32] = []

  init(_ isFirstPeer: [Bool]) {
    groupOfRow.reserveCapacity(isFirstPeer.count)
    for row in isFirstPeer.indices {
      if isFirstPeer[row] { starts.append(Int32(truncatingIfNeeded: row)) }
      groupOfRow.append(Int32(truncatingIfNeeded: starts.count - 1))
    }
    starts.append(Int32(truncatingIfNeeded: isFirstPeer.count))
  }
}
