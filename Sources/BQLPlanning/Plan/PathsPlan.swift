package import BQLSyntax

/// Asks what units do one step after the other, from their first rows or about an event.
package struct PathsPlan: Sendable {
  /// Says where the path of a unit stands among its rows.
  package enum Anchor: Sendable {
    /// From the unit's first row.
    case firstRow
    /// From its first row of this event.
    case start(FunnelPlan.Step)
    /// Up to its first row of this event.
    case end(FunnelPlan.Step)
    /// From its first row of one event to the first later one of the other.
    case between(FunnelPlan.Step, FunnelPlan.Step)
    /// So many steps before and after its first row of this event.
    case around(FunnelPlan.Step, before: Int, after: Int)

    /// The events named, in order.
    package var steps: [FunnelPlan.Step] {
      switch self {
      case .firstRow: []
      case .start(let step), .end(let step), .around(let step, _, _): [step]
      case .between(let start, let end): [start, end]
      }
    }
  }

  package var behavior: BehaviorPlan
  /// What a step is, over the log's schema; never empty.
  package var on: [NamedExpression]
  package var anchor: Anchor
  /// The columns of steps that are counted.
  package var stepCount: Int
  /// How many steps (or, of sequences, paths) keep their names in each column.
  package var keep: Int
  package var collapsesLoops: Bool
  package var comparison: Comparison?
  package var shape: PathsShape

  /// The number of the first column: 1, or so many steps before the anchor.
  package var firstStepNumber: Int {
    switch anchor {
    case .firstRow, .start, .between: 1
    case .end: 1 - stepCount
    case .around(_, let before, _): -before
    }
  }
}

/// Asks how often one state follows another, and how soon.
package struct TransitionsPlan: Sendable {
  package var behavior: BehaviorPlan
  /// What a state is, over the log's schema; never empty.
  package var on: [NamedExpression]
  /// How many states keep their names; nil keeps all.
  package var keep: Int?
  package var collapsesLoops: Bool
}
