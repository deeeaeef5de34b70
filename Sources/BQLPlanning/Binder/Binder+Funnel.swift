import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds a FUNNEL against its log.
  mutating func bindFunnel(_ funnel: FunnelStatement, at range: SourceRange) -> FunnelPlan? {
    guard let (name, log) = bindLog(funnel.behavior.from, at: range) else { return nil }
    let context = behaviorContext(name, log)
    let steps = funnel.steps.map { bindStep($0, log, name, context) }
    let behavior = bindBehavior(funnel.behavior, name, log, at: range)
    let windows = bindWindows(funnel.windows)
    let bound = steps.compactMap { $0 }
    let isSound = checkClauses(funnel, at: range)
    guard isSound, bound.count == steps.count, let windows, var behavior,
      let attribution = bindAttribution(funnel),
      let exclusions = bindExclusions(funnel, bound, log, name, context),
      let holding = bindHolding(funnel, behavior, context),
      let answer = bindAnswer(funnel, bound, &behavior, attribution),
      let tolerance = bindTolerance(funnel, bound)
    else { return nil }
    return FunnelPlan(
      behavior: behavior,
      steps: bound,
      windows: windows,
      withTotal: funnel.withTotal != nil,
      attribution: answer.isTrend ? .each : attribution,
      ties: funnel.ties?.value ?? .allow,
      mode: funnel.mode?.value ?? .loose,
      entry: funnel.entry?.value ?? .any,
      exclusions: exclusions,
      holding: holding,
      isMatureOnly: funnel.matureOnly != nil,
      answer: answer,
      toleranceMicroseconds: tolerance
    )
  }

  /// Resolves a step, or the events that another statement names: codes and conditions.
  mutating func bindStep(
    _ step: FunnelStep,
    _ log: EventLog,
    _ logName: String,
    _ context: ExpressionContext
  ) -> FunnelPlan.Step? {
    var context = context
    context.clause = "a step's condition"
    var alternatives: [FunnelPlan.Alternative] = []
    var isBound = true
    for pattern in step.alternatives {
      let code = bindEvent(pattern.name, log, logName)
      let condition = pattern.condition.map { bindCondition($0, context) }
      guard let code, condition == nil || condition.flatMap({ $0 }) != nil else {
        isBound = false
        continue
      }
      alternatives.append(
        FunnelPlan.Alternative(eventCode: code.value, condition: condition.flatMap { $0 })
      )
    }
    guard isBound else { return nil }
    var bound = FunnelPlan.Step(
      label: step.label?.name ?? label(of: step),
      alternatives: alternatives
    )
    bound.repetitions = step.repetitions?.value ?? 1
    bound.isOptional = step.optional != nil
    if let within = step.withinPrevious {
      guard within.value.months == 0 else {
        return fail(
          .badFunnel,
          "WITHIN … OF PREVIOUS needs a span of exact length, found calendar months",
          at: within.range,
          hints: ["30d, 4w"]
        )
      }
      bound.gapMicroseconds = within.value.microseconds
    }
    return bound
  }

  /// A step is called as it is written, a lone event by its name.
  private func label(of step: FunnelStep) -> String {
    if step.alternatives.count == 1, step.alternatives[0].condition == nil {
      return step.alternatives[0].name.name
    }
    let names = step.alternatives.map { pattern in
      pattern.name.name + (pattern.condition.map { "[\(text(of: $0.range))]" } ?? "")
    }
    return names.joined(separator: "|")
  }
}
