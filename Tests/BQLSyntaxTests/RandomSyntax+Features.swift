import BQLSyntax
import BQLTestSupport

extension RandomSyntax {
  mutating func features(_ depth: Int) -> FeaturesStatement {
    var statement = FeaturesStatement()
    let behavior = behavior(depth)
    statement.behavior.from = behavior.from
    statement.behavior.condition = behavior.condition
    // Without a clause, FEATURES in an expression is a column.
    statement.using = name()
    statement.asOf = maybe { $0.expression(depth) }
    statement.snapshots = maybe { $0.choice(3) }
    statement.horizon = maybe { $0.choice($0.duration()) }
    statement.margin = maybe { $0.expression(depth) }
    statement.offer = maybe { $0.expression(depth) }
    statement.keep = maybe { $0.offerChance(depth) }
    statement.accept = maybe { $0.offerChance(depth) }
    statement.minimumPurchases = maybe { $0.choice(20) }
    statement.gaps = maybe { $0.choice($0.pick(FeatureGaps.allCases)) }
    return statement
  }

  mutating func offerChance(_ depth: Int) -> OfferChance {
    chance(50)
      ? .share(expression(depth)) : .beta(expression(depth), expression(depth))
  }
}
