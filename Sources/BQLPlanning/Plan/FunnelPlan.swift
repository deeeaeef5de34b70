package import BQLSyntax

/// Asks how many units reach each step of a sequence of events.
package struct FunnelPlan: Sendable {
  /// Which events match a step: the event's code in the log, and a condition on its row.
  package struct Alternative: Sendable {
    /// nil: an event that the log does not know, which matches nothing.
    package var eventCode: Int?
    /// Over the log's schema.
    package var condition: BoundExpression?
  }

  /// Names a step and what matches it.
  package struct Step: Sendable {
    package var label: String
    package var alternatives: [Alternative]
  }

  /// Holds a span from the first step to the last, inclusive.
  package struct Window: Sendable {
    package var text: String
    package var microseconds: Int64
  }

  package var behavior: BehaviorPlan
  package var steps: [Step]
  /// Empty: one block without a limit.
  package var windows: [Window]
  package var withTotal: Bool
  package var attribution: FunnelAttribution
  package var ties: FunnelTies
}
