import BQLColumnar
import BQLStorage
import BQLSyntax

extension Binder {
  /// Binds a FUNNEL against its log.
  mutating func bindFunnel(_ funnel: FunnelStatement, at range: SourceRange) -> FunnelPlan? {
    guard let (name, log) = bindLog(funnel.behavior.from, at: range) else { return nil }
    let isBuilt = refuseUnbuilt(funnel)
    let scope = Scope(schema: log.schema, qualifier: name, roles: log.roles)
    let context = ExpressionContext(scope: scope, clause: "WHERE", grouping: nil)
    let steps = funnel.steps.map { bindStep($0, log, name, context) }
    let filter = funnel.behavior.condition.map { bindCondition($0, context) }
    let unit = bindUnit(funnel.behavior.unit, log, context)
    let since = bindInstant(funnel.behavior.since, clause: "SINCE")
    let until = bindInstant(funnel.behavior.until, clause: "UNTIL")
    let windows = bindWindows(funnel.windows)
    var dimensionContext = context
    dimensionContext.clause = "BY"
    dimensionContext.scope.allowsTimeParts = true
    let dimensions = bindDimensions(funnel.behavior.by, dimensionContext)
    let bound = steps.compactMap { $0 }
    guard isBuilt, bound.count == steps.count, let unit, let windows, let dimensions,
      let since, let until, filter == nil || filter.flatMap({ $0 }) != nil,
      let top = bindTop(funnel), let attribution = bindAttribution(funnel)
    else { return nil }
    guard bound.count <= 32 else {
      return fail(.badFunnel, "a funnel has at most 32 steps, found \(bound.count)", at: range)
    }
    if let since = since.value, let until = until.value, since >= until {
      return fail(
        .badFunnel,
        "the period is empty: SINCE is not before UNTIL",
        at: funnel.behavior.until?.range ?? range
      )
    }
    return FunnelPlan(
      log: log,
      logName: name,
      steps: bound,
      unit: unit,
      filter: filter.flatMap { $0 },
      since: since.value,
      until: until.value,
      windows: windows,
      dimensions: dimensions,
      top: top.value,
      withTotal: funnel.withTotal != nil,
      attribution: attribution,
      ties: funnel.ties?.value ?? .allow,
      orderGapSeconds: settings.orderGapSeconds
    )
  }

  /// Finds the log of a behaviour statement: `events` without FROM.
  mutating func bindLog(
    _ from: TableReference?,
    at range: SourceRange
  ) -> (name: String, log: EventLog)? {
    guard let from else {
      guard let entry = catalog[Catalog.defaultLog] else {
        return fail(
          .unknownTable,
          "no event log is loaded: there is no table 'events'",
          at: range,
          hints: ["load one first: LOAD 'events.csv'"]
            + (catalog.names.isEmpty ? [] : ["or name one: FROM \(catalog.names[0])"])
        )
      }
      guard case .log(let log) = entry else {
        return fail(.notALog, "'events' is a plain table, not an event log", at: range)
      }
      return (Catalog.defaultLog, log)
    }
    guard case .table(let name) = from.kind else {
      return unimplemented("a behaviour statement over a query or a file", at: from.range)
    }
    guard let entry = lookUp(name) else { return nil }
    guard case .log(let log) = entry else {
      return fail(
        .notALog,
        "'\(name.name)' is a plain table, not an event log",
        at: name.range,
        hints: ["load it as a log: LOAD 'file.csv' AS \(name.name) (USER …, TIME …);"]
      )
    }
    return (name.name, log)
  }

  /// Names the parts of FUNNEL that are another version's.
  private mutating func refuseUnbuilt(_ funnel: FunnelStatement) -> Bool {
    var found: [(String, SourceRange)] = []
    for step in funnel.steps {
      if let optional = step.optional { found.append(("optional steps", optional)) }
      if let repeats = step.repetitions { found.append(("repeated steps", repeats.range)) }
      if let within = step.withinPrevious {
        found.append(("WITHIN … OF PREVIOUS", within.range))
      }
    }
    if let column = funnel.holding.first { found.append(("HOLDING", column.range)) }
    if let mode = funnel.mode, mode.value != .loose {
      found.append(("MODE \(mode.value.rawValue)", mode.range))
    }
    if let entry = funnel.entry, entry.value != .any {
      found.append(("ENTRY \(entry.value.rawValue)", entry.range))
    }
    if let ties = funnel.ties, ties.value == .source {
      found.append(("TIES SOURCE", ties.range))
    }
    if let tolerance = funnel.tolerance { found.append(("TOLERANCE", tolerance.range)) }
    if let exclusion = funnel.exclusions.first { found.append(("EXCLUDING", exclusion.range)) }
    if let attribution = funnel.attribution, attribution.value == .held {
      found.append(("ATTRIBUTE HELD", attribution.range))
    }
    if let show = funnel.show, show.value != .steps { found.append(("SHOW", show.range)) }
    if let mature = funnel.matureOnly { found.append(("MATURE ONLY", mature)) }
    if let compare = funnel.compare { found.append(("COMPARE", compare.range)) }
    for (feature, range) in found {
      report(
        Diagnostic(.notImplemented, "not implemented yet: FUNNEL's \(feature)", at: range)
      )
    }
    return found.isEmpty
  }

  private mutating func bindStep(
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
    return FunnelPlan.Step(label: step.label?.name ?? label(of: step), alternatives: alternatives)
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

/// Holds the value of a clause that may be absent, apart from "did not bind".
struct Bound<Value> {
  var value: Value?
}
