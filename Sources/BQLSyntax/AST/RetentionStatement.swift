/// Holds `RETENTION OF x …`; everything behind the event stands in any order, once each.
package struct RetentionStatement: Hashable, Sendable {
  package var of: Choice<ActivityEvent>
  package var behavior = BehaviorClauses()
  /// `FIRST` or `RECURRING`.
  package var entry: Choice<RetentionEntry>?
  /// `RETURN x`.
  package var returning: Choice<ActivityEvent>?
  /// `EVERY week`.
  package var every: Choice<CalendarGrain>?
  /// `FOR 12`.
  package var periods: Choice<Int>?
  package var clock: Choice<RetentionClock>?
  package var count: Choice<RetentionCount>?
  package var measure: Choice<RetentionMeasure>?

  package init(of: Choice<ActivityEvent>) {
    self.of = of
  }
}

/// Names which periods a unit starts a cohort in.
package enum RetentionEntry: String, Hashable, Sendable, CaseIterable {
  /// The one of its first event ever.
  case first = "FIRST"
  /// Each in which it has the event.
  case recurring = "RECURRING"
}

/// Names what periods are counted by.
package enum RetentionClock: String, Hashable, Sendable, CaseIterable {
  /// Days, Monday weeks and months of the calendar.
  case calendar = "CALENDAR"
  /// Exact seconds since the start.
  case rolling = "ROLLING"
}

/// Says when a unit counts in a period.
package enum RetentionCount: Hashable, Sendable {
  /// It returned in the period.
  case on
  /// It returned in the period or later.
  case onOrAfter
  /// It returned in one of the periods of the bracket; ascending, apart from each other.
  case brackets([ClosedRange<Int>])
}

/// Names what is counted of those who return.
package enum RetentionMeasure: String, Hashable, Sendable, CaseIterable {
  case users = "USERS"
  case revenue = "REVENUE"
  case orders = "ORDERS"
}
