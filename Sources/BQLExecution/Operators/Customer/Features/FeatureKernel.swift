import BQLColumnar
import BQLPlanning
import BQLStorage

/// Computes the features of a morsel's users at all snapshots.
struct FeatureKernel: Sendable {
  let plan: FeaturesPlan
  let reader: FeatureReader
  let frames: [FeatureFrame]
  private let calendar: CalendarDays
  /// The plan's columns that are numbers of the user's.
  private let features: [Feature]
  private let needsStatistics: Bool
  private let needsPeriods: Bool

  init(_ plan: FeaturesPlan, _ reader: FeatureReader, _ frames: [FeatureFrame]) {
    self.plan = plan
    self.reader = reader
    self.frames = frames
    calendar = CalendarDays(plan.behavior.log.timeRange)
    features = plan.columns.filter { FeatureValues.place(of: $0.kind) != nil }
    needsStatistics = plan.columns.contains { feature in
      switch feature.kind {
      case .statistic, .ratio: true
      case .row, .user, .period, .customer, .target, .snapshot: false
      }
    }
    needsPeriods = plan.columns.contains { feature in
      if case .period = feature.kind { true } else { false }
    }
  }

  /// Returns one unit a snapshot, the newest first.
  func units(_ morsel: Morsel) throws(ExecutionError) -> [FeatureUnit] {
    let rows = try plan.set == .rfm ? reader.readOrders(morsel) : reader.read(morsel)
    let isKept = try keptUsers(rows)
    var units: [FeatureUnit] = []
    var older: [Double] = []
    for frame in frames.reversed() {
      let unit = compute(rows, frame, isKept, &older)
      units.append(unit)
    }
    return units.reversed()
  }

  /// Whether each user has as many sessions with a purchase as MINIMUM asks for; empty without it.
  private func keptUsers(_ rows: FeatureRows) throws(ExecutionError) -> [Bool] {
    guard plan.minimumPurchases > 0 else { return [] }
    let rows = plan.set == .rfm ? try reader.read(rows.morsel) : rows
    var hasPurchase = [Bool](repeating: false, count: rows.firsts.count)
    for row in rows.slots.indices
    where rows.slots[row] >= 0 && rows.kinds[row] == FeatureRows.Kind.purchase {
      hasPurchase[Int(rows.slots[row])] = true
    }
    return (0..<rows.userCount).map { user in
      let slots = Int(rows.slotOffsets[user])..<Int(rows.slotOffsets[user + 1])
      return slots.count { hasPurchase[$0] } >= plan.minimumPurchases
    }
  }

  /// Computes one snapshot; `older` has each user's value in the snapshot before, and gets this one's.
  private func compute(
    _ rows: FeatureRows,
    _ frame: FeatureFrame,
    _ isKept: [Bool],
    _ older: inout [Double]
  ) -> FeatureUnit {
    let ends = rows.ends(at: frame.snapshot.cutoff)
    var users: [Int] = []
    var sessionCounts: [Int] = []
    for user in 0..<rows.userCount where isKept.isEmpty || isKept[user] {
      let count = rows.sessionCount(of: user, before: ends[user])
      guard count > 0 else { continue }
      users.append(user)
      sessionCounts.append(count)
    }
    let firstRow = Int32(truncatingIfNeeded: rows.morsel.rows.lowerBound)
    let userRows = users.map { rows.offsets[$0] + firstRow }
    var collector = FeatureCollector(features, rowCount: users.count)
    if !features.isEmpty {
      if plan.set == .rfm {
        collectOrders(rows, users, ends, &collector)
      } else {
        collect(rows, frame, users, sessionCounts, ends, &older, &collector)
      }
    }
    let (columns, maxima) = collector.finish()
    return FeatureUnit(
      rows.morsel,
      snapshot: frame.snapshot.step,
      userRows: userRows,
      columns: columns,
      maxima: maxima
    )
  }

  private func collectOrders(
    _ rows: FeatureRows,
    _ users: [Int],
    _ ends: [Int32],
    _ collector: inout FeatureCollector
  ) {
    var orders = OrderFeatures(rows, plan)
    var values = [Double](repeating: .nan, count: FeatureValues.count)
    for user in users {
      orders.write(user, before: ends[user], to: &values)
      collector.append(values)
    }
  }

  private func collect(
    _ rows: FeatureRows,
    _ frame: FeatureFrame,
    _ users: [Int],
    _ sessionCounts: [Int],
    _ ends: [Int32],
    _ older: inout [Double],
    _ collector: inout FeatureCollector
  ) {
    let sums = SessionSums(rows, before: ends)
    var vectors = SessionVectors(sums, frame, calendar, plan.behavior.timeZone)
    var statistics = SessionStatistics()
    var periods = PeriodFeatures(frame, margin: plan.campaign.margin)
    var targets = FeatureTargets(rows, frame.snapshot, plan, older: older)
    let hasTargets = frame.snapshot.horizonEnd != nil
    var values = [Double](repeating: .nan, count: FeatureValues.count)
    for (user, count) in zip(users, sessionCounts) {
      let first = Int(rows.slotOffsets[user])
      let slots = first..<(first + count)
      if needsStatistics {
        statistics.compute(slots, &vectors, to: &values)
        writeRatios(&values)
      }
      if needsPeriods { periods.write(slots, sums, to: &values) }
      if hasTargets { targets.write(user, behind: ends[user], to: &values) }
      collector.append(values)
    }
    older = targets.values
  }

  private func writeRatios(_ values: inout [Double]) {
    let days = values[Self.greatestRecency]
    for ratio in Self.ratios {
      values[ratio.place] = days == 0 ? .nan : values[ratio.numerator] / days
    }
  }

  private static let greatestRecency = FeatureValues.place(.sessionRecency, .max)
  private static let ratios = FeatureRatio.allCases.map { ratio in
    (
      place: FeatureValues.place(ratio),
      numerator: FeatureValues.place(ratio.numerator.0, ratio.numerator.1)
    )
  }
}
