import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Says what a reader of a funnel should know before trusting it.
struct FunnelNotes {
  let all: [String]

  init(_ plan: FunnelPlan, _ result: FunnelResult) {
    let unit = plan.behavior.countName
    let counted = result.unitCount == 1 ? String(unit.dropLast()) : unit
    var notes = ["\(result.unitCount) \(counted) with step '\(plan.steps[0].label)'"]
    if plan.behavior.since != nil || plan.behavior.until != nil {
      notes[0] += " that starts in the period; later steps are read to the log's end"
    }
    if plan.windows.isEmpty {
      notes.append("no time limit between first and last step (WITHIN sets one)")
    }
    for (index, counters) in result.counters.enumerated() {
      let window = plan.windows.isEmpty ? "" : "within \(plan.windows[index].text): "
      if counters.immature > 0 {
        let chains = counters.immature == 1 ? "chain" : "chains"
        notes.append(
          "\(window)\(counters.immature) incomplete \(chains) started so late that the log ends "
            + "before the window does, and may still convert"
        )
      }
      if counters.tiedPairs > 0 {
        let pairs = counters.tiedPairs == 1 ? "pair" : "pairs"
        notes.append(
          "\(window)\(counters.tiedPairs) \(pairs) of steps at one instant, which count in either "
            + "order (TIES DENY asks for strictly later)"
        )
      }
    }
    if result.leftOut.unitlessRowCount > 0 {
      let rows = result.leftOut.unitlessRowCount == 1 ? "row" : "rows"
      notes.append(
        "\(result.leftOut.unitlessRowCount) \(rows) without a value of the unit's columns left out"
      )
    }
    if !plan.behavior.dimensions.isEmpty {
      switch plan.attribution {
      case .first, .held: break
      case .each: notes.append("one of the \(unit) may count in several groups")
      case .last:
        notes.append(
          "grouped by the deepest matched row: follows the outcome, so rates of "
            + "groups do not compare"
        )
      case .step(let step):
        notes.append(
          "grouped by the row at step \(step): follows the outcome; \(unit) without "
            + "that step are left out"
        )
      }
    }
    all = notes
  }
}
