import BQLSyntax
import BQLTestSupport

extension RandomSyntax {
  mutating func paths(_ depth: Int) -> PathsStatement {
    var paths = PathsStatement()
    paths.on = some(0...2) { $0.expression(depth) }
    paths.behavior = behavior(depth)
    paths.steps = maybe { $0.choice(4) }
    paths.start = maybe { $0.anchor(depth) }
    paths.end = maybe { $0.anchor(depth) }
    paths.around = maybe { $0.anchor(depth) }
    if paths.around != nil {
      paths.before = maybe { $0.choice(0) }
      paths.after = maybe { $0.choice(3) }
    }
    paths.keep = maybe { $0.choice(8) }
    paths.collapseLoops = maybe { $0.nowhere }
    paths.compare = maybe { random in
      random.choice([random.expression(depth), random.expression(depth)])
    }
    paths.shape = maybe { $0.choice($0.pick(PathsShape.allCases)) }
    return paths
  }

  mutating func transitions(_ depth: Int) -> TransitionsStatement {
    var transitions = TransitionsStatement()
    transitions.on = some(0...2) { $0.expression(depth) }
    transitions.behavior = behavior(depth)
    transitions.keep = maybe { $0.choice(8) }
    transitions.collapseLoops = maybe { $0.nowhere }
    return transitions
  }

  mutating func match(_ depth: Int) -> MatchStatement {
    var match = MatchStatement(pattern: sequence(depth, groups: 2))
    match.behavior = behavior(depth)
    match.window = maybe { random in
      let span = Duration(microseconds: 86_400_000_000)
      return FunnelWindow(duration: span, text: "1d", range: random.nowhere)
    }
    match.ties = maybe { $0.choice($0.pick(FunnelTies.allCases)) }
    return match
  }

  private mutating func anchor(_ depth: Int) -> Choice<[EventPattern]> {
    let events = some(1...2) { $0.event(depth) }
    return choice(events)
  }

  private mutating func sequence(_ depth: Int, groups: Int) -> MatchSequence {
    MatchSequence(items: some(1...3) { $0.item(depth, groups: groups) }, range: nowhere)
  }

  private mutating func item(_ depth: Int, groups: Int) -> MatchItem {
    let kind: MatchItem.Kind =
      switch Int.random(in: 0..<(groups > 0 ? 4 : 3), using: &random) {
      case 0: .except(some(1...2) { $0.event(depth) })
      case 3: .group(some(1...2) { $0.sequence(depth, groups: groups - 1) })
      default: .event(event(depth))
      }
    var item = MatchItem(kind, range: nowhere)
    item.quantifier = maybe { random in
      random.choice(
        random.pick([
          .zeroOrMore, .oneOrMore, .optional, .between(2, 2), .between(0, 3), .between(1, nil),
        ])
      )
    }
    item.withinPrevious = maybe(20) { $0.choice($0.duration()) }
    return item
  }
}
