import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Resolves an event's name to its code; nil inside where the log does not know it.
  ///
  /// A name with a near neighbour is an error; any other counts nothing, with a warning, so that a
  /// saved script survives a month without one of its events.
  mutating func bindEvent(_ name: Identifier, _ log: EventLog, _ logName: String) -> Bound<Int>? {
    let names = log.events.map(\.name)
    if let exact = names.firstIndex(of: name.name) { return known(exact, log) }
    let folded = names.indices.filter { names[$0].lowercased() == name.name.lowercased() }
    if folded.count == 1 { return known(folded[0], log) }
    let column = log.roles[.event].map { log.schema[$0].name } ?? "event"
    let near = NearestNames.nearest(to: name.name, in: names, limit: 3)
    let knownNames = "known events: \(names.prefix(24).joined(separator: ", "))"
    let isError = !near.isEmpty || settings.unknownEvents == .error
    var hint = knownNames
    if !near.isEmpty {
      hint = "did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))? " + knownNames
    }
    report(
      Diagnostic(
        .unknownEvent,
        "unknown event '\(name.name)'",
        at: name.range,
        label: "no such value in \(logName).\(column)",
        hints: [hint],
        severity: isError ? .error : .warning
      )
    )
    return isError ? nil : Bound(value: nil)
  }

  private mutating func known(_ code: Int, _ log: EventLog) -> Bound<Int> {
    if log.events[code].rowCount == 0 {
      note("no row of the log is a '\(log.events[code].name)'")
    }
    return Bound(value: code)
  }

  /// Resolves PER.
  mutating func bindUnit(
    _ unit: Choice<BehaviorUnit>?,
    _ log: EventLog,
    _ context: ExpressionContext
  ) -> FunnelPlan.Unit? {
    guard let unit else { return .user }
    switch unit.value {
    case .user: return .user
    case .session:
      guard let column = log.roles[.session] else {
        return fail(
          .missingRole,
          "the log has no SESSION column",
          at: unit.range,
          hints: [
            "name it on loading: LOAD … (SESSION column)",
            "sessions cut by a gap in time are not implemented yet",
          ]
        )
      }
      return .session(column: column)
    case .columns(let names):
      var columns: [Int] = []
      for name in names {
        let bound = bindColumn(qualifier: nil, name: name, at: name.range, context)
        guard let bound, case .column(let index) = bound.kind else { return nil }
        columns.append(index)
      }
      return .columns(columns)
    }
  }

  /// Resolves an instant that does not depend on rows: SINCE, UNTIL.
  mutating func bindInstant(_ expression: Expression?, clause: String) -> Bound<Int64>? {
    guard let expression else { return Bound(value: nil) }
    let context = ExpressionContext(scope: Scope(columns: []), clause: clause, grouping: nil)
    guard let bound = bind(expression, context) else { return nil }
    if case .text(let text) = bound.literal, parse(text, as: .timestamp) == nil {
      return badLiteral(text, .timestamp, at: expression.range)
    }
    let time = coerce(bound, to: .timestamp)?.folded
    if let time, time.holdsQuery {
      return unimplemented("\(clause) with a time that a query computes", at: expression.range)
    }
    guard case .timestamp(let instant) = time?.literal else {
      return fail(
        .typeMismatch,
        "\(clause) needs a time, found \(bound.type.rawValue)",
        at: expression.range,
        hints: ["\(clause) '2019-11-01'"]
      )
    }
    return Bound(value: instant)
  }

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

  mutating func bindTop(_ funnel: FunnelStatement) -> Bound<Int>? {
    guard let top = funnel.behavior.top else { return Bound(value: nil) }
    guard !funnel.behavior.by.isEmpty else {
      return fail(.missingClause, "TOP needs a dimension: BY … TOP \(top.value)", at: top.range)
    }
    guard top.value >= 1 else {
      return fail(.badFunnel, "TOP keeps at least 1 group, found \(top.value)", at: top.range)
    }
    return Bound(value: top.value)
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
}
