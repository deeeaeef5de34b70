import BQLColumnar
import BQLPlanning

/// Works out what is to be foretold of each user of a morsel.
struct FeatureTargets {
  private let rows: FeatureRows
  private let campaign: FeaturesPlan.Campaign
  private let horizonEnd: Int64
  /// Weeks from the log's first instant to the horizon's end, and those of the horizon.
  private let weeks: Double
  private let horizonWeeks: Double
  /// The value of each user in the next older snapshot, NaN where the user has no row there.
  private let older: [Double]
  /// The value of each user in this one.
  private(set) var values: [Double]

  init(
    _ rows: FeatureRows,
    _ snapshot: FeaturesPlan.Snapshot,
    _ plan: FeaturesPlan,
    older: [Double]
  ) {
    self.rows = rows
    self.older = older
    campaign = plan.campaign
    horizonEnd = snapshot.horizonEnd ?? snapshot.cutoff
    let week = Double(Microseconds.perWeek)
    weeks = Double(horizonEnd &- plan.logStart) / week
    horizonWeeks = Double(horizonEnd &- snapshot.cutoff) / week
    values = [Double](repeating: .nan, count: rows.userCount)
  }

  /// Writes the targets of `user`, whose rows up to the cutoff end at `end`.
  ///
  /// Every purchase counts, be it in a session or not.
  mutating func write(_ user: Int, behind end: Int32, to features: inout [Double]) {
    var earlier = 0.0
    for row in Int(rows.offsets[user])..<Int(end) where rows.isPurchase(row) {
      earlier += rows.amount(row)
    }
    var hasPurchase = false
    var isBack = false
    var money = 0.0
    var row = Int(end)
    let last = Int(rows.offsets[user + 1])
    while row < last, rows.times[row] <= horizonEnd {
      isBack = isBack || rows.isKept(row)
      if rows.isPurchase(row) {
        hasPurchase = true
        money += rows.amount(row)
      }
      row += 1
    }
    let profit = (earlier + money) / rows.moneyScale * campaign.margin
    let value = weeks > 0 ? profit / weeks * horizonWeeks : .nan
    values[user] = value
    features[FeatureValues.place(.event)] = hasPurchase ? 0 : 1
    features[FeatureValues.place(.returned)] = isBack ? 1 : 0
    features[FeatureValues.place(.revenue)] = money / rows.moneyScale
    features[FeatureValues.place(FeatureTarget.customerValue)] = value
    let before = older.isEmpty ? .nan : older[user]
    features[FeatureValues.place(.customerValueBefore)] = before.isNaN ? 0 : before
    features[FeatureValues.place(.actualProfit)] =
      hasPurchase
      ? -campaign.accept * campaign.offer : campaign.keep * (value - campaign.offer)
  }
}
