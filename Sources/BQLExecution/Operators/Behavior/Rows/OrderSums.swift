import BQLColumnar
import BQLStorage

/// Finds the whole order of a matched purchase.
///
/// An order is a run of nearby rows, so the rows around the purchase tell it. Where that takes
/// more than ``nearbyRowCount`` rows, all orders of the user are worked out, once: however many
/// units and groups ask, a user of *n* rows costs O(*n* log *n*).
struct OrderSums {
  private static let nearbyRowCount = 256

  /// One byte a row of the morsel: not 0 = a purchase that the filter keeps.
  private let flags: Buffer<UInt8>?
  private let purchaseCode: UInt8?
  private let own: [UInt8]
  private let sessions: RowCodes?
  private let gap: UInt64
  private let userOffsets: Buffer<Int32>
  private let range: Range<Int>
  private var user = -1
  /// The user's purchase rows, ascending, and the whole order of each.
  private var rows: [Int32] = []
  private var sums: [MoneySum] = []

  /// Reads which rows are purchases; nil for a log without them.
  init?(_ input: FunnelInput) {
    guard let purchases = input.purchases else { return nil }
    range = input.morsel.rows
    userOffsets = input.userOffsets
    sessions = purchases.sessions
    gap = UInt64(max(purchases.gapMicroseconds, 0) / max(input.times.scale, 1))
    if case .code8(let codes, let code) = purchases.rows, input.filter == nil {
      flags = codes
      purchaseCode = code
      own = []
    } else {
      flags = nil
      purchaseCode = nil
      own = purchases.rows.flags(range, keeping: input.filter)
    }
  }

  /// Lends one byte a row of the morsel, with the byte of a purchase, and the rows' sessions
  /// (empty where the log has none).
  func withRows<R>(_ body: (Span<UInt8>, UInt8, Span<Int32>) -> R) -> R {
    func lend(_ bytes: Span<UInt8>, _ code: UInt8) -> R {
      guard let sessions else { return body(bytes, code, [Int32]().span) }
      return sessions.withCodes(range) { body(bytes, code, $0) }
    }
    guard let flags, let purchaseCode else { return lend(own.span, 1) }
    return flags.withSpan { lend($0.extracting(range), purchaseCode) }
  }

  /// Returns the sum of the order that purchase `row` of `user` belongs to.
  @inline(__always)
  mutating func sum<Time: FixedWidthInteger, Amount: Money>(
    _ row: Int,
    _ user: Int,
    _ bytes: Span<UInt8>,
    _ code: UInt8,
    _ sessions: Span<Int32>,
    _ times: Span<Time>,
    _ money: Span<Amount>,
    _ validity: Bitmap?
  ) -> MoneySum {
    let firstRow = range.lowerBound
    let start = Int(userOffsets[user]) - firstRow
    let end = Int(userOffsets[user + 1]) - firstRow
    if self.user != user {
      if let sum = nearbySum(row, start..<end, bytes, code, sessions, times, money, validity) {
        return sum
      }
      collect(user, start..<end, bytes, code, sessions, times, money, validity)
    }
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if Int(rows[middle]) < row { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && Int(rows[low]) == row ? sums[low] : MoneySum()
  }

  /// Returns the order's sum from the rows around `row`; nil where they are many.
  @inline(__always)
  private func nearbySum<Time: FixedWidthInteger, Amount: Money>(
    _ row: Int,
    _ userRows: Range<Int>,
    _ bytes: Span<UInt8>,
    _ code: UInt8,
    _ sessions: Span<Int32>,
    _ times: Span<Time>,
    _ money: Span<Amount>,
    _ validity: Bitmap?
  ) -> MoneySum? {
    // Sessions lie far from what else is read, so they are looked at last.
    let hasSessions = !sessions.isEmpty
    let lowest = max(userRows.lowerBound, row - Self.nearbyRowCount)
    let highest = min(userRows.upperBound, row + Self.nearbyRowCount)
    var first = row
    var at = row - 1
    while at >= lowest, Self.elapsed(times[at], times[first]) <= gap {
      if bytes[at] == code, !hasSessions || sessions[at] == sessions[row] { first = at }
      at -= 1
    }
    if at < lowest, lowest > userRows.lowerBound { return nil }
    var last = row
    at = row + 1
    while at < highest, Self.elapsed(times[last], times[at]) <= gap {
      if bytes[at] == code, !hasSessions || sessions[at] == sessions[row] { last = at }
      at += 1
    }
    if at == highest, highest < userRows.upperBound { return nil }
    if first == last { return Self.worth(row, range.lowerBound, money, validity) }
    var sum = MoneySum()
    for at in first...last where bytes[at] == code {
      if hasSessions, sessions[at] != sessions[row] { continue }
      sum += Self.worth(at, range.lowerBound, money, validity)
    }
    return sum
  }

  @inline(__always)
  private static func elapsed<Time: FixedWidthInteger>(_ from: Time, _ to: Time) -> UInt64 {
    UInt64(bitPattern: Int64(to) &- Int64(from))
  }

  private mutating func collect<Time: FixedWidthInteger, Amount: Money>(
    _ user: Int,
    _ userRows: Range<Int>,
    _ bytes: Span<UInt8>,
    _ code: UInt8,
    _ sessions: Span<Int32>,
    _ times: Span<Time>,
    _ money: Span<Amount>,
    _ validity: Bitmap?
  ) {
    self.user = user
    rows.removeAll(keepingCapacity: true)
    for row in userRows where bytes[row] == code {
      rows.append(Int32(truncatingIfNeeded: row))
    }
    sums = [MoneySum](repeating: MoneySum(), count: rows.count)

    // By session, then by row: the rows of one order become neighbours.
    var order = Array(rows.indices)
    if !sessions.isEmpty {
      var keys: [Int32] = []
      for row in rows { keys.append(sessions[Int(row)]) }
      order.sort { (keys[$0], $0) < (keys[$1], $1) }
    }
    let firstRow = range.lowerBound
    var first = 0
    while first < order.count {
      let start = Int(rows[order[first]])
      var sum = Self.worth(start, firstRow, money, validity)
      var end = first + 1
      var before = start
      while end < order.count {
        let row = Int(rows[order[end]])
        if !sessions.isEmpty, sessions[row] != sessions[before] { break }
        guard Self.elapsed(times[before], times[row]) <= gap else { break }
        sum += Self.worth(row, firstRow, money, validity)
        before = row
        end += 1
      }
      for position in first..<end { sums[order[position]] = sum }
      first = end
    }
  }

  /// Returns what the row at `position` of the morsel is worth by itself.
  @inline(__always)
  static func worth(
    _ position: Int,
    _ firstRow: Int,
    _ money: Span<some Money>,
    _ validity: Bitmap?
  ) -> MoneySum {
    if let validity, !validity[position + firstRow] { return MoneySum() }
    return money[position].sum
  }
}
