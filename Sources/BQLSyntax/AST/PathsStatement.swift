/// Holds `PATHS clauses`; clauses may stand in any order, once each.
package struct PathsStatement: Hashable, Sendable {
  /// `ON`: what a step is; the event's name where empty.
  package var on: [Expression] = []
  package var behavior = BehaviorClauses()
  package var steps: Choice<Int>?
  /// `START AT x`: the alternatives of x.
  package var start: Choice<[EventPattern]>?
  /// `END AT x`.
  package var end: Choice<[EventPattern]>?
  /// `AROUND x`.
  package var around: Choice<[EventPattern]>?
  /// `AROUND x BEFORE n`, 0 or more.
  package var before: Choice<Int>?
  /// `AROUND x AFTER n`, 0 or more.
  package var after: Choice<Int>?
  package var keep: Choice<Int>?
  /// The place of `COLLAPSE LOOPS`.
  package var collapseLoops: SourceRange?
  /// `COMPARE a VS b`.
  package var compare: Choice<[Expression]>?
  package var shape: Choice<PathsShape>?

  package init() {}
}

/// Names what PATHS returns a row of.
package enum PathsShape: String, Hashable, Sendable, CaseIterable {
  case steps = "STEPS"
  case edges = "EDGES"
  case sequences = "SEQUENCES"
}

/// Holds `TRANSITIONS clauses`; clauses may stand in any order, once each.
package struct TransitionsStatement: Hashable, Sendable {
  /// `ON`: what a state is; the event's name where empty.
  package var on: [Expression] = []
  package var behavior = BehaviorClauses()
  package var keep: Choice<Int>?
  /// The place of `COLLAPSE LOOPS`.
  package var collapseLoops: SourceRange?

  package init() {}
}
