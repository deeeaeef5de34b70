import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Says what a reader of a funnel should know before trusting it.
struct FunnelNotes {
  let all: [String]

  init(_ plan: FunnelPlan, _ result: FunnelResult) {
    let unit = plan.countName
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
        let order = plan.ties == .source ? "in the order of the file" : "in either order"
        notes.append(
          "\(window)\(counters.tiedPairs) \(pairs) of steps at one instant, which count \(order) "
            + "(TIES DENY asks for strictly later)"
        )
      }
      if counters.reversedPairs > 0 {
        let pairs = counters.reversedPairs == 1 ? "pair stands" : "pairs stand"
        notes.append(
          "\(window)\(counters.reversedPairs) \(pairs) against the order of the steps, which TOLERANCE "
            + "forgives; the time between them counts as 0"
        )
      }
    }
    if result.leftOut.unitlessRowCount > 0 {
      let rows = result.leftOut.unitlessRowCount == 1 ? "row" : "rows"
      notes.append(
        "\(result.leftOut.unitlessRowCount) \(rows) without a value of the unit's columns left out"
      )
    }
    notes += Self.leftOut(plan, result.leftOut)
    if plan.mode == .any {
      notes.append("steps may come in any order: times are from the first of them")
    }
    notes += Self.answer(plan, unit)
    if !plan.behavior.dimensions.isEmpty, !Self.answersAlone(plan.answer) {
      switch plan.attribution {
      case .first: break
      case .held:
        notes.append("every step has the group's value; a unit may count in several groups")
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

  /// Whether the answer says itself how units fall into groups.
  private static func answersAlone(_ answer: FunnelAnswer) -> Bool {
    switch answer {
    case .trend, .comparison: true
    case .steps, .times, .lift, .loss, .units, .trace: false
    }
  }

  /// How to read the columns of SHOW.
  private static func answer(_ plan: FunnelPlan, _ unit: String) -> [String] {
    switch plan.answer {
    case .steps, .units, .comparison, .trace: return []
    case .times: return ["times are those of the canonical chains that reach to_step"]
    case .trend(let grain):
      return [
        "each \(grain.rawValue.lowercased()) has the funnel of the \(unit) that start in it; one that "
          + "starts in several counts in each"
      ]
    case .lift:
      return [
        "lift is the rate over that of all other groups; q_value is corrected for the number of rows",
        "pct_best is the rate of the group whose 95 % interval begins highest; uplift is what that rate "
          + "would add: a calculation, not a forecast",
      ]
    case .loss:
      return [
        "value_lost is what the \(unit) that stop before the step were worth at the one before it"
      ]
    }
  }

  private static func leftOut(_ plan: FunnelPlan, _ leftOut: FunnelLeftOut) -> [String] {
    var notes: [String] = []
    if leftOut.valuelessRowCount > 0 {
      let rows = leftOut.valuelessRowCount == 1 ? "row" : "rows"
      notes.append(
        "\(leftOut.valuelessRowCount) \(rows) without a value of HOLDING's columns left out"
      )
    }
    if plan.exclusions.contains(where: \.excludesUnits) {
      notes.append(
        "\(leftOut.excludedUnitCount) \(plan.behavior.countName) left out by EXCLUDING USERS WITH"
      )
    }
    if plan.isMatureOnly {
      notes.append(
        "MATURE ONLY: \(leftOut.lateChainCount) left out, which start so late that the log ends "
          + "before the window does"
      )
    }
    return notes
  }
}
