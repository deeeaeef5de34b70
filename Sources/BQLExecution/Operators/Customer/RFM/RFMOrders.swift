/// Counts the orders of buyers.
///
/// Purchases further apart than the gap are orders of their own, whatever their sessions: only those
/// of users with closer ones need their sessions, and they are few.
struct RFMOrders {
  /// So many purchases are compared with each other; more are sorted.
  private static let fewPurchases = 32

  /// In stored units of time.
  private let gap: UInt64
  /// The orders of each buyer.
  private(set) var counts: [Int64] = []
  /// The buyers some of whose purchases are close to each other, and their purchases.
  private var close: [(buyer: Int, purchases: Range<Int>)] = []

  init(gap: UInt64) {
    self.gap = gap
  }

  /// Counts the orders of the next buyer as if its purchases were of one session.
  @inline(__always)
  mutating func append(_ purchases: Range<Int>, _ times: Span<some FixedWidthInteger>) {
    var count: Int64 = 1
    var index = purchases.lowerBound + 1
    while index < purchases.upperBound {
      if isApart(index - 1, index, times) { count += 1 }
      index += 1
    }
    if count < purchases.count { close.append((counts.count, purchases)) }
    counts.append(count)
  }

  /// Parts orders where the session changes; the purchases are at `positions` of the morsel that
  /// begins at `firstRow`.
  mutating func part(
    _ sessions: RowCodes,
    _ positions: [Int32],
    firstRow: Int,
    _ times: Span<some FixedWidthInteger>
  ) {
    let asked = close.flatMap { positions[$0.purchases] }
    let codes = sessions.codes(ofRows: asked, firstRow: firstRow)
    var first = 0
    for (buyer, purchases) in close {
      // The session of purchase p is at p + offset.
      let offset = first - purchases.lowerBound
      counts[buyer] = count(purchases, codes.span, offset, times)
      first += purchases.count
    }
  }

  private func count(
    _ purchases: Range<Int>,
    _ sessions: Span<Int32>,
    _ offset: Int,
    _ times: Span<some FixedWidthInteger>
  ) -> Int64 {
    var count: Int64 = 1
    guard Self.hasReturns(purchases, sessions, offset) else {
      for index in purchases.dropFirst()
      where sessions[index + offset] != sessions[index - 1 + offset]
        || isApart(index - 1, index, times)
      {
        count += 1
      }
      return count
    }
    let order = purchases.map { (sessions[$0 + offset], $0) }.sorted(by: <)
    for ((session, index), (nextSession, nextIndex)) in zip(order, order.dropFirst())
    where nextSession != session || isApart(index, nextIndex, times) {
      count += 1
    }
    return count
  }

  @inline(__always)
  private func isApart(
    _ before: Int,
    _ index: Int,
    _ times: Span<some FixedWidthInteger>
  ) -> Bool {
    UInt64(bitPattern: Int64(times[index]) &- Int64(times[before])) > gap
  }

  /// Whether a session may go on behind purchases of another.
  private static func hasReturns(
    _ purchases: Range<Int>,
    _ sessions: Span<Int32>,
    _ offset: Int
  ) -> Bool {
    if purchases.count > fewPurchases { return true }
    for index in purchases where index > purchases.lowerBound {
      if sessions[index + offset] == sessions[index - 1 + offset] { continue }
      var earlier = index - 1
      while earlier > purchases.lowerBound {
        earlier -= 1
        if sessions[earlier + offset] == sessions[index + offset] { return true }
      }
    }
    return false
  }
}
