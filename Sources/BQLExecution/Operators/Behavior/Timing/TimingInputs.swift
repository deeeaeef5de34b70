import BQLColumnar
import BQLPlanning
import BQLStorage

/// Measures the waits of the units of a morsel.
struct TimingInputs: Sendable {
  let plan: TimingPlan
  let inputs: BehaviorInputs
  /// In microseconds.
  let logEnd: Int64

  /// Returns the units of `morsel`, the one at `index` of all.
  func units(_ index: Int, _ morsel: Morsel) throws(ExecutionError) -> TimingUnits {
    let shared = inputs.rows[morsel.partition]
    var found = TimingUnits()
    found.keys = inputs.groups.ofChains.map { GroupTable(types: $0.types) }
    var marks = try inputs.marks(morsel)
    clipStarts(&marks, morsel)
    let held = holdValues(&marks, morsel, &found)
    let units = UnitRows(
      marks,
      morsel,
      inputs.partition(morsel),
      shared.times,
      units: inputs.rows.units(morsel)
    )
    found.leftOutRowCount += units.leftOutRowCount
    let orders = orders(units, shared)
    var scan = TimingScan(
      held: held?.codes(ofRows: positions(units), firstRow: morsel.rows.lowerBound) ?? [],
      orders: plan.countsOrders ? orders?.ofPositions(units.marks.count) ?? [] : []
    )
    units.scan(&scan)
    let rows = units.rows(at: scan.waits.map(\.start))
    let codes = try inputs.codes(ofRows: rows, index, morsel)
    found.keys = codes.keys ?? found.keys
    found.groups = codes.codes
    let scale = units.timeScale
    found.times.reserveCapacity(scan.waits.count)
    found.converted.reserveCapacity(scan.waits.count)
    for wait in scan.waits {
      let start = instant(wait.startTime, scale)
      let end = wait.end < 0 ? logEnd : instant(wait.endTime, scale)
      found.times.append(max(0, end.subtractingReportingOverflow(start).partialValue))
      found.converted.append(wait.end >= 0)
    }
    follow(scan.waits, orders, scale, &found)
    return found
  }

  private func instant(_ stored: Int64, _ scale: Int64) -> Int64 {
    let (product, overflow) = stored.multipliedReportingOverflow(by: scale)
    return overflow ? (stored < 0 ? .min : .max) : product
  }

  private func positions(_ units: UnitRows) -> [Int32] {
    units.rows ?? units.marks.indices.map { Int32(truncatingIfNeeded: $0) }
  }

  /// Takes the start's mark from rows outside the period.
  private func clipStarts(_ marks: inout [UInt8], _ morsel: Morsel) {
    guard plan.behavior.since != nil || plan.behavior.until != nil else { return }
    var starts = marks
    inputs.clip(&starts, morsel, before: 0)
    for row in marks.indices { marks[row] &= ~TimingMark.start | starts[row] }
  }

  /// Returns the values that rows hold, those without one being no starts or ends.
  private func holdValues(
    _ marks: inout [UInt8],
    _ morsel: Morsel,
    _ found: inout TimingUnits
  ) -> RowCodes? {
    guard !plan.holding.isEmpty else { return nil }
    let codes = inputs.rows.codes(plan.holding, morsel)
    let events = TimingMark.start | TimingMark.end
    codes.withCodes(morsel.rows) { codes in
      for row in marks.indices where marks[row] & events != 0 {
        guard codes[row] < 0 else { continue }
        marks[row] &= ~events
        found.leftOutRowCount += 1
      }
    }
    return codes
  }

  /// Returns the units' orders, where they matter.
  private func orders(_ units: UnitRows, _ shared: LogRows.Shared) -> TimingOrders? {
    let isAgainst =
      switch plan.subject {
      case .summary, .curve, .test: false
      case .delayBands, .landmark: true
      }
    guard isAgainst || plan.countsOrders else { return nil }
    return TimingOrders(
      units,
      sessions: shared.purchases?.sessions,
      gapSeconds: plan.behavior.orderGapSeconds,
      money: isAgainst ? shared.money : nil
    )
  }

  /// Finds what the units bought at the end of their wait, or behind the landmark.
  private func follow(
    _ waits: [TimingScan.Wait],
    _ orders: TimingOrders?,
    _ scale: Int64,
    _ found: inout TimingUnits
  ) {
    guard let orders else { return }
    switch plan.subject {
    case .summary, .curve, .test: return
    case .delayBands(let follow):
      for wait in waits {
        var outcome = TimingUnits.Outcome()
        if wait.end >= 0, let own = orders.order(of: wait.end) {
          let end = instant(wait.endTime, scale)
          let horizon = end.addingReportingOverflow(follow)
          outcome.value = orders.sums[own]
          outcome.isFollowed = !horizon.overflow && horizon.partialValue <= logEnd
          outcome.isRepeated = orders.orders(of: wait.unit).contains { order in
            order != own && orders.firsts[order] > wait.end
              && instant(orders.times[order], scale) <= horizon.partialValue
          }
        }
        found.outcomes.append(outcome)
      }
    case .landmark(let after, let follow):
      for wait in waits {
        var outcome = TimingUnits.Outcome()
        let landmark = instant(wait.startTime, scale).addingReportingOverflow(after)
        let horizon = landmark.partialValue.addingReportingOverflow(follow)
        outcome.isFollowed =
          !landmark.overflow && !horizon.overflow && horizon.partialValue <= logEnd
        if outcome.isFollowed {
          outcome.isEarly =
            wait.end >= 0 && instant(wait.endTime, scale) <= landmark.partialValue
          for order in orders.orders(of: wait.unit) {
            let time = instant(orders.times[order], scale)
            guard time > landmark.partialValue, time <= horizon.partialValue else { continue }
            outcome.orders += 1
            outcome.value += orders.sums[order]
          }
        }
        found.outcomes.append(outcome)
      }
    }
  }
}
