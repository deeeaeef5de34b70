import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Holds the periods that an activity question finds active, and the longer ones around them.
struct ActivityCalendar: Sendable {
  let subject: ActivityPlan.Subject
  /// The first instant of each inner period in microseconds, and of the one behind the last.
  let starts: [Int64]
  /// The periods that the answer has rows for.
  let shown: PeriodGrid
  /// The shown period of each inner one.
  let outer: [Int32]
  /// The first inner period of each shown one.
  let firstOf: [Int32]
  /// Numbers a cell of the tally holds.
  let width: Int
  /// Periods that cells are counted by.
  let cellCount: Int

  init(_ plan: ActivityPlan, covering range: ClosedRange<Int64>) {
    subject = plan.subject
    let inner: PeriodGrid
    let zone = plan.behavior.timeZone
    switch plan.subject {
    case .lifecycle:
      inner = PeriodGrid(plan.grain, covering: range, in: zone)
      shown = inner
      width = LifecycleCount.width
      starts = inner.starts
    case .stickiness(let within):
      inner = PeriodGrid(plan.grain, covering: range, in: zone)
      shown = PeriodGrid(within, covering: range, in: zone)
      // A week that two months share is a week of both.
      starts = Array(Set(inner.starts + shown.starts)).sorted().filter { [shown] in
        $0 >= max(shown.starts[0], inner.starts[0])
      }
      width = within == .week ? 7 : plan.grain == .day ? 31 : 6
    case .active:
      inner = PeriodGrid(.day, covering: range, in: zone)
      shown = PeriodGrid(plan.grain, covering: range, in: zone)
      width = ActiveCount.width
      starts = inner.starts
    }
    let shown = self.shown
    outer = starts.dropLast().map { Int32(truncatingIfNeeded: shown.period(of: $0)) }
    var firstOf: [Int32] = []
    for (index, period) in outer.enumerated() where Int(period) == firstOf.count {
      firstOf.append(Int32(truncatingIfNeeded: index))
    }
    self.firstOf = firstOf
    if case .active = plan.subject { cellCount = inner.count } else { cellCount = shown.count }
  }

  /// The stored times at which inner periods end.
  func ends(scale: Int64) -> [Int64] {
    starts.dropFirst().map { PeriodGrid.ceilingQuotient($0, max(scale, 1)) }
  }

  /// The shown periods that have an instant in `[since, until)`.
  func range(_ behavior: BehaviorPlan, covering range: ClosedRange<Int64>) -> Range<Int> {
    if let since = behavior.since, since > range.upperBound { return 0..<0 }
    if let until = behavior.until, until <= range.lowerBound { return 0..<0 }
    let first = behavior.since.map { shown.period(of: $0) } ?? 0
    let last = behavior.until.map { shown.period(of: $0 - 1) } ?? shown.count - 1
    return first..<max(last + 1, first)
  }
}
