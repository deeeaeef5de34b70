import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Says what a reader of a retention table should know before trusting it.
struct RetentionNotes {
  let all: [String]

  init(
    _ plan: RetentionPlan,
    _ specification: RetentionSpecification,
    _ tally: RetentionTally,
    _ table: RetentionTable,
    _ grid: PeriodGrid,
    logEnd: Int64
  ) {
    let unit = plan.behavior.countName
    let grain = plan.grain.name
    var notes: [String] = []
    let starts = tally.sizes.reduce(0, +)
    if plan.entry == .first {
      notes.append("\(NoteText.count(starts, unit)) with '\(plan.of.label)'")
      let early = tally.slots.cells.indices.filter { tally.slots.cells[$0].period == 0 }
        .reduce(0) { $0 + tally.sizes[$1] }
      if early > 0 {
        notes.append(
          "\(NoteText.count(early, unit)) first seen in the log's first \(grain) "
            + "(\(ValueText.text(.date(grid.startDay(0))))), who may not be new"
        )
      }
    } else {
      notes.append(
        "\(starts) starts: one of the \(unit) is in the cohort of each \(grain) with "
          + "'\(plan.of.label)'"
      )
    }
    if plan.behavior.since != nil || plan.behavior.until != nil {
      notes.append("only starts lie in the period; returns are read to the log's end")
    }
    if plan.behavior.filter != nil {
      notes.append("cohorts and their sizes are those of the whole log: WHERE filters returns")
    }
    notes += Self.observation(plan, table, logEnd)
    if plan.entry == .first, plan.measure == .users, plan.behavior.dimensions.isEmpty {
      notes += Self.mean(specification, table)
    }
    if specification.isOnOrAfter {
      notes.append("later returns count to the log's end: older cohorts have had more time")
    }
    if tally.leftOutRowCount > 0 {
      notes.append(NoteText.leftOut(tally.leftOutRowCount))
    }
    all = notes
  }

  private static func observation(
    _ plan: RetentionPlan,
    _ table: RetentionTable,
    _ logEnd: Int64
  ) -> [String] {
    var parts: [String] = []
    if table.partlyObservedCount > 0 {
      parts.append("\(table.partlyObservedCount) partly observed (complete is false)")
    }
    if table.notBegunCount > 0 { parts.append("\(table.notBegunCount) not begun (NULL)") }
    guard !parts.isEmpty else { return [] }
    let end = ValueText.text(timestamp: logEnd, in: plan.behavior.timeZone)
    return ["the log ends \(end): of the periods, \(parts.joined(separator: ", "))"]
  }

  /// The mean rate of each period, over the cohorts that are wholly observed in it.
  private static func mean(
    _ specification: RetentionSpecification,
    _ table: RetentionTable
  ) -> [String] {
    let parts = zip(specification.columns, table.means).compactMap { periods, mean in
      mean.size == 0 || periods.upperBound == 0
        ? nil
        : "period \(Formatter.print(periods)) \(NoteText.percent(mean.users, of: mean.size))"
    }
    guard !parts.isEmpty else { return [] }
    return ["mean over wholly observed cohorts: \(parts.joined(separator: ", "))"]
  }
}

/// Words that notes of several questions share.
enum NoteText {
  /// Returns `1 user`, `2 users`.
  static func count(_ count: Int, _ plural: String) -> String {
    "\(count) \(count == 1 ? String(plural.dropLast()) : plural)"
  }

  /// Returns what is told of rows that belong to no unit.
  static func leftOut(_ rows: Int) -> String {
    "\(count(rows, "rows")) without a value of the unit's columns left out"
  }

  /// Returns a share as `12.3 %`.
  static func percent(_ part: Int, of whole: Int) -> String {
    let tenths = Int((Double(part) / Double(max(whole, 1)) * 1_000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
