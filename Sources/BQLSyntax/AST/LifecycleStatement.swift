/// Holds `LIFECYCLE [OF x] [EVERY week] clauses`.
package struct LifecycleStatement: Hashable, Sendable {
  /// nil: any event.
  package var of: Choice<ActivityEvent>?
  package var behavior = BehaviorClauses()
  package var every: Choice<CalendarGrain>?

  package init() {}
}
