import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Bounds the columns of steps, so that an answer can be read and a path fits in memory.
  private static let stepLimit = 100

  /// Binds a PATHS against its log.
  mutating func bindPaths(_ paths: PathsStatement, at range: SourceRange) -> PathsPlan? {
    guard let (name, log) = bindLog(paths.behavior.from, at: range) else { return nil }
    let behavior = bindBehavior(paths.behavior, name, log, at: range)
    let on = bindStates(paths.on, name, log, at: range)
    let anchor = bindAnchor(paths, name, log)
    let comparison = bindComparison(paths.compare, paths.behavior, name, log)
    guard let behavior, let on, let anchor, let comparison else { return nil }
    var stepCount = paths.steps?.value ?? 6
    var counted = paths.steps?.range ?? range
    if case .around(_, let before, let after) = anchor {
      // Either alone may be as large as a number can be.
      let sides = min(before, Self.stepLimit) + min(after, Self.stepLimit)
      stepCount = max(before, after) > Self.stepLimit ? max(before, after) : sides + 1
      counted = (before > after ? paths.before : paths.after)?.range ?? counted
    }
    guard stepCount <= Self.stepLimit else {
      return fail(
        .badFunnel,
        "PATHS counts at most \(Self.stepLimit) steps, found \(stepCount)",
        at: counted
      )
    }
    return PathsPlan(
      behavior: behavior,
      on: on,
      anchor: anchor,
      stepCount: stepCount,
      keep: paths.keep?.value ?? 8,
      collapsesLoops: paths.collapseLoops != nil,
      comparison: comparison.value,
      shape: paths.shape?.value ?? .steps
    )
  }

  /// Binds a TRANSITIONS against its log.
  mutating func bindTransitions(
    _ transitions: TransitionsStatement,
    at range: SourceRange
  ) -> TransitionsPlan? {
    guard let (name, log) = bindLog(transitions.behavior.from, at: range) else { return nil }
    let behavior = bindBehavior(transitions.behavior, name, log, at: range)
    let on = bindStates(transitions.on, name, log, at: range)
    guard let behavior, let on else { return nil }
    return TransitionsPlan(
      behavior: behavior,
      on: on,
      keep: transitions.keep?.value,
      collapsesLoops: transitions.collapseLoops != nil
    )
  }

  /// Resolves ON: what a step is, the event without it.
  private mutating func bindStates(
    _ on: [Expression],
    _ name: String,
    _ log: EventLog,
    at range: SourceRange
  ) -> [NamedExpression]? {
    var context = behaviorContext(name, log)
    context.clause = "ON"
    context.scope.allowsTimeParts = true
    guard on.isEmpty else { return bindDimensions(on, context) }
    guard let column = log.roles[.event] else {
      return fail(
        .missingRole,
        "the log has no EVENT column",
        at: range,
        hints: ["say what a step is: ON column", "or name it on loading: LOAD … (EVENT column)"]
      )
    }
    let field = log.schema[column]
    let expression = BoundExpression(.column(column), field.type, range: range)
    return [NamedExpression(field.name, expression)]
  }

  private mutating func bindAnchor(
    _ paths: PathsStatement,
    _ name: String,
    _ log: EventLog
  ) -> PathsPlan.Anchor? {
    let context = behaviorContext(name, log)
    if let around = paths.around {
      if let other = paths.start?.range ?? paths.end?.range ?? paths.steps?.range {
        return fail(
          .badFunnel,
          "AROUND says where a path starts and ends",
          at: other,
          hints: ["AROUND x BEFORE 2 AFTER 3 takes no START, END or STEPS"]
        )
      }
      guard let step = bindStep(FunnelStep(around), log, name, context) else { return nil }
      return .around(step, before: paths.before?.value ?? 2, after: paths.after?.value ?? 3)
    }
    let start = paths.start.map { bindStep(FunnelStep($0), log, name, context) }
    let end = paths.end.map { bindStep(FunnelStep($0), log, name, context) }
    switch (start, end) {
    case (nil, nil): return .firstRow
    case (.some(let start?), nil): return .start(start)
    case (nil, .some(let end?)): return .end(end)
    case (.some(let start?), .some(let end?)): return .between(start, end)
    default: return nil
    }
  }
}

extension FunnelStep {
  /// Makes a step of an anchor's events.
  fileprivate init(_ anchor: Choice<[EventPattern]>) {
    self.init(alternatives: anchor.value, range: anchor.range)
  }
}
