/// Holds `HEATMAP OF x BY hour, weekday clauses`.
package struct HeatmapStatement: Hashable, Sendable {
  package var of: Choice<ActivityEvent>
  package var behavior = BehaviorClauses()

  package init(of: Choice<ActivityEvent>) {
    self.of = of
  }
}
