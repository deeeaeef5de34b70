/// Adds up the rows of each session, up to some time.
struct SessionSums {
  /// The time of each session's last row.
  private(set) var ends: [Int64]
  /// Of each session the rows of each kind.
  private(set) var counts: [Int32]
  /// Of each session the money of each kind, in the rows' parts.
  private(set) var money: [Double]
  /// Of each session the rows of each kind that hold money; empty where all do.
  private var priced: [Int32]
  let rows: FeatureRows

  /// Adds up the rows of each user before `rowEnds`.
  init(_ rows: FeatureRows, before rowEnds: [Int32]) {
    self.rows = rows
    let count = rows.firsts.count
    var ends = [Int64](repeating: 0, count: count)
    var counts = [Int32](repeating: 0, count: count * FeatureRows.Kind.count)
    var money = [Double](repeating: 0, count: count * FeatureRows.Kind.count)
    Self.add(rows, rowEnds, &ends, &counts, &money)
    self.ends = ends
    self.counts = counts
    self.money = money
    let hasGaps = rows.hasMissingMoney || rows.money.isEmpty
    priced = hasGaps ? [Int32](repeating: 0, count: counts.count) : []
    if rows.hasMissingMoney { countPriced(before: rowEnds) }
  }

  private static func add(
    _ rows: FeatureRows,
    _ rowEnds: [Int32],
    _ ends: inout [Int64],
    _ counts: inout [Int32],
    _ money: inout [Double]
  ) {
    let hasMoney = !rows.money.isEmpty
    let slots = rows.slots.span
    let kinds = rows.kinds.span
    let times = rows.times.span
    let amounts = rows.money.span
    var ends = ends.mutableSpan
    var counts = counts.mutableSpan
    var sums = money.mutableSpan
    for user in 0..<rows.userCount {
      for row in Int(rows.offsets[user])..<Int(rowEnds[user]) {
        let slot = Int(slots[row])
        if slot < 0 { continue }
        let place = slot &* FeatureRows.Kind.count &+ Int(kinds[row])
        ends[slot] = times[row]
        counts[place] &+= 1
        if hasMoney {
          let amount = amounts[row]
          sums[place] += amount.isNaN ? 0 : amount
        }
      }
    }
  }

  private mutating func countPriced(before rowEnds: [Int32]) {
    for user in 0..<rows.userCount {
      for row in Int(rows.offsets[user])..<Int(rowEnds[user]) {
        let slot = Int(rows.slots[row])
        if slot < 0 || rows.money[row].isNaN { continue }
        priced[slot * FeatureRows.Kind.count + Int(rows.kinds[row])] &+= 1
      }
    }
  }

  /// Returns the money of a session's events of one kind; NaN where none of them holds any.
  @inline(__always)
  func revenue(_ slot: Int, _ kind: UInt8) -> Double {
    let place = slot &* FeatureRows.Kind.count &+ Int(kind)
    let count = priced.isEmpty ? counts[place] : priced[place]
    return count == 0 ? .nan : money[place] / rows.moneyScale
  }

  /// Returns the money of a session's purchases, 0 without any, in the rows' parts.
  @inline(__always)
  func purchaseMoney(_ slot: Int) -> Double {
    money[slot &* FeatureRows.Kind.count &+ Int(FeatureRows.Kind.purchase)]
  }

  /// Returns the money of all events of a session, 0 without any.
  @inline(__always)
  func wholeRevenue(_ slot: Int) -> Double {
    let place = slot &* FeatureRows.Kind.count
    let sum = money[place] + money[place &+ 1] + (money[place &+ 2] + money[place &+ 3])
    return sum / rows.moneyScale
  }

  /// Whether the session holds a purchase.
  @inline(__always)
  func hasPurchase(_ slot: Int) -> Bool {
    counts[slot &* FeatureRows.Kind.count &+ Int(FeatureRows.Kind.purchase)] > 0
  }
}
