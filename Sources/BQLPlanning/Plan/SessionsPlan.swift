import BQLStorage
package import BQLSyntax

/// Asks for the sessions of a log: one row each, or one row a group of them.
package struct SessionsPlan: Sendable {
  /// Names what is told of a session.
  package enum Column: Hashable, Sendable {
    /// A dimension's value on the session's first row.
    case dimension(Int)
    case user
    /// The id, or the number of the session among the user's, from 1.
    case session
    case start
    /// From the first row to the last; NULL where there is one row alone.
    case duration
    case events
    case views
    case carts
    case purchases
    /// The money of the purchase rows.
    case value
    /// What ON asks for, on the first row and on the last.
    case entry
    case exit
  }

  /// Its unit makes the sessions: a column's values, or visits.
  package var behavior: BehaviorPlan
  /// What entry and exit tell; over the log's schema.
  package var edge: NamedExpression
  package var show: SessionsShow
  /// What is returned of each session, in order; those that nothing reads are pruned away.
  package var columns: [Column]

  /// The events that views, carts and purchases count, in this order.
  package static let counted = ["view", "cart", "purchase"]

  /// All that is told of a session of `behavior`.
  package static func allColumns(_ behavior: BehaviorPlan) -> [Column] {
    behavior.dimensions.indices.map { .dimension($0) }
      + [.user, .session, .start, .duration, .events, .views, .carts, .purchases]
      + (behavior.valueType == nil ? [] : [.value]) + [.entry, .exit]
  }
}
