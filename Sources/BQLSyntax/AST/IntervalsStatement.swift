/// Holds `INTERVALS OF x clauses`.
package struct IntervalsStatement: Hashable, Sendable {
  package var of: Choice<ActivityEvent>
  package var behavior = BehaviorClauses()

  package init(of: Choice<ActivityEvent>) {
    self.of = of
  }
}
