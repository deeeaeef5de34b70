/// Holds `ACTIVE [OF x] [EVERY day] clauses`.
package struct ActiveStatement: Hashable, Sendable {
  /// nil: any event.
  package var of: Choice<ActivityEvent>?
  package var behavior = BehaviorClauses()
  package var every: Choice<CalendarGrain>?

  package init() {}
}
