/// Holds `TIMING x TO y clauses`; clauses may stand in any order, once each.
package struct TimingStatement: Hashable, Sendable {
  package var start: Choice<ActivityEvent>
  package var end: Choice<ActivityEvent>
  package var behavior = BehaviorClauses()
  package var holding: [Identifier] = []
  package var show: Choice<TimingShow>?
  package var against: Choice<TimingAgainst>?

  package init(start: Choice<ActivityEvent>, end: Choice<ActivityEvent>) {
    self.start = start
    self.end = end
  }
}

/// Says what TIMING returns.
package enum TimingShow: Hashable, Sendable {
  /// One row a group.
  case summary
  /// The curve: a row for each time at which a unit converts, or at the times of AT.
  case curve(at: [Duration])
  /// The log-rank test of the groups.
  case test
}

/// Holds `AGAINST value [LANDMARK 7d] [FOR 30d]`.
package struct TimingAgainst: Hashable, Sendable {
  /// How long after its start a unit is asked whether it has converted; nil for bands of delay.
  package var landmark: Duration?
  /// How long what follows is added up.
  package var follow: Duration?

  package init(landmark: Duration? = nil, follow: Duration? = nil) {
    self.landmark = landmark
    self.follow = follow
  }
}
