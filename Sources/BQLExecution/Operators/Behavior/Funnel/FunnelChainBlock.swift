/// Holds some hundreds or thousands of canonical chains of one morsel, unit by unit in store order:
/// what the scans find and the sinks take.
///
/// Rows are positions in the morsel. The rows of chain *i* stand behind those of the chains
/// before it, in step order, ``Header/depth`` of them.
struct FunnelChainBlock {
  /// Says whose chain it is.
  struct Header {
    /// The user's position in the partition.
    var user: Int32
    /// The unit's code within the user; −1 where the unit is the user.
    var unit: Int32
    /// The row whose group the chain counts in; −1 for none.
    var groupRow: Int32
    /// The position of the window in the specification.
    var window: UInt16
    /// The deepest step reached, at least 1.
    var depth: UInt8
    /// See ``FunnelChain/isTotal``.
    var isTotal: Bool
  }

  private(set) var headers: [Header] = []
  private(set) var rows: [Int32] = []

  /// A scan hands its block on when a user's chains bring it to this length.
  static let fullCount = 4_096

  var count: Int { headers.count }
  var isFull: Bool { headers.count >= Self.fullCount }

  mutating func removeAll() {
    headers.removeAll(keepingCapacity: true)
    rows.removeAll(keepingCapacity: true)
  }

  /// Replaces the rows of all chains but the first `count`, whose rows are `rowCount`, which are
  /// positions in `order`, by the rows that it names.
  mutating func mapRows(behind count: Int, _ rowCount: Int, by order: Span<Int32>) {
    for index in count..<headers.count where headers[index].groupRow >= 0 {
      headers[index].groupRow = order[Int(headers[index].groupRow)]
    }
    for index in rowCount..<rows.count where rows[index] >= 0 {
      rows[index] = order[Int(rows[index])]
    }
  }

  /// Removes the chains that start after the last time of their window, `times` being those of the
  /// morsel's rows, and returns how many of them were units' own.
  ///
  /// A chain starts at step 1, or, where steps come in any order, at its first row.
  mutating func removeStarts(
    after lastTimes: [Int64],
    _ times: Span<some FixedWidthInteger>,
    inAnyOrder isAnyOrder: Bool
  ) -> Int {
    var kept = FunnelChainBlock()
    var removedCount = 0
    var base = 0
    for header in headers {
      let range = base..<(base + Int(header.depth))
      base = range.upperBound
      var start = Int64(times[Int(rows[range.lowerBound])])
      if isAnyOrder { for row in rows[range] { start = min(start, Int64(times[Int(row)])) } }
      if start > lastTimes[Int(header.window)] {
        removedCount += header.isTotal ? 1 : 0
      } else {
        kept.headers.append(header)
        kept.rows.append(contentsOf: rows[range])
      }
    }
    self = kept
    return removedCount
  }

  /// Adds a chain of step 1 alone.
  @inline(__always)
  mutating func append(_ header: Header, row: Int) {
    headers.append(header)
    rows.append(Int32(truncatingIfNeeded: row))
  }

  /// Adds a chain whose rows `set(step:row:)` then tells, and returns where they stand.
  @inline(__always)
  mutating func append(_ header: Header) -> Int {
    let base = rows.count
    headers.append(header)
    for _ in 0..<header.depth { rows.append(0) }
    return base
  }

  /// Makes `row` the one at `step` (1-based) of the chain whose rows stand at `base`.
  @inline(__always)
  mutating func set(_ base: Int, step: Int, row: Int) {
    rows[base + step - 1] = Int32(truncatingIfNeeded: row)
  }

  /// Makes `row` the one whose group the last chain counts in.
  mutating func setGroupRow(_ row: Int) {
    headers[headers.count - 1].groupRow = Int32(truncatingIfNeeded: row)
  }
}

extension Span where Element: FixedWidthInteger {
  /// The smallest of the numbers in `range`, which is not empty.
  func earliest(in range: Range<Int>) -> Int64 {
    var earliest = Int64.max
    for index in range { earliest = Swift.min(earliest, Int64(self[index])) }
    return earliest
  }
}

/// Takes the chains that a funnel finds, in store order.
protocol FunnelChainSink {
  mutating func take(_ block: borrowing FunnelChainBlock, of input: FunnelInput)
  mutating func leaveOut(_ leftOut: FunnelLeftOut)
}

/// Keeps the blocks of a scan.
struct FunnelBlockList: FunnelChainSink {
  private(set) var blocks: [FunnelChainBlock] = []
  private(set) var leftOut = FunnelLeftOut()

  mutating func take(_ block: borrowing FunnelChainBlock, of input: FunnelInput) {
    blocks.append(copy block)
  }

  mutating func leaveOut(_ leftOut: FunnelLeftOut) { self.leftOut.add(leftOut) }
}
