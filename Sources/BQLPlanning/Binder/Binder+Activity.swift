import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds a LIFECYCLE against its log.
  mutating func bindLifecycle(
    _ lifecycle: LifecycleStatement,
    at range: SourceRange
  ) -> ActivityPlan? {
    bindActivity(
      lifecycle.of,
      lifecycle.behavior,
      .lifecycle,
      lifecycle.every?.value ?? .week,
      at: range
    )
  }

  /// Binds an ACTIVE against its log.
  mutating func bindActive(_ active: ActiveStatement, at range: SourceRange) -> ActivityPlan? {
    bindActivity(active.of, active.behavior, .active, active.every?.value ?? .day, at: range)
  }

  /// Binds a STICKINESS against its log: periods are counted in longer ones.
  mutating func bindStickiness(
    _ stickiness: StickinessStatement,
    at range: SourceRange
  ) -> ActivityPlan? {
    let every = stickiness.every?.value ?? .day
    let within = stickiness.within?.value ?? .month
    let isLonger =
      switch (every, within) {
      case (.day, .week), (.day, .month), (.week, .month): true
      case (.day, .day), (.week, .day), (.week, .week), (.month, _): false
      }
    guard isLonger else {
      return fail(
        .badClause,
        "STICKINESS counts periods in longer ones: every \(every.name) per \(within.name)",
        at: stickiness.within?.range ?? stickiness.every?.range ?? range,
        hints: ["EVERY day PER week, EVERY day PER month, EVERY week PER month"]
      )
    }
    return bindActivity(
      stickiness.of,
      stickiness.behavior,
      .stickiness(within: within),
      every,
      at: range
    )
  }

  private mutating func bindActivity(
    _ event: Choice<ActivityEvent>?,
    _ clauses: BehaviorClauses,
    _ subject: ActivityPlan.Subject,
    _ grain: CalendarGrain,
    at range: SourceRange
  ) -> ActivityPlan? {
    guard let (name, log) = bindLog(clauses.from, at: range) else { return nil }
    let selection = bindSelection(event ?? Choice(.any, range: range), log, name)
    let behavior = bindBehavior(clauses, name, log, at: range)
    guard let selection, let behavior else { return nil }
    return ActivityPlan(behavior: behavior, subject: subject, of: selection, grain: grain)
  }

  /// Resolves what OF or RETURN names.
  mutating func bindSelection(
    _ event: Choice<ActivityEvent>,
    _ log: EventLog,
    _ logName: String
  ) -> EventSelection? {
    guard case .events(let patterns) = event.value else {
      return .any
    }
    let step = FunnelStep(alternatives: patterns, range: event.range)
    var context = behaviorContext(logName, log)
    context.clause = "an event's condition"
    guard let bound = bindStep(step, log, logName, context) else { return nil }
    return EventSelection(label: bound.label, isAny: false, alternatives: bound.alternatives)
  }
}
