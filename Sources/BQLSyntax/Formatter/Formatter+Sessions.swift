extension Formatter {
  static func print(_ sessions: SessionsStatement) -> String {
    var parts = ["SESSIONS"]
    if let using = sessions.using { parts.append("USING " + print(using)) }
    if let gap = sessions.gap { parts.append("GAP " + print(gap.value)) }
    if let longest = sessions.longest { parts.append("MAX " + print(longest.value)) }
    if let on = sessions.on { parts.append("ON " + print(on)) }
    if let show = sessions.show { parts.append("SHOW " + show.value.rawValue) }
    return (parts + clauses(of: sessions.behavior)).joined(separator: " ")
  }

  static func print(_ timing: TimingStatement) -> String {
    var parts = ["TIMING \(print(timing.start.value)) TO \(print(timing.end.value))"]
    if !timing.holding.isEmpty { parts.append("HOLDING (" + list(timing.holding) + ")") }
    switch timing.show?.value {
    case .summary: parts.append("SHOW SUMMARY")
    case .curve(let times):
      parts.append("SHOW CURVE")
      if !times.isEmpty {
        parts.append("AT (" + times.map { print($0) }.joined(separator: ", ") + ")")
      }
    case .test: parts.append("SHOW TEST")
    case .none: break
    }
    if let against = timing.against?.value {
      parts.append("AGAINST value")
      if let landmark = against.landmark { parts.append("LANDMARK " + print(landmark)) }
      if let follow = against.follow { parts.append("FOR " + print(follow)) }
    }
    return (parts + clauses(of: timing.behavior)).joined(separator: " ")
  }
}
