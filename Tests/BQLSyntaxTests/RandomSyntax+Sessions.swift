import BQLSyntax
import BQLTestSupport

extension RandomSyntax {
  mutating func sessions(_ depth: Int) -> SessionsStatement {
    var statement = SessionsStatement()
    statement.behavior = behavior(depth)
    statement.using = maybe { $0.name() }
    statement.gap = maybe { $0.choice($0.duration()) }
    if statement.gap != nil { statement.longest = maybe { $0.choice($0.duration()) } }
    statement.on = maybe { $0.expression(depth) }
    statement.show = maybe { $0.choice($0.pick(SessionsShow.allCases)) }
    return statement
  }

  mutating func timing(_ depth: Int) -> TimingStatement {
    var statement = TimingStatement(start: activityEvent(depth), end: activityEvent(depth))
    statement.behavior = behavior(depth)
    statement.holding = some(0...2) { $0.name() }
    statement.show = maybe { random in
      let times = random.some(0...3) { $0.duration() }
      return random.choice(random.pick([.summary, .test, .curve(at: times)]))
    }
    statement.against = maybe { random in
      let landmark = random.maybe { $0.duration() }
      return random.choice(
        TimingAgainst(landmark: landmark, follow: random.maybe { $0.duration() })
      )
    }
    return statement
  }
}
