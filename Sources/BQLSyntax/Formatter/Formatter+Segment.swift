extension Formatter {
  static func print(_ rfm: RFMStatement) -> String {
    var parts = ["RFM"]
    if let asOf = rfm.asOf { parts.append("AS OF " + print(asOf)) }
    if let scores = rfm.scores { parts.append("SCORES \(scores.value)") }
    return (parts + clauses(of: rfm.behavior)).joined(separator: " ")
  }

  static func print(_ segment: SegmentStatement) -> String {
    var parts = ["SEGMENT " + print(segment.division)]
    if let source = segment.source { parts.append("ON " + print(source)) }
    if let method = segment.method { parts.append("USING " + method.value.rawValue.lowercased()) }
    if let shape = segment.covariance { parts.append("COVARIANCE " + shape.value.rawValue) }
    if let scale = segment.scale { parts.append("SCALE " + scale.value.rawValue) }
    if let seed = segment.seed { parts.append("SEED \(seed.value)") }
    if let starts = segment.starts { parts.append("STARTS \(starts.value)") }
    if let value = segment.value { parts.append("VALUE " + print(value)) }
    if let from = segment.from { parts.append("FROM " + printAlone(from)) }
    if let condition = segment.condition { parts.append("WHERE " + print(condition)) }
    if let asOf = segment.asOf { parts.append("AS OF " + print(asOf)) }
    if let name = segment.name { parts.append("AS " + print(name)) }
    return parts.joined(separator: " ")
  }

  private static func print(_ division: SegmentStatement.Division) -> String {
    switch division {
    case .clusters(let count):
      switch count.value {
      case .fixed(let count): return "k=\(count)"
      case .auto(let range): return "k=AUTO(\(range.lowerBound)..\(range.upperBound))"
      }
    case .rules(let rules, let otherwise):
      let texts = rules.map { print($0.name) + ": " + print($0.condition) }
      let rest = otherwise.map { ["ELSE " + print($0)] } ?? []
      return "RULES " + (texts + rest).joined(separator: ", ")
    case .power(let percent, let value):
      return "POWER AT " + print(percent: percent.value) + (value.map { " OF " + print($0) } ?? "")
    }
  }

  static func print(_ source: FeatureSource) -> String {
    switch source.kind {
    case .named(let name): return print(name)
    case .columns(let items):
      let texts = items.map { item in
        guard case .expression(let expression) = item.kind else { return "*" }
        return print(expression) + (item.alias.map { " AS " + print($0) } ?? "")
      }
      return "(" + texts.joined(separator: ", ") + ")"
    }
  }

  static func print(_ assign: AssignStatement) -> String {
    var parts = ["ASSIGN " + print(assign.segment)]
    if let from = assign.from { parts.append("FROM " + printAlone(from)) }
    if let asOf = assign.asOf { parts.append("AS OF " + print(asOf)) }
    if let name = assign.name { parts.append("AS " + print(name)) }
    return parts.joined(separator: " ")
  }

  static func print(_ show: ShowSegmentStatement) -> String {
    "SHOW SEGMENT " + print(show.segment) + (show.part.map { " " + $0.value.rawValue } ?? "")
  }

  static func print(_ correlate: CorrelateStatement) -> String {
    var parts = ["CORRELATE \(print(correlate.source)) WITH \(print(correlate.target))"]
    if let method = correlate.method { parts.append("METHOD " + method.value.rawValue) }
    if let from = correlate.from { parts.append("FROM " + printAlone(from)) }
    if let condition = correlate.condition { parts.append("WHERE " + print(condition)) }
    if let asOf = correlate.asOf { parts.append("AS OF " + print(asOf)) }
    return parts.joined(separator: " ")
  }
}
