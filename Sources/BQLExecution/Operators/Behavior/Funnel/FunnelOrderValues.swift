import BQLColumnar
import BQLStorage

/// Finds the money of matched rows, taking whole orders for purchases.
///
/// A user's orders are worked out once, when one of the user's purchases is first matched:
/// O(*rows* + *p* log *p*) for *p* purchases, however many units and groups ask.
struct FunnelOrderValues {
  private let input: FunnelInput
  private let rawGap: UInt64
  private var user = -1
  /// The user's purchase rows, ascending, and the whole order of each.
  private var rows: [Int32] = []
  private var sums: [FunnelValueSum] = []

  init(_ input: FunnelInput) {
    self.input = input
    let gap = max(input.purchases?.gapMicroseconds ?? 0, 0)
    rawGap = UInt64(gap / max(input.times.scale, 1))
  }

  var hasValues: Bool { input.values != nil }
  var timeScale: Int64 { input.times.scale }

  /// Returns what `row` of `user` is worth: its order's sum if it is a purchase, else its VALUE.
  mutating func value(ofRow row: Int, user: Int) -> FunnelValueSum {
    guard let values = input.values else { return FunnelValueSum() }
    let firstRow = input.morsel.rows.lowerBound
    guard let purchases = input.purchases, purchases.contains(row, firstRow: firstRow) else {
      return values.sum(row)
    }
    if self.user != user { collectOrders(of: user, purchases, values) }
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if Int(rows[middle]) < row { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && Int(rows[low]) == row ? sums[low] : values.sum(row)
  }

  private mutating func collectOrders(
    of user: Int,
    _ purchases: FunnelPurchases,
    _ values: FunnelValues
  ) {
    self.user = user
    let firstRow = input.morsel.rows.lowerBound
    rows.removeAll(keepingCapacity: true)
    for row in Int(input.userOffsets[user])..<Int(input.userOffsets[user + 1])
    where purchases.contains(row, firstRow: firstRow) {
      if let filter = input.filter, filter[row - firstRow] == 0 { continue }
      rows.append(Int32(truncatingIfNeeded: row))
    }
    sums = [FunnelValueSum](repeating: FunnelValueSum(), count: rows.count)

    // By session, then by row: the rows of one order become neighbours.
    var order = Array(rows.indices)
    let sessions = purchases.sessions.map { codes in
      rows.map { codes.code(Int($0), firstRow: firstRow) }
    }
    if let sessions { order.sort { (sessions[$0], $0) < (sessions[$1], $1) } }
    var first = 0
    while first < order.count {
      var sum = FunnelValueSum()
      var end = first
      repeat {
        sum += values.sum(Int(rows[order[end]]))
        end += 1
      } while end < order.count && follows(order[end], order[end - 1], sessions)
      for position in first..<end { sums[order[position]] = sum }
      first = end
    }
  }

  private func follows(_ later: Int, _ earlier: Int, _ sessions: [Int32]?) -> Bool {
    if let sessions, sessions[later] != sessions[earlier] { return false }
    let elapsed = input.times.raw(Int(rows[later])) &- input.times.raw(Int(rows[earlier]))
    return UInt64(bitPattern: elapsed) <= rawGap
  }
}
