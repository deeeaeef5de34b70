// The clauses that behaviour statements share, and those of the shorter ones.
extension Formatter {
  static func print(_ retention: RetentionStatement) -> String {
    var parts = ["RETENTION OF " + print(retention.of.value)]
    if let entry = retention.entry { parts.append(entry.value.rawValue) }
    if let returning = retention.returning { parts.append("RETURN " + print(returning.value)) }
    if let every = retention.every { parts.append("EVERY " + every.value.name) }
    if let periods = retention.periods { parts.append("FOR \(periods.value)") }
    if let clock = retention.clock { parts.append("CLOCK " + clock.value.rawValue) }
    if let count = retention.count { parts.append("COUNT " + print(count.value)) }
    if let measure = retention.measure {
      parts.append("MEASURE " + measure.value.rawValue.lowercased())
    }
    return (parts + clauses(of: retention.behavior)).joined(separator: " ")
  }

  static func print(_ lifecycle: LifecycleStatement) -> String {
    activity("LIFECYCLE", lifecycle.of, lifecycle.every, lifecycle.behavior)
  }

  static func print(_ active: ActiveStatement) -> String {
    activity("ACTIVE", active.of, active.every, active.behavior)
  }

  static func print(_ stickiness: StickinessStatement) -> String {
    var text = activity("STICKINESS", stickiness.of, stickiness.every, stickiness.behavior)
    if let within = stickiness.within { text += " PER " + within.value.name }
    return text
  }

  static func print(_ intervals: IntervalsStatement) -> String {
    activity("INTERVALS", intervals.of, nil, intervals.behavior)
  }

  static func print(_ heatmap: HeatmapStatement) -> String {
    activity("HEATMAP", heatmap.of, nil, heatmap.behavior)
  }

  /// Prints what OF and RETURN name.
  package static func print(_ event: ActivityEvent) -> String {
    switch event {
    case .any: return "ANY"
    case .events(let patterns):
      let text = patterns.map { print($0) }.joined(separator: "|")
      // A lone event that is called any is read in parentheses, where ANY cannot stand.
      let isAny = patterns.count == 1 && Keyword(word: patterns[0].name.name) == .any
      return patterns.count > 1 || isAny ? "(" + text + ")" : text
    }
  }

  private static func activity(
    _ verb: String,
    _ event: Choice<ActivityEvent>?,
    _ every: Choice<CalendarGrain>?,
    _ behavior: BehaviorClauses
  ) -> String {
    var parts = [verb]
    if let event { parts.append("OF " + print(event.value)) }
    if let every { parts.append("EVERY " + every.value.name) }
    return (parts + clauses(of: behavior)).joined(separator: " ")
  }

  static func clauses(of behavior: BehaviorClauses) -> [String] {
    leadingClauses(behavior) + trailingClauses(behavior)
  }

  private static func print(_ count: RetentionCount) -> String {
    switch count {
    case .on: "ON"
    case .onOrAfter: "ON OR AFTER"
    case .brackets(let brackets):
      "BRACKETS (" + brackets.map { print($0) }.joined(separator: ", ") + ")"
    }
  }

  /// Prints a bracket of periods as its row is labelled: `0`, `1..3`.
  package static func print(_ bracket: ClosedRange<Int>) -> String {
    bracket.count == 1 ? "\(bracket.lowerBound)" : "\(bracket.lowerBound)..\(bracket.upperBound)"
  }
}
