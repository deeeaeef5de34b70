import BQLColumnar
import BQLSyntax

extension Binder {
  /// Resolves WITHIN: spans of exact length.
  mutating func bindWindows(_ windows: [FunnelWindow]) -> [FunnelPlan.Window]? {
    var bound: [FunnelPlan.Window] = []
    for written in windows {
      guard let window = resolve(written) else { return nil }
      guard window.duration.months == 0 else {
        return fail(
          .badFunnel,
          "WITHIN needs a span of exact length, found calendar months: "
            + "'\(window.text)'",
          at: window.range,
          hints: ["30d, 4w"]
        )
      }
      bound.append(
        FunnelPlan.Window(text: window.text, microseconds: window.duration.microseconds)
      )
    }
    return bound
  }

  /// Puts a parameter's value, a span, in its place.
  private mutating func resolve(_ window: FunnelWindow) -> FunnelWindow? {
    guard let parameter = window.parameter else { return window }
    let context = ExpressionContext(scope: Scope(columns: []), clause: "WITHIN", grouping: nil)
    let reference = Expression(.parameter(parameter), range: window.range)
    guard let bound = bind(reference, context) else { return nil }
    guard case .interval(let span) = coerce(bound, to: .interval)?.literal, span >= 0 else {
      return fail(
        .typeMismatch,
        "WITHIN needs a span of time, found \(bound.type.rawValue)",
        at: window.range,
        hints: ["-p \(parameter.name)=7d"]
      )
    }
    let duration = Duration(microseconds: span)
    return FunnelWindow(
      duration: duration,
      text: Formatter.print(duration),
      range: window.range
    )
  }

  mutating func bindAttribution(_ funnel: FunnelStatement) -> FunnelAttribution? {
    guard let attribution = funnel.attribution else { return .first }
    guard !funnel.behavior.by.isEmpty else {
      return fail(
        .missingClause,
        "ATTRIBUTE needs a dimension: add BY",
        at: attribution.range
      )
    }
    if case .step(let step) = attribution.value, step < 1 || step > funnel.steps.count {
      return fail(
        .badFunnel,
        "ATTRIBUTE STEP \(step): the funnel has \(funnel.steps.count) steps",
        at: attribution.range
      )
    }
    return attribution.value
  }

  /// Resolves TOLERANCE, a span of exact length, for the funnels whose rows may change places.
  mutating func bindTolerance(
    _ funnel: FunnelStatement,
    _ steps: [FunnelPlan.Step]
  ) -> Int64? {
    guard let tolerance = funnel.tolerance else { return 0 }
    guard tolerance.value.months == 0 else {
      return fail(
        .badFunnel,
        "TOLERANCE needs a span of exact length, found calendar months",
        at: tolerance.range,
        hints: ["2s, 1m"]
      )
    }
    let clauses: [(String, SourceRange?)] = [
      (
        "MODE \(funnel.mode?.value.rawValue ?? "")",
        funnel.mode.flatMap { $0.value == .loose ? nil : $0.range }
      ),
      ("ENTRY EVERY", funnel.entry.flatMap { $0.value == .every ? $0.range : nil }),
      ("TIES", funnel.ties.flatMap { $0.value == .allow ? nil : $0.range }),
      ("an optional step", funnel.steps.compactMap(\.optional).first),
      ("a repeated step", funnel.steps.compactMap(\.repetitions).first?.range),
    ]
    for (clause, range) in clauses {
      guard let range else { continue }
      return fail(.badFunnel, "TOLERANCE does not go with \(clause)", at: range)
    }
    var seen: Set<Int> = []
    for (index, step) in steps.enumerated() {
      let codes = Set(step.alternatives.compactMap(\.eventCode))
      guard seen.isDisjoint(with: codes) else {
        return fail(
          .badFunnel,
          "TOLERANCE needs steps of different events: a row may stand for one step only",
          at: funnel.steps[index].range
        )
      }
      seen.formUnion(codes)
    }
    return tolerance.value.microseconds
  }
}
