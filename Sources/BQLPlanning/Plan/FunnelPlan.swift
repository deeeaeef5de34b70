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
    /// How many rows must match, one after the other.
    package var repetitions = 1
    package var isOptional = false
    /// How far its row may be from that of the step before, inclusive, in microseconds.
    package var gapMicroseconds: Int64?
  }

  /// Says which rows end an attempt, or leave out a unit.
  package struct Exclusion: Sendable {
    package var label: String
    package var alternative: Alternative
    /// The steps (1-based) between which it acts; nil between any two.
    package var between: ClosedRange<Int>?
    package var excludesUnits: Bool
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
  package var mode: FunnelMode
  package var entry: FunnelEntry
  package var exclusions: [Exclusion]
  /// The columns, over the log's schema, of which every row of a chain must hold one value.
  package var holding: [Int]
  package var isMatureOnly: Bool
  package var answer: FunnelAnswer
  /// How far rows may stand out of order, in microseconds; 0: not at all.
  package var toleranceMicroseconds: Int64 = 0

  /// The columns of the answer `steps` that something reads, ascending; nil: all.
  package var columns: [Int]?

  /// The name of the column that counts: units, or attempts.
  package var countName: String { entry == .every ? "attempts" : behavior.countName }
}
