extension Formatter {
  static func print(_ match: MatchStatement) -> String {
    var parts = ["MATCH " + print(match.pattern)]
    parts += leadingClauses(match.behavior)
    if let window = match.window { parts.append("WITHIN " + window.text) }
    if let ties = match.ties { parts.append("TIES " + ties.value.rawValue) }
    parts += trailingClauses(match.behavior)
    return parts.joined(separator: " ")
  }

  /// Prints a pattern as it reads back.
  package static func print(_ pattern: MatchSequence) -> String {
    pattern.items.map { print($0) }.joined(separator: " -> ")
  }

  private static func print(_ item: MatchItem) -> String {
    var text =
      switch item.kind {
      case .event(let event): print(event)
      case .except(let events): "[^" + events.map { print($0) }.joined(separator: "|") + "]"
      case .group(let sequences): "(" + sequences.map { print($0) }.joined(separator: "|") + ")"
      }
    switch item.quantifier?.value {
    case nil: break
    case .zeroOrMore: text += "*"
    case .oneOrMore: text += "+"
    case .optional: text += "?"
    case .between(let least, nil): text += "{\(least),}"
    case .between(let least, .some(let most)):
      text += least == most ? "{\(least)}" : "{\(least),\(most)}"
    }
    if let within = item.withinPrevious { text += " WITHIN \(print(within.value)) OF PREVIOUS" }
    return text
  }
}
