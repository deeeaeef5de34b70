/// Holds `FEATURES clauses`; clauses may stand in any order, once each.
package struct FeaturesStatement: Hashable, Sendable {
  /// FROM and WHERE alone: a set of features takes no other of the shared clauses.
  package var behavior = BehaviorClauses()
  /// `USING base|rfm|engagement|customer_model`.
  package var using: Identifier?
  /// `AS OF t`.
  package var asOf: Expression?
  package var snapshots: Choice<Int>?
  package var horizon: Choice<Duration>?
  /// The share of revenue that is profit.
  package var margin: Expression?
  /// What a retention offer costs.
  package var offer: Expression?
  /// `KEEP`: the chance that the offer keeps a churner.
  package var keep: OfferChance?
  /// `ACCEPT`: the chance that a customer who stays takes the offer.
  package var accept: OfferChance?
  /// `MINIMUM n PURCHASES`.
  package var minimumPurchases: Choice<Int>?
  package var gaps: Choice<FeatureGaps>?

  package init() {}

  /// The expressions of the statement's own clauses.
  package var expressions: [Expression] {
    [asOf, margin, offer].compactMap { $0 } + (keep?.expressions ?? [])
      + (accept?.expressions ?? [])
  }
}

/// Says how likely customers respond to an offer: a share, or a distribution of it.
package enum OfferChance: Hashable, Sendable {
  case share(Expression)
  /// `BETA (a, b)`.
  case beta(Expression, Expression)

  var expressions: [Expression] {
    switch self {
    case .share(let share): [share]
    case .beta(let a, let b): [a, b]
    }
  }

  /// Where its numbers stand.
  package var range: SourceRange {
    switch self {
    case .share(let share): share.range
    case .beta(let a, let b): a.range.union(b.range)
    }
  }
}

/// Says what becomes of features that have no value.
package enum FeatureGaps: String, Hashable, Sendable, CaseIterable {
  /// Each takes the value that the customer model has for it.
  case filled = "FILLED"
  /// They stay NULL.
  case unfilled = "UNFILLED"
}
