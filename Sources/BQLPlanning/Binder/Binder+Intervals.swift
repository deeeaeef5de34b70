import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds an INTERVALS against its log; purchases are counted by the order.
  mutating func bindIntervals(
    _ intervals: IntervalsStatement,
    at range: SourceRange
  ) -> IntervalsPlan? {
    guard let (name, log) = bindLog(intervals.behavior.from, at: range) else { return nil }
    let selection = bindSelection(intervals.of, log, name)
    let behavior = bindBehavior(intervals.behavior, name, log, at: range)
    guard let selection, let behavior else { return nil }
    return IntervalsPlan(
      behavior: behavior,
      of: selection,
      countsOrders: selection.isPurchase(of: log)
    )
  }

  /// Binds a HEATMAP against its log; without BY its cells are hour by weekday.
  mutating func bindHeatmap(_ heatmap: HeatmapStatement, at range: SourceRange) -> HeatmapPlan? {
    guard let (name, log) = bindLog(heatmap.behavior.from, at: range) else { return nil }
    let selection = bindSelection(heatmap.of, log, name)
    var clauses = heatmap.behavior
    if clauses.by.isEmpty {
      clauses.by = ["hour", "weekday"].map { word in
        let name = Identifier(word, range: range)
        return Expression(.column(qualifier: nil, name: name), range: range)
      }
    }
    let behavior = bindBehavior(clauses, name, log, at: range)
    guard let selection, let behavior else { return nil }
    let clocks = clauses.by.map { clock($0, log) }
    let isDense = behavior.top == nil && Set(clocks).count == clocks.count
    return HeatmapPlan(
      behavior: behavior,
      of: selection,
      clocks: isDense && !clocks.contains(nil) ? clocks.compactMap { $0 } : nil
    )
  }

  /// The part of TIME that a bare `hour` or `weekday` means where no column has that name.
  private func clock(_ expression: Expression, _ log: EventLog) -> HeatmapPlan.Clock? {
    guard case .column(nil, let name) = expression.kind else { return nil }
    let word = name.name.lowercased()
    guard !log.schema.fields.contains(where: { $0.name.lowercased() == word }) else { return nil }
    switch word {
    case "hour": return .hour
    case "weekday": return .weekday
    default: return nil
    }
  }
}
