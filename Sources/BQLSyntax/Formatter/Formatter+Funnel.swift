extension Formatter {
  static func print(_ funnel: FunnelStatement) -> String {
    var parts = ["FUNNEL " + funnel.steps.map { print($0) }.joined(separator: ", ")]
    parts += leadingClauses(funnel.behavior)
    if !funnel.holding.isEmpty { parts.append("HOLDING " + list(funnel.holding)) }
    if !funnel.windows.isEmpty { parts.append("WITHIN " + print(funnel.windows)) }
    if let mode = funnel.mode { parts.append("MODE " + mode.value.rawValue) }
    if let entry = funnel.entry { parts.append("ENTRY " + entry.value.rawValue) }
    if let ties = funnel.ties { parts.append("TIES " + ties.value.rawValue) }
    if let tolerance = funnel.tolerance { parts.append("TOLERANCE " + print(tolerance.value)) }
    for exclusion in funnel.exclusions { parts.append("EXCLUDING " + print(exclusion)) }
    parts += trailingClauses(funnel.behavior)
    if let attribution = funnel.attribution {
      parts.append("ATTRIBUTE " + print(attribution.value))
    }
    if funnel.withTotal != nil { parts.append("WITH TOTAL") }
    if let compare = funnel.compare?.value {
      parts.append("COMPARE " + compare.map { print($0) }.joined(separator: " VS "))
    }
    if funnel.matureOnly != nil { parts.append("MATURE ONLY") }
    if let show = funnel.show { parts.append("SHOW " + print(show.value)) }
    if let user = funnel.tracedUser {
      parts = ["EXPLAIN"] + parts + ["FOR USER " + print(user)]
    }
    return parts.joined(separator: " ")
  }

  /// Prints a step as its row is labelled in messages and plans.
  package static func print(_ step: FunnelStep) -> String {
    var text = print(step.alternatives)
    if let repetitions = step.repetitions { text += "{\(repetitions.value)}" }
    if step.optional != nil { text += "?" }
    if let label = step.label { text += " AS " + print(label) }
    if let within = step.withinPrevious { text += " WITHIN \(print(within.value)) OF PREVIOUS" }
    return text
  }

  private static func print(_ windows: [FunnelWindow]) -> String {
    if windows.count == 1 { return windows[0].text }
    return "(" + windows.map(\.text).joined(separator: ", ") + ")"
  }

  private static func print(_ exclusion: FunnelExclusion) -> String {
    if exclusion.excludesUsers { return "USERS WITH " + print(exclusion.event) }
    if exclusion.between.isEmpty { return print(exclusion.event) }
    return print(exclusion.event) + " BETWEEN "
      + exclusion.between.map { print($0) }.joined(separator: " AND ")
  }

  private static func print(_ attribution: FunnelAttribution) -> String {
    switch attribution {
    case .first: "FIRST"
    case .each: "EACH"
    case .held: "HELD"
    case .last: "LAST"
    case .step(let number): "STEP \(number)"
    }
  }

  private static func print(_ show: FunnelShow) -> String {
    switch show {
    case .steps: "STEPS"
    case .times: "TIMES"
    case .lift: "LIFT"
    case .loss: "LOSS"
    case .trend(let grain): "TREND " + grain.value.rawValue.lowercased()
    case .usersAt(let step): "USERS AT " + print(step)
    case .droppedBefore(let step): "DROPPED BEFORE " + print(step)
    case .droppedAfter(let step): "DROPPED AFTER " + print(step)
    }
  }
}
