import BQLPlanning
import BQLSyntax

/// Says what a reader of PATHS should know before trusting it.
struct PathsNotes {
  let all: [String]

  init(_ plan: PathsPlan, _ walk: PathWalk, _ counts: PathCounts) {
    let unit = plan.behavior.countName
    let population = counts.populations.reduce(into: PathCounts.Counts()) { $0 += $1 }
    var notes: [String] = []
    switch plan.anchor {
    case .firstRow:
      notes.append("the paths of \(walk.unitCount) \(unit), each from its first row")
    case .start(let step):
      notes.append(
        "\(walk.trie.pathCount) of \(walk.unitCount) \(unit) have a '\(step.label)'; each path "
          + "starts at the first one"
      )
    case .end(let step):
      notes.append(
        "\(walk.trie.pathCount) of \(walk.unitCount) \(unit) have a '\(step.label)'; each path "
          + "ends at the first one, step 0"
      )
    case .between(let start, let end):
      notes.append(
        "\(walk.trie.pathCount) of \(walk.unitCount) \(unit) have a '\(end.label)' after their "
          + "first '\(start.label)'; the path is from one to the other"
      )
    case .around(let step, _, _):
      notes.append(
        "\(walk.trie.pathCount) of \(walk.unitCount) \(unit) have a '\(step.label)'; the first one "
          + "is step 0"
      )
    }
    if let comparison = plan.comparison {
      notes.append("a: \(comparison.labels[0]): \(population.first) \(unit)")
      notes.append("b: \(comparison.labels[1]): \(population.second) \(unit)")
      notes.append(
        "pct_difference is pct_a less pct_b, in percentage points, with its 95 % interval; q_value is "
          + "corrected for the number of rows"
      )
    }
    if walk.leftOutCount > 0 {
      let rows = walk.leftOutCount == 1 ? "row" : "rows"
      notes.append("\(walk.leftOutCount) \(rows) without a value of the unit's columns left out")
    }
    all = notes
  }
}
