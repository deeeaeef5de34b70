/// Holds `MATCH pattern clauses`; clauses may stand in any order, once each.
package struct MatchStatement: Hashable, Sendable {
  package var pattern: MatchSequence
  package var behavior = BehaviorClauses()
  /// `WITHIN 1d`: from a match's first row to its last.
  package var window: FunnelWindow?
  package var ties: Choice<FunnelTies>?

  package init(pattern: MatchSequence) {
    self.pattern = pattern
  }
}

/// Holds `item -> item -> …`.
package struct MatchSequence: Hashable, Sendable {
  package var items: [MatchItem]
  package var range: SourceRange

  package init(items: [MatchItem], range: SourceRange) {
    self.items = items
    self.range = range
  }
}

/// Holds an item of a pattern: what it takes, how often, and how long after the row before.
package struct MatchItem: Hashable, Sendable {
  /// Says what an item takes.
  package indirect enum Kind: Hashable, Sendable {
    /// One row of this event.
    case event(EventPattern)
    /// `[^x|y]`: one row that is none of these.
    case except([EventPattern])
    /// `(… | …)`.
    case group([MatchSequence])
  }

  package var kind: Kind
  package var quantifier: Choice<MatchQuantifier>?
  /// `WITHIN d OF PREVIOUS`.
  package var withinPrevious: Choice<Duration>?
  package var range: SourceRange

  package init(_ kind: Kind, range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}

/// Says how often an item stands.
package enum MatchQuantifier: Hashable, Sendable {
  /// `*`
  case zeroOrMore
  /// `+`
  case oneOrMore
  /// `?`
  case optional
  /// `{n}`, `{n,}`, `{n,m}`; nil is no limit.
  case between(Int, Int?)
}
