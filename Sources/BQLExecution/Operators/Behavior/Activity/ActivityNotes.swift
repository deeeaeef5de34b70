import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Says what a reader of LIFECYCLE, STICKINESS or ACTIVE should know before trusting it.
struct ActivityNotes {
  let all: [String]

  init(
    _ plan: ActivityPlan,
    _ tally: ActivityTally,
    _ calendar: ActivityCalendar,
    covering range: ClosedRange<Int64>
  ) {
    let unit = plan.behavior.countName
    var notes: [String] = []
    if plan.behavior.dimensions.isEmpty {
      let what = plan.of.isAny ? "active" : "with '\(plan.of.label)'"
      notes.append("\(NoteText.count(tally.unitCount, unit)) \(what)")
    } else {
      notes.append("each group is asked alone: one of the \(unit) may count in several")
    }
    let grid = calendar.shown
    let grain = grid.grain.name
    if let end = grid.starts.last, end > PeriodGrid.observedUntil(logEnd: range.upperBound) {
      notes.append(
        "the log ends \(ValueText.text(timestamp: range.upperBound, in: plan.behavior.timeZone)): its last \(grain) is partly "
          + "observed"
      )
    }
    switch plan.subject {
    case .lifecycle:
      guard plan.behavior.since == nil else { break }
      notes.append("in the log's first \(grain) all are new, as nothing is known of before")
    case .stickiness: break
    case .active:
      guard plan.behavior.since == nil else { break }
      let first = TimeLimits.split(plan.behavior.timeZone.local(range.lowerBound)).day
      var words: [String] = []
      if plan.grain != .week { words.append("wau before \(Self.date(first + 6))") }
      if plan.grain != .month { words.append("mau before \(Self.date(first + 29))") }
      let verb = words.count == 1 ? "looks" : "look"
      notes.append(
        "\(words.joined(separator: " and ")) \(verb) back past the log's start: too low"
      )
    }
    if tally.leftOutRowCount > 0 { notes.append(NoteText.leftOut(tally.leftOutRowCount)) }
    all = notes
  }

  private static func date(_ day: Int64) -> String { ValueText.text(.date(day)) }
}
