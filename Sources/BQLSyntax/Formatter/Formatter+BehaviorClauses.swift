// The clauses that behaviour statements share, and the statements that have few of their own.
extension Formatter {
  /// Prints FROM, WHERE and PER, which stand first.
  static func leadingClauses(_ behavior: BehaviorClauses) -> [String] {
    var parts: [String] = []
    if let from = behavior.from { parts.append("FROM " + printAlone(from)) }
    if let condition = behavior.condition { parts.append("WHERE " + print(condition)) }
    if let unit = behavior.unit { parts.append("PER " + print(unit.value)) }
    return parts
  }

  /// Prints SINCE, UNTIL and BY, which stand last.
  static func trailingClauses(_ behavior: BehaviorClauses) -> [String] {
    var parts: [String] = []
    if let since = behavior.since { parts.append("SINCE " + print(since)) }
    if let until = behavior.until { parts.append("UNTIL " + print(until)) }
    if !behavior.by.isEmpty {
      parts.append("BY " + list(behavior.by) + (behavior.top.map { " TOP \($0.value)" } ?? ""))
    }
    return parts
  }

  static func print(_ unit: BehaviorUnit) -> String {
    switch unit {
    case .user: "user"
    case .session: "session"
    case .columns(let columns): "(" + list(columns) + ")"
    }
  }

  static func print(_ event: EventPattern) -> String {
    print(event.name) + (event.condition.map { "[" + print($0) + "]" } ?? "")
  }

  /// Prints the alternatives of a step or an anchor.
  package static func print(_ alternatives: [EventPattern]) -> String {
    let text = alternatives.map { print($0) }.joined(separator: "|")
    return alternatives.count > 1 ? "(" + text + ")" : text
  }
}
