import BQLSyntax
import BQLTestSupport

extension RandomSyntax {
  mutating func rfm(_ depth: Int) -> RFMStatement {
    var statement = RFMStatement()
    statement.behavior = behavior(depth)
    statement.asOf = maybe { $0.expression(depth) }
    // Without a clause, RFM in an expression is a column.
    statement.scores = choice(4)
    return statement
  }

  mutating func correlate(_ depth: Int) -> CorrelateStatement {
    var statement = CorrelateStatement(source: featureSource(depth), target: expression(depth))
    statement.method = maybe { $0.choice($0.pick(CorrelationMethod.allCases)) }
    statement.from = maybe { TableReference(.table($0.name()), range: $0.nowhere) }
    statement.condition = maybe { $0.expression(depth) }
    statement.asOf = maybe { $0.expression(depth) }
    return statement
  }

  mutating func segment() -> SegmentStatement {
    var statement = SegmentStatement(division())
    statement.source = maybe { $0.featureSource(2) }
    statement.method = maybe { $0.choice($0.pick(SegmentMethod.allCases)) }
    statement.covariance = maybe { $0.choice($0.pick(CovarianceShape.allCases)) }
    statement.scale = maybe { $0.choice($0.pick(ScaleMethod.allCases)) }
    statement.seed = maybe { $0.choice(7) }
    statement.starts = maybe { $0.choice(3) }
    statement.value = maybe { $0.expression(2) }
    statement.from = maybe { TableReference(.table($0.name()), range: $0.nowhere) }
    statement.condition = maybe { $0.expression(2) }
    statement.asOf = maybe { $0.expression(1) }
    statement.name = maybe { $0.name() }
    return statement
  }

  mutating func assign() -> AssignStatement {
    var statement = AssignStatement(segment: name())
    statement.from = maybe { TableReference(.table($0.name()), range: $0.nowhere) }
    statement.asOf = maybe { $0.expression(1) }
    statement.name = maybe { $0.name() }
    return statement
  }

  mutating func showSegment() -> ShowSegmentStatement {
    var statement = ShowSegmentStatement(segment: name())
    statement.part = maybe { $0.choice($0.pick(ShowSegmentStatement.Part.allCases)) }
    return statement
  }

  private mutating func division() -> SegmentStatement.Division {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return .clusters(choice(.fixed(4)))
    case 1: return .clusters(choice(.auto(2...Int.random(in: 2...9, using: &random))))
    case 2:
      let rules = some(1...3) { SegmentRule(name: $0.name(), condition: $0.expression(2)) }
      return .rules(rules, otherwise: maybe { $0.name() })
    default:
      return .power(percent: choice(pick([80, 12.5, 0.001])), of: maybe { $0.expression(2) })
    }
  }

  mutating func featureSource(_ depth: Int) -> FeatureSource {
    if chance(50) { return FeatureSource(.named(name()), range: nowhere) }
    let items = some(1...3) { random in
      SelectItem(
        .expression(random.expression(depth)),
        alias: random.maybe { $0.name() },
        range: random.nowhere
      )
    }
    return FeatureSource(.columns(items), range: nowhere)
  }
}
