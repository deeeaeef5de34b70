import BQLColumnar
import BQLPlanning

/// Tells recency, frequency and monetary of the users of a morsel.
struct OrderFeatures {
  private let rows: FeatureRows
  private let gap: Int64
  private let recencyEnd: Int64
  /// The time of the last purchase of each order group, `Int64.min` before the first.
  private var lastPurchases: [Int64]

  init(_ rows: FeatureRows, _ plan: FeaturesPlan) {
    self.rows = rows
    gap = Int64(plan.behavior.orderGapSeconds) * Microseconds.perSecond
    recencyEnd = plan.recencyEnd
    lastPurchases = [Int64](repeating: .min, count: rows.firsts.count)
  }

  /// Writes what is told of `user`, whose rows are read up to `end`.
  mutating func write(_ user: Int, before end: Int32, to values: inout [Double]) {
    var orders = 0
    var money = 0.0
    var last = Int64.min
    for row in Int(rows.offsets[user])..<Int(end) {
      let slot = Int(rows.slots[row])
      guard slot >= 0, rows.kinds[row] == FeatureRows.Kind.purchase else { continue }
      let time = rows.times[row]
      let before = lastPurchases[slot]
      if before == .min || time - before > gap { orders += 1 }
      lastPurchases[slot] = time
      last = time
      money += rows.amount(row)
    }
    let days = Double(recencyEnd &- last) / Double(Microseconds.perDay)
    values[FeatureValues.place(.recency)] = last == .min ? .nan : days
    values[FeatureValues.place(.frequency)] = Double(orders)
    values[FeatureValues.place(.monetary)] = money / rows.moneyScale
  }
}
