import BQLPlanning

/// Counts a user's sessions by periods of four weeks, counted back from the last.
struct PeriodFeatures {
  /// The last periods that are told of one by one.
  private static let lagCount = 4

  private let frame: FeatureFrame
  private let margin: Double
  private var sessions = [Double](repeating: 0, count: lagCount)
  private var purchases = [Double](repeating: 0, count: lagCount)
  /// In the parts of money that rows have.
  private var revenue = [Double](repeating: 0, count: lagCount)

  init(_ frame: FeatureFrame, margin: Double) {
    self.frame = frame
    self.margin = margin
  }

  /// Writes the twenty features of a user with `slots` behind `place` of `values`.
  mutating func write(_ slots: Range<Int>, _ sums: SessionSums, to values: inout [Double]) {
    for lag in 0..<Self.lagCount {
      sessions[lag] = 0
      purchases[lag] = 0
      revenue[lag] = 0
    }
    var older = 0.0
    for slot in slots {
      let start = sums.rows.times[Int(sums.rows.firsts[slot])]
      let lag = (frame.periodEnd &- start &- 1) / FeatureFrame.period
      let money = sums.purchaseMoney(slot)
      guard lag < Self.lagCount else {
        older += money
        continue
      }
      sessions[Int(lag)] += 1
      purchases[Int(lag)] += sums.hasPurchase(slot) ? 1 : 0
      revenue[Int(lag)] += money
    }
    let scale = sums.rows.moneyScale
    var place = FeatureValues.periods
    write(at: &place, &values) { sessions[$0] }
    write(at: &place, &values) { purchases[$0] }
    write(at: &place, &values) { revenue[$0] / scale }
    // What there was up to each of the periods, from the oldest on.
    for lag in (0..<Self.lagCount).reversed() {
      older += revenue[lag]
      revenue[lag] = older
    }
    write(at: &place, &values) { lag in
      revenue[lag] / scale * margin / Double(frame.periodCount - lag)
    }
  }

  /// Writes a measure's terms: the lags, NULL before the first period, and the mean of the last three
  /// periods, or of as many as there are.
  private func write(
    at place: inout Int,
    _ values: inout [Double],
    _ measure: (Int) -> Double
  ) {
    for lag in 0..<Self.lagCount {
      values[place + lag] = lag < frame.periodCount ? measure(lag) : .nan
    }
    let count = min(frame.periodCount, 3)
    var sum = 0.0
    for lag in 0..<count { sum += values[place + lag] }
    values[place + Self.lagCount] = sum / Double(count)
    place += PeriodTerm.allCases.count
  }
}
