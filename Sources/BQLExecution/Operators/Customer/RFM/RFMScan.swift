import BQLColumnar
import BQLStorage

/// Holds the buyers of a morsel in the order of its users.
struct RFMBuyers: Sendable {
  /// A row of the partition for each, which names the user.
  var rows: [Int32] = []
  /// The last purchase, in microseconds.
  var lasts: [Int64] = []
  var orders: [Int64] = []
  var money = RFMMoney.none

  mutating func reserveCapacity(_ count: Int) {
    rows.reserveCapacity(count)
    lasts.reserveCapacity(count)
  }
}

/// Holds what each buyer spent.
enum RFMMoney: Sendable {
  case none
  /// Exact hundredths: the usual case, in a sixth of the memory.
  case hundredths([Int64])
  case sums([MoneySum])

  /// Puts the money of several lists of buyers behind each other.
  static func joined(_ parts: [RFMMoney]) -> RFMMoney {
    var hundredths: [Int64] = []
    var sums: [MoneySum] = []
    for part in parts {
      switch part {
      case .none: break
      case .hundredths(let own): hundredths += own
      case .sums(let own): sums += own
      }
    }
    if sums.isEmpty { return hundredths.isEmpty ? .none : .hundredths(hundredths) }
    return .sums(hundredths.isEmpty ? sums : parts.flatMap(\.wide))
  }

  /// Rounds to millionths what is not too large for it: the order of a sum is no difference in money.
  private static func rounded(_ money: Double) -> Double {
    abs(money) < 1e9 ? (money * 1e6).rounded() / 1e6 : money
  }

  private var wide: [MoneySum] {
    switch self {
    case .none: []
    case .hundredths(let amounts): amounts.map { MoneySum(hundredths: Int128($0), count: 1) }
    case .sums(let sums): sums
    }
  }

  /// Integers of the same order as the amounts.
  var keys: [Int64] {
    switch self {
    case .none: []
    case .hundredths(let amounts): amounts
    case .sums(let sums): sums.map { RFMScores.key(Self.rounded($0.money ?? 0)) }
    }
  }
}

/// Finds when each user bought last, how many orders it made and for how much.
///
/// An order is the purchase rows of one user and session, each at most the gap behind the one before.
///
/// - Complexity: O(*n*) for the rows of a morsel; O(*p* log *p*) for a user of *p* purchases whose
///   sessions overlap.
struct RFMScan {
  /// The purchases' rows in the morsel, ascending.
  private let positions: [Int32]
  /// The time of each.
  private let times: RowTimes
  /// The money of each, in hundredths or as it is; one of the two is empty.
  private let hundredths: [Int64]
  private let sums: [MoneySum]
  private let sessions: RowCodes?
  private let firstRow: Int
  /// In stored units of time.
  private let gap: UInt64
  private(set) var buyers = RFMBuyers()

  /// Reads what the `purchases` in `period` hold; they are rows, ascending, of the morsel that
  /// begins at `firstRow`.
  init(
    _ purchases: [Int32],
    firstRow: Int,
    in period: StoredPeriod,
    _ shared: LogRows.Shared,
    gapSeconds: Int
  ) {
    (positions, times) = Self.within(
      period,
      purchases,
      shared.times.picked(purchases, firstRow: firstRow)
    )
    self.firstRow = firstRow
    sessions = shared.purchases?.sessions
    hundredths = shared.money?.hundredths(ofRows: positions, firstRow: firstRow) ?? []
    sums =
      hundredths.isEmpty ? shared.money?.sums(ofRows: positions, firstRow: firstRow) ?? [] : []
    gap = UInt64(max(gapSeconds, 0)) * 1_000_000 / UInt64(max(times.scale, 1))
  }

  /// Keeps the purchases in `period`.
  private static func within(
    _ period: StoredPeriod,
    _ positions: [Int32],
    _ times: RowTimes
  ) -> ([Int32], RowTimes) {
    let outside = positions.indices.first { !period.contains(times.raw($0)) }
    guard let outside else { return (positions, times) }
    var kept = Array(0..<Int32(truncatingIfNeeded: outside))
    for index in outside..<positions.count where period.contains(times.raw(index)) {
      kept.append(Int32(truncatingIfNeeded: index))
    }
    return (kept.map { positions[Int($0)] }, times.picked(kept, firstRow: 0))
  }

  /// Walks over the purchases of a morsel whose users own the rows from one offset to the next.
  mutating func scan(_ offsets: [Int32]) {
    switch times {
    case .int32(let buffer, let scale): buffer.withSpan { run(offsets.span, $0, scale) }
    case .int64(let buffer, let scale): buffer.withSpan { run(offsets.span, $0, scale) }
    }
  }

  private mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ times: Span<Time>,
    _ scale: Int64
  ) {
    let scale = max(scale, 1)
    var orders = RFMOrders(gap: gap)
    var first = 0
    var unit = 0
    buyers.reserveCapacity(min(positions.count, offsets.count))
    var spent: [Int64] = []
    var spentSums: [MoneySum] = []
    while first < positions.count {
      while offsets[unit + 1] <= positions[first] { unit += 1 }
      let limit = offsets[unit + 1]
      var end = first + 1
      while end < positions.count, positions[end] < limit { end += 1 }
      buyers.rows.append(positions[first] + Int32(truncatingIfNeeded: firstRow))
      buyers.lasts.append(Int64(times[end - 1]) &* scale)
      orders.append(first..<end, times)
      if !hundredths.isEmpty {
        var sum: Int64 = 0
        for index in first..<end { sum &+= hundredths[index] }
        spent.append(sum)
      } else if !sums.isEmpty {
        var sum = MoneySum()
        for index in first..<end { sum += sums[index] }
        spentSums.append(sum)
      }
      first = end
    }
    if let sessions { orders.part(sessions, positions, firstRow: firstRow, times) }
    buyers.orders = orders.counts
    if !spent.isEmpty { buyers.money = .hundredths(spent) }
    if !spentSums.isEmpty { buyers.money = .sums(spentSums) }
  }
}
