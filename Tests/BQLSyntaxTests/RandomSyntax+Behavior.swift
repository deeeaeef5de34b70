import BQLSyntax
import BQLTestSupport

extension RandomSyntax {
  mutating func behavior(_ depth: Int) -> BehaviorClauses {
    var clauses = BehaviorClauses()
    clauses.from = maybe { $0.chance(30) ? $0.tables(depth) : $0.table(depth) }
    clauses.condition = maybe { $0.expression(depth) }
    clauses.unit = maybe { random in
      let columns = random.some(1...2) { $0.name() }
      return random.choice(random.pick([.user, .session, .columns(columns)]))
    }
    clauses.since = maybe { $0.expression(depth) }
    clauses.until = maybe { $0.expression(depth) }
    clauses.by = some(0...2) { $0.expression(depth) }
    if !clauses.by.isEmpty { clauses.top = maybe { $0.choice(10) } }
    return clauses
  }

  mutating func retention(_ depth: Int) -> RetentionStatement {
    var retention = RetentionStatement(of: activityEvent(depth))
    retention.behavior = behavior(depth)
    retention.entry = maybe { $0.choice($0.pick(RetentionEntry.allCases)) }
    retention.returning = maybe { $0.activityEvent(depth) }
    retention.every = maybe { $0.choice($0.pick(CalendarGrain.allCases)) }
    retention.periods = maybe { $0.choice(12) }
    retention.clock = maybe { $0.choice($0.pick(RetentionClock.allCases)) }
    retention.measure = maybe { $0.choice($0.pick(RetentionMeasure.allCases)) }
    retention.count = maybe {
      $0.choice($0.pick([.on, .onOrAfter, .brackets([0...0, 1...3, 7...9])]))
    }
    return retention
  }

  /// LIFECYCLE, STICKINESS, ACTIVE, INTERVALS or HEATMAP.
  mutating func activity(_ depth: Int) -> Query.Kind {
    switch Int.random(in: 0..<5, using: &random) {
    case 0:
      var statement = LifecycleStatement()
      statement.of = maybe { $0.activityEvent(depth) }
      statement.every = maybe { $0.choice($0.pick(CalendarGrain.allCases)) }
      statement.behavior = behavior(depth)
      return .lifecycle(statement)
    case 1:
      var statement = StickinessStatement()
      statement.of = maybe { $0.activityEvent(depth) }
      statement.every = maybe { $0.choice($0.pick(CalendarGrain.allCases)) }
      statement.within = maybe { $0.choice($0.pick(CalendarGrain.allCases)) }
      statement.behavior = behavior(depth)
      return .stickiness(statement)
    case 2:
      var statement = ActiveStatement()
      statement.of = maybe { $0.activityEvent(depth) }
      statement.every = maybe { $0.choice($0.pick(CalendarGrain.allCases)) }
      statement.behavior = behavior(depth)
      return .active(statement)
    case 3:
      var statement = IntervalsStatement(of: activityEvent(depth))
      statement.behavior = behavior(depth)
      return .intervals(statement)
    default:
      var statement = HeatmapStatement(of: activityEvent(depth))
      statement.behavior = behavior(depth)
      return .heatmap(statement)
    }
  }

  mutating func activityEvent(_ depth: Int) -> Choice<ActivityEvent> {
    choice(chance(30) ? .any : .events(some(1...2) { $0.event(depth) }))
  }
}
