import BQLSyntax
import BQLTestSupport

extension RandomSyntax {
  mutating func funnel(_ depth: Int) -> FunnelStatement {
    var funnel = FunnelStatement()
    funnel.steps = some(1...3) { $0.step(depth) }
    funnel.behavior = behavior(depth)
    funnel.holding = some(0...2) { $0.name() }
    funnel.windows = some(0...3) { random in
      let day: Int64 = 86_400_000_000
      let spans = [("7d", Duration(microseconds: 7 * day)), ("3 MONTHS", Duration(months: 3))]
      let span = random.pick(spans)
      return FunnelWindow(duration: span.1, text: span.0, range: random.nowhere)
    }
    funnel.mode = maybe { $0.choice($0.pick(FunnelMode.allCases)) }
    funnel.entry = maybe { $0.choice($0.pick(FunnelEntry.allCases)) }
    funnel.ties = maybe { $0.choice($0.pick(FunnelTies.allCases)) }
    funnel.tolerance = maybe { $0.choice($0.duration()) }
    funnel.exclusions = some(0...2) { $0.exclusion(depth) }
    funnel.attribution = maybe { $0.choice($0.pick([.first, .each, .held, .last, .step(2)])) }
    funnel.show = maybe { $0.choice($0.show()) }
    funnel.matureOnly = maybe { $0.nowhere }
    funnel.withTotal = maybe { $0.nowhere }
    funnel.compare = maybe { random in
      random.choice([random.expression(depth), random.expression(depth)])
    }
    return funnel
  }

  private mutating func show() -> FunnelShow {
    let grain = Choice(pick(CalendarGrain.allCases), range: nowhere)
    let step = name()
    return pick([
      .steps, .times, .lift, .loss, .trend(grain), .usersAt(step), .droppedBefore(step),
      .droppedAfter(step),
    ])
  }

  private mutating func exclusion(_ depth: Int) -> FunnelExclusion {
    let excludesUsers = chance(40)
    return FunnelExclusion(
      event: event(depth),
      between: excludesUsers || chance(50) ? [] : [name(), name()],
      excludesUsers: excludesUsers,
      range: nowhere
    )
  }

  mutating func event(_ depth: Int) -> EventPattern {
    EventPattern(name: name(), condition: maybe(30) { $0.expression(depth) })
  }

  private mutating func step(_ depth: Int) -> FunnelStep {
    var step = FunnelStep(alternatives: some(1...3) { $0.event(depth) }, range: nowhere)
    step.repetitions = maybe(20) { $0.choice(2) }
    step.optional = maybe(20) { $0.nowhere }
    step.label = maybe(30) { $0.name() }
    step.withinPrevious = maybe(20) { $0.choice($0.duration()) }
    return step
  }
}
