/// Holds `STICKINESS [OF x] [EVERY day] [PER month] clauses`.
package struct StickinessStatement: Hashable, Sendable {
  /// nil: any event.
  package var of: Choice<ActivityEvent>?
  package var behavior = BehaviorClauses()
  /// The periods that are counted.
  package var every: Choice<CalendarGrain>?
  /// The periods that they are counted in: `PER month`, apart from the unit's PER.
  package var within: Choice<CalendarGrain>?

  package init() {}
}
