import BQLColumnar
import BQLFunctions
import BQLPlanning

/// Makes rows of the waits of all units.
struct TimingTable {
  private let plan: TimingPlan
  private let units: TimingUnits
  private let shown: [Int32]
  /// The places of the units of each group that is shown.
  private let places: [[Int32]]
  private let values: GroupValues

  /// Sorts the units into the groups that `ranking` shows; `values` tells what codes stand for.
  init(_ plan: TimingPlan, _ units: TimingUnits, _ ranking: GroupRanking, _ values: GroupValues) {
    self.plan = plan
    self.units = units
    self.values = values
    let none = plan.behavior.dimensions.isEmpty && ranking.shown.isEmpty
    let shown = none ? [-1] : ranking.shown
    let map = ranking.map
    let found = units.places { ranking.hasOther ? map[min(Int($0) + 1, map.count - 1)] : $0 }
    var slots: [Int32: Int] = [:]
    for (slot, code) in found.codes.enumerated() { slots[code] = slot }
    self.shown = shown
    places = shown.map { code in slots[code].map { found.places[$0] } ?? [] }
  }

  /// The curve of each group, in the order in which groups are shown.
  func curves(_ context: ExecutionContext) -> [SurvivalCurve] {
    ParallelWork.map(count: places.count, threads: context.threads) { units.curve(places[$0]) }
  }

  /// Returns the answer; `curves` may be empty where AGAINST asks.
  func relation(_ curves: [SurvivalCurve], _ test: LogRankTest?) -> Relation {
    var builders = plan.schema.fields.map { ColumnBuilder($0.type) }
    for (index, code) in shown.enumerated() {
      let head = values.cells(of: code)
      let rows: [[Value]]
      switch plan.subject {
      case .summary: rows = [summary(curves[index])]
      case .curve(let times):
        rows = times.isEmpty ? steps(curves[index]) : steps(curves[index], at: times)
      case .test: rows = [tested(curves[index], index, test)]
      case .delayBands: rows = TimingBands(units).rows(places[index])
      case .landmark: rows = landmark(places[index])
      }
      for row in rows {
        for (column, cell) in (head + row).enumerated() { builders[column].append(cell) }
      }
    }
    return Relation(schema: plan.schema, columns: builders.map { $0.finish() })
  }

  private func interval(_ time: Int64?) -> Value { time.map { .interval($0) } ?? .null }

  private func summary(_ curve: SurvivalCurve) -> [Value] {
    let last = curve.steps.last
    let share: Double? = curve.count == 0 ? nil : last?.survival ?? 1
    return [.int(Int64(curve.count)), .int(Int64(curve.convertedCount))]
      + [0.25, 0.5, 0.75].map { interval(curve.time(ofShare: $0)) }
      + [interval(curve.lastTime), share.map { .float($0) } ?? .null] + limits(last)
  }

  private func limits(_ step: SurvivalCurve.Step?) -> [Value] {
    guard let interval = step?.interval else { return [.null, .null] }
    return [.float(interval.low), .float(interval.high)]
  }

  private func steps(_ curve: SurvivalCurve) -> [[Value]] {
    curve.steps.map { step in
      [
        .interval(step.time), .int(Int64(step.atRisk)), .int(Int64(step.converted)),
        .float(step.survival),
      ] + limits(step)
    }
  }

  /// Reads the curve at `times`; past the last unit's time nothing is known.
  private func steps(_ curve: SurvivalCurve, at times: [Int64]) -> [[Value]] {
    var before = 0
    return times.map { time in
      let step = curve.step(at: time)
      let converted = curve.convertedCount(until: time)
      defer { before = converted }
      let isKnown = curve.lastTime.map { time <= $0 } ?? false
      let isOver = step?.survival == 0
      let survival: Value = isKnown || isOver ? .float(step?.survival ?? 1) : .null
      return [
        .interval(time), .int(Int64(curve.atRisk(at: time))), .int(Int64(converted - before)),
        survival,
      ] + (isKnown ? limits(step) : [.null, .null])
    }
  }

  private func tested(
    _ curve: SurvivalCurve,
    _ index: Int,
    _ test: LogRankTest?
  ) -> [Value] {
    let head: [Value] = [.int(Int64(curve.count)), .int(Int64(curve.convertedCount))]
    guard let test else { return head + [.null, .null, .null, .null] }
    return head + [
      .float(test.expected[index]), .float(test.statistic), .int(Int64(test.degrees)),
      .float(test.pValue),
    ]
  }

  /// What those who had converted by the landmark bought behind it, and the others.
  private func landmark(_ places: [Int32]) -> [[Value]] {
    [true, false].map { isEarly in
      var (users, buyers, orders) = (0, 0, 0)
      var value = MoneySum()
      for place in places {
        let outcome = units.outcomes[Int(place)]
        guard outcome.isFollowed, outcome.isEarly == isEarly else { continue }
        users += 1
        buyers += outcome.orders > 0 ? 1 : 0
        orders += outcome.orders
        value += outcome.value
      }
      func mean(_ count: Int) -> Value {
        count == 0 ? .null : .float((value.money ?? 0) / Double(count))
      }
      return [
        .bool(isEarly), .int(Int64(users)), .int(Int64(buyers)),
        users == 0 ? .null : .float(Double(buyers) / Double(users)), .int(Int64(orders)),
        value.value(plan.behavior.valueType ?? .float), mean(users), mean(orders),
      ]
    }
  }
}
