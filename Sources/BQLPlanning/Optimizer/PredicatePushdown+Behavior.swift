import BQLColumnar
import BQLStorage
import BQLSyntax

// Filters over the answers of behaviour statements.
extension Optimizer {
  /// Moves conditions on the user of a list of sessions into the log that they are found in: a user's
  /// sessions come of his own rows alone.
  ///
  /// Other answers count users of all kinds together, or tell of them in notes, so that a filter of
  /// the log would change what they say.
  static func push(
    _ predicate: BoundExpression,
    into question: BehaviorQuestion
  ) -> LogicalPlan {
    guard case .sessions(var sessions) = question, sessions.show == .sessions,
      sessions.behavior.dimensions.isEmpty, let user = sessions.behavior.log.roles[.user]
    else { return .filter(.behavior(question), predicate) }
    var kept: [BoundExpression] = []
    var moved: [BoundExpression] = []
    for part in predicate.conjuncts {
      let columns = part.columns
      let isOfUser = !columns.isEmpty && columns.allSatisfy { sessions.columns[$0] == .user }
      if isOfUser {
        let map = Dictionary(uniqueKeysWithValues: columns.map { ($0, user) })
        moved.append(part.remapped(map))
      } else {
        kept.append(part)
      }
    }
    sessions.behavior.filter = .conjunction(
      (sessions.behavior.filter.map { [$0] } ?? []) + moved
    )
    let plan = LogicalPlan.behavior(.sessions(sessions))
    return BoundExpression.conjunction(kept).map { .filter(plan, $0) } ?? plan
  }
}
