extension Formatter {
  static func print(_ paths: PathsStatement) -> String {
    var parts = ["PATHS"]
    if !paths.on.isEmpty { parts.append("ON " + list(paths.on)) }
    parts += leadingClauses(paths.behavior)
    if let steps = paths.steps { parts.append("STEPS \(steps.value)") }
    if let start = paths.start { parts.append("START AT " + print(start.value)) }
    if let end = paths.end { parts.append("END AT " + print(end.value)) }
    if let around = paths.around {
      parts.append("AROUND " + print(around.value))
      if let before = paths.before { parts.append("BEFORE \(before.value)") }
      if let after = paths.after { parts.append("AFTER \(after.value)") }
    }
    if let keep = paths.keep { parts.append("KEEP \(keep.value)") }
    if paths.collapseLoops != nil { parts.append("COLLAPSE LOOPS") }
    parts += trailingClauses(paths.behavior)
    if let compare = paths.compare?.value {
      parts.append("COMPARE " + compare.map { print($0) }.joined(separator: " VS "))
    }
    if let shape = paths.shape { parts.append("AS " + shape.value.rawValue) }
    return parts.joined(separator: " ")
  }

  static func print(_ transitions: TransitionsStatement) -> String {
    var parts = ["TRANSITIONS"]
    if !transitions.on.isEmpty { parts.append("ON " + list(transitions.on)) }
    parts += leadingClauses(transitions.behavior)
    if let keep = transitions.keep { parts.append("KEEP \(keep.value)") }
    if transitions.collapseLoops != nil { parts.append("COLLAPSE LOOPS") }
    parts += trailingClauses(transitions.behavior)
    return parts.joined(separator: " ")
  }
}
