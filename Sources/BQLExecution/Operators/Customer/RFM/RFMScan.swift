import BQLColumnar
import BQLStorage

/// Holds the buyers of a morsel in the order of its users.
struct RFMBuyers: Sendable {
  /// A row of the partition for each, which names the user.
  var rows: [Int32] = []
  /// The last purchase, in microseconds.
  var lasts: [Int64] = []
  var orders: [Int64] = []
  var sums: [MoneySum] = []
}

/// Finds when each user bought last, how many orders it made and for how much.
///
/// An order is the purchase rows of one user and session, each at most the gap behind the one before.
///
/// - Complexity: O(*n*) for the rows of a morsel; O(*p* log *p*) for a user of *p* purchases whose
///   sessions overlap.
struct RFMScan {
  /// So many purchases are compared with each other; more are sorted.
  private static let fewPurchases = 32

  /// The purchases' rows in the morsel, ascending.
  private let positions: [Int32]
  /// The session of each; empty where the log has none.
  private let sessions: [Int32]
  private let sums: [MoneySum]
  private let firstRow: Int
  private let scale: Int64
  /// In stored units of time.
  private let gap: UInt64
  private(set) var buyers = RFMBuyers()

  init(
    _ positions: [Int32],
    firstRow: Int,
    _ shared: LogRows.Shared,
    gapSeconds: Int
  ) {
    self.positions = positions
    self.firstRow = firstRow
    sessions = shared.purchases?.sessions?.codes(ofRows: positions, firstRow: firstRow) ?? []
    sums = shared.money?.sums(ofRows: positions, firstRow: firstRow) ?? []
    scale = max(shared.times.scale, 1)
    gap = UInt64(max(gapSeconds, 0)) * 1_000_000 / UInt64(max(shared.times.scale, 1))
  }

  /// Walks over the purchases of a morsel whose users own the rows from one offset to the next.
  mutating func scan(_ offsets: [Int32], _ times: RowTimes, _ rows: Range<Int>) {
    switch times {
    case .int32(let buffer, _):
      buffer.withSpan { run(offsets.span, $0.extracting(rows)) }
    case .int64(let buffer, _):
      buffer.withSpan { run(offsets.span, $0.extracting(rows)) }
    }
  }

  private mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ times: Span<Time>
  ) {
    var first = 0
    var unit = 0
    while first < positions.count {
      while offsets[unit + 1] <= positions[first] { unit += 1 }
      var end = first + 1
      while end < positions.count, positions[end] < offsets[unit + 1] { end += 1 }
      let last = Int(positions[end - 1])
      buyers.rows.append(positions[first] + Int32(truncatingIfNeeded: firstRow))
      buyers.lasts.append(Int64(times[last]) &* scale)
      buyers.orders.append(Int64(orderCount(first..<end, times)))
      var sum = MoneySum()
      if !sums.isEmpty { for index in first..<end { sum += sums[index] } }
      buyers.sums.append(sum)
      first = end
    }
  }

  /// Counts the orders among the purchases of one user.
  private func orderCount<Time: FixedWidthInteger>(
    _ purchases: Range<Int>,
    _ times: Span<Time>
  ) -> Int {
    if purchases.count == 1 { return 1 }
    if !sessions.isEmpty, hasReturns(purchases) {
      let order = purchases.sorted { (sessions[$0], $0) < (sessions[$1], $1) }
      return count(order, times)
    }
    var count = 1
    for index in purchases.dropFirst() where isNew(index, behind: index - 1, times) { count += 1 }
    return count
  }

  private func count<Time: FixedWidthInteger>(_ order: [Int], _ times: Span<Time>) -> Int {
    var count = 1
    for (before, index) in zip(order, order.dropFirst())
    where isNew(index, behind: before, times) {
      count += 1
    }
    return count
  }

  @inline(__always)
  private func isNew<Time: FixedWidthInteger>(
    _ index: Int,
    behind before: Int,
    _ times: Span<Time>
  ) -> Bool {
    if !sessions.isEmpty, sessions[index] != sessions[before] { return true }
    let (from, to) = (Int64(times[Int(positions[before])]), Int64(times[Int(positions[index])]))
    return UInt64(bitPattern: to &- from) > gap
  }

  /// Whether a session may go on behind purchases of another.
  private func hasReturns(_ purchases: Range<Int>) -> Bool {
    if purchases.count > Self.fewPurchases { return true }
    for index in purchases where index > purchases.lowerBound {
      if sessions[index] == sessions[index - 1] { continue }
      var earlier = index - 1
      while earlier > purchases.lowerBound {
        earlier -= 1
        if sessions[earlier] == sessions[index] { return true }
      }
    }
    return false
  }
}
