import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Says what a reader must know of the times.
struct TimingNotes {
  private let plan: TimingPlan
  private let units: TimingUnits
  private let test: LogRankTest?
  private let groupCount: Int

  init(_ plan: TimingPlan, _ units: TimingUnits, _ test: LogRankTest?, groupCount: Int) {
    self.plan = plan
    self.units = units
    self.test = test
    self.groupCount = groupCount
  }

  var all: [String] {
    var notes = population
    if !plan.behavior.dimensions.isEmpty {
      notes.append("\(article) counts in the group of its first '\(plan.start.label)'")
    }
    switch plan.subject {
    case .summary, .curve, .test: notes += tested
    case .delayBands(let follow): notes += bands(follow)
    case .landmark(let after, let follow): notes += landmark(after, follow)
    }
    if units.leftOutRowCount > 0 {
      let columns = plan.holding.isEmpty ? "the unit's columns" : "the columns of PER or HOLDING"
      notes.append(
        "\(NoteText.count(units.leftOutRowCount, "rows")) without a value of \(columns) left out"
      )
    }
    return notes
  }

  private var unitName: String { plan.behavior.countName }
  private var article: String { "a \(String(unitName.dropLast()))" }

  private var population: [String] {
    let converted = units.converted.count { $0 }
    var notes = [
      "\(NoteText.count(units.count, unitName)) with '\(plan.start.label)', \(converted) of them "
        + "with '\(plan.end.label)' behind it; the others wait until the log ends"
    ]
    if plan.behavior.since != nil || plan.behavior.until != nil {
      notes.append("only starts lie in the period; ends are read to the log's end")
    }
    if plan.countsOrders {
      notes.append("purchases count by the order: the end is the first row of another order")
    }
    return notes
  }

  private var tested: [String] {
    guard !plan.behavior.dimensions.isEmpty else { return [] }
    guard groupCount <= LogRankTest.maximumGroupCount else {
      return [
        "the log-rank test compares at most \(LogRankTest.maximumGroupCount) groups, found "
          + "\(groupCount): BY … TOP n makes fewer"
      ]
    }
    guard let test else {
      return groupCount > 1 ? ["too few convert for a log-rank test"] : []
    }
    return [
      "log-rank test of \(groupCount) groups: chi-squared \(Self.decimals(test.statistic, 2)), "
        + "\(NoteText.count(test.degrees, "degrees")) of freedom, \(Self.probability(test.pValue))"
    ]
  }

  private func bands(_ follow: Int64) -> [String] {
    var notes = [
      "bands cut the waits of those who converted at the quartiles; repeat_rate is of those whom "
        + "the log follows for \(span(follow)) behind the order"
    ]
    if let correlation = TimingBands(units).correlation {
      notes.append(
        "rank correlation of wait and order value: \(Self.decimals(correlation.coefficient, 3)), "
          + Self.probability(correlation.pValue)
      )
    }
    notes.append(
      "an association among those who converted, not an effect of the wait: what makes them quick "
        + "may also make their orders large; AGAINST value LANDMARK 7d compares all who are followed"
    )
    return notes
  }

  private func landmark(_ after: Int64, _ follow: Int64) -> [String] {
    let left = units.outcomes.count { !$0.isFollowed }
    var notes = [
      "converted is known \(span(after)) behind the start, and only orders in the \(span(follow)) "
        + "behind that count: nobody had to wait, or to stay, to be in a group"
    ]
    if left > 0 {
      notes.append(
        "\(NoteText.count(left, unitName)) left out: the log ends before that time is over"
      )
    }
    notes.append("the groups may differ in more than the wait, so this is no proof of an effect")
    return notes
  }

  private func span(_ microseconds: Int64) -> String {
    Formatter.print(Duration(microseconds: microseconds))
  }

  private static func probability(_ p: Double) -> String {
    p < 0.0001 ? "p < 0.0001" : "p = \(decimals(p, 4))"
  }

  /// Writes a number with so many decimals.
  static func decimals(_ number: Double, _ count: Int) -> String {
    var scale = 1.0
    for _ in 0..<count { scale *= 10 }
    guard abs(number) < 1e12 else { return "\(number)" }
    let scaled = Int64((abs(number) * scale).rounded())
    let whole = scaled / Int64(scale)
    let rest = String(scaled % Int64(scale) + Int64(scale)).dropFirst()
    return (number < 0 && scaled != 0 ? "-" : "") + "\(whole).\(rest)"
  }
}
