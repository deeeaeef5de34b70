package import BQLSyntax

/// Asks how many of the units that started in a period come back in the periods behind it.
package struct RetentionPlan: Sendable {
  /// The most periods, and the largest number of one, that are counted.
  package static let maximumPeriod = 1_000

  package var behavior: BehaviorPlan
  package var of: EventSelection
  package var returning: EventSelection
  /// Whether RETURN is the OF event: the start itself then counts in period 0.
  package var isOwnReturn: Bool
  package var entry: RetentionEntry
  package var grain: CalendarGrain
  /// Periods 0 to this one, where they are not brackets.
  package var lastPeriod: Int
  package var clock: RetentionClock
  package var count: RetentionCount
  package var measure: RetentionMeasure
}
