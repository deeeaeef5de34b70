import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Makes the rows of LIFECYCLE, STICKINESS and ACTIVE: group by group, period by period.
struct ActivityTable {
  private let plan: ActivityPlan
  private let calendar: ActivityCalendar
  private let periods: Range<Int>
  /// The inner periods that lie in the statement's period.
  private let inner: Range<Int>

  init(
    _ plan: ActivityPlan,
    _ calendar: ActivityCalendar,
    _ periods: Range<Int>,
    covering range: ClosedRange<Int64>
  ) {
    self.plan = plan
    self.calendar = calendar
    self.periods = periods
    let starts = calendar.starts
    let since = max(plan.behavior.since ?? range.lowerBound, range.lowerBound)
    let until = plan.behavior.until ?? .max
    let first = starts.lastIndex { $0 <= since } ?? 0
    let end = starts.dropLast().firstIndex { $0 >= until } ?? starts.count - 1
    inner = first..<max(first, end)
  }

  func relation(of tally: ActivityTally, groups: [Int32], _ values: GroupValues) -> Relation {
    var builders = plan.schema.fields.map { ColumnBuilder($0.type) }
    let slots = tally.counts.slotsByGroup
    for group in groups {
      let numbers = tally.counts.numbers(of: slots[group, default: []], calendar.cellCount)
      let head = values.cells(of: group)
      for row in rows(numbers) {
        for (index, cell) in (head + row).enumerated() { builders[index].append(cell) }
      }
    }
    return Relation(schema: plan.schema, columns: builders.map { $0.finish() })
  }

  /// The rows of one group, whose `numbers` stand cell by cell.
  private func rows(_ numbers: [Int]) -> [[Value]] {
    switch plan.subject {
    case .lifecycle:
      return periods.map { period in
        let cell = numbers[(period * calendar.width)..<((period + 1) * calendar.width)]
        return [.date(calendar.shown.startDay(period))] + cell.map { .int(Int64($0)) }
      }
    case .stickiness: return periods.flatMap { stickiness(numbers, $0) }
    case .active: return active(numbers)
    }
  }

  /// One row for each number of active periods up to the largest that a unit has.
  private func stickiness(_ numbers: [Int], _ period: Int) -> [[Value]] {
    let cell = Array(numbers[(period * calendar.width)..<((period + 1) * calendar.width)])
    let total = cell.reduce(0, +)
    guard let last = cell.lastIndex(where: { $0 > 0 }) else { return [] }
    var reached = total
    return (0...last).map { index in
      let share = Double(cell[index]) / Double(total)
      let atLeast = Double(reached) / Double(total)
      reached -= cell[index]
      return [
        .date(calendar.shown.startDay(period)), .int(Int64(index + 1)), .int(Int64(cell[index])),
        .float(share), .float(atLeast),
      ]
    }
  }

  private func active(_ numbers: [Int]) -> [[Value]] {
    // The windows' units are sums of what changed from day to day.
    var week = [Int](repeating: 0, count: calendar.cellCount)
    var month = week
    for day in week.indices {
      let cell = day * calendar.width
      week[day] = numbers[cell + ActiveCount.week] + (day > 0 ? week[day - 1] : 0)
      month[day] = numbers[cell + ActiveCount.month] + (day > 0 ? month[day - 1] : 0)
    }
    return periods.compactMap { period in
      let first = Int(calendar.firstOf[period])
      let end =
        period + 1 < calendar.firstOf.count
        ? Int(calendar.firstOf[period + 1]) : calendar.cellCount
      let days = (first..<end).clamped(to: inner)
      guard let last = days.last else { return nil }
      func mean(_ count: (Int) -> Int) -> Double {
        Double(days.reduce(0) { $0 + count($1) }) / Double(days.count)
      }
      let own = numbers[first * calendar.width + ActiveCount.outer]
      let daily = mean { numbers[$0 * calendar.width + ActiveCount.day] }
      let weekly: Double
      let monthly: Int
      switch plan.grain {
      case .day: (weekly, monthly) = (Double(week[last]), month[last])
      case .week: (weekly, monthly) = (Double(own), month[last])
      case .month: (weekly, monthly) = (mean { week[$0] }, own)
      }
      return [
        .date(calendar.shown.startDay(period)),
        plan.grain == .day ? .int(Int64(daily)) : .float(daily),
        plan.grain == .month ? .float(weekly) : .int(Int64(weekly)),
        .int(Int64(monthly)), ratio(daily, weekly), ratio(daily, Double(monthly)),
        ratio(weekly, Double(monthly)),
      ]
    }
  }

  private func ratio(_ part: Double, _ whole: Double) -> Value {
    whole == 0 ? .null : .float(part / whole)
  }
}
