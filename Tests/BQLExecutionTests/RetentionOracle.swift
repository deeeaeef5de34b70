import BQLColumnar
import BQLTestSupport

/// Answers RETENTION slowly and plainly, from the definitions.
struct RetentionOracle {
  let log: BehaviorLog
  let clauses: RandomClauses
  let text: String
  private let of: String
  private let returning: String
  private let isOwn: Bool
  private let isRecurring: Bool
  private let grain: String
  private let columns: [ClosedRange<Int>]
  private let hasBrackets: Bool
  private let isOnOrAfter: Bool
  private let isRolling: Bool
  private let measure: String

  init(_ random: inout SeededGenerator) {
    log = BehaviorLog.random(&random)
    clauses = RandomClauses(log, &random)
    of = ["purchase", "view", "ANY", "(view|cart)"].randomElement(using: &random) ?? "ANY"
    isOwn = random.chance(50)
    returning =
      isOwn
      ? of
      : ["purchase", "cart", "ANY"].filter { [of] in $0 != of }
        .randomElement(using: &random) ?? "cart"
    isRecurring = random.chance(40)
    let grains = ["day", "week", "month"]
    isRolling = random.chance(40)
    grain = (isRolling ? ["day", "week"] : grains).randomElement(using: &random) ?? "week"
    isOnOrAfter = random.chance(30)
    hasBrackets = !isOnOrAfter && random.chance(30)
    let last = Int.random(in: 1...8, using: &random)
    columns = hasBrackets ? [0...0, 1...2, 4...6] : (0...last).map { $0...$0 }
    let hasPurchases = returning == "purchase" || returning == "ANY"
    measure =
      hasPurchases
      ? ["users", "orders", "revenue"].randomElement(using: &random) ?? "users" : "users"
    var text = "RETENTION OF \(of)\(isRecurring ? " RECURRING" : "")"
    if !isOwn || random.chance(30) { text += " RETURN \(returning)" }
    text += " EVERY \(grain)"
    if !hasBrackets { text += " FOR \(last)" }
    if isRolling { text += " CLOCK ROLLING" }
    if isOnOrAfter { text += " COUNT ON OR AFTER" }
    if hasBrackets { text += " COUNT BRACKETS (0, 1..2, 4..6)" }
    self.text = text + (measure == "users" ? "" : " MEASURE \(measure)") + clauses.text
  }

  private func matches(_ row: BehaviorLog.Row, _ what: String) -> Bool {
    what == "ANY" || row.event == what
      || (what == "(view|cart)" && row.event != "purchase"
        && row.event != "other")
  }

  private struct Start {
    var row: BehaviorLog.Row
    /// The periods of returns, of orders and of money.
    var periods: [Int] = []
    var orders: [Int] = []
    var money: [(period: Int, hundredths: Int64)] = []
  }

  private func number(_ row: BehaviorLog.Row, since start: BehaviorLog.Row) -> Int {
    let length = BehaviorLog.day * (grain == "week" ? 7 : 1)
    return isRolling
      ? Int((row.time - start.time) / length)
      : periodNumber(row.time, grain) - periodNumber(start.time, grain)
  }

  private func starts() -> [Start] {
    var starts: [Start] = []
    for unit in clauses.units(log.rows) {
      var rows = unit.filter { matches($0, of) }
      if isRecurring {
        var seen: Set<Int> = []
        rows = rows.filter { row in
          clauses.isIn(row) && seen.insert(periodNumber(row.time, grain)).inserted
        }
      } else {
        rows = rows.prefix(1).filter(clauses.isIn)
      }
      let orders = orderRows(unit.filter(clauses.passes)) { matches($0, returning) }
      for row in rows {
        func isLater(_ other: BehaviorLog.Row) -> Bool {
          other.index > row.index || (isOwn && other.index == row.index)
        }
        var start = Start(row: row)
        let returns = unit.filter {
          isLater($0) && matches($0, returning) && clauses.passes($0)
        }
        start.periods = (isOwn ? [0] : []) + returns.map { number($0, since: row) }
        start.orders = orders.filter(isLater).map { number($0, since: row) }
        start.money = returns.filter { $0.event == "purchase" && $0.price != nil }.map {
          (number($0, since: row), $0.price ?? 0)
        }
        starts.append(start)
      }
    }
    return starts
  }

  /// The rows of the answer that names the groups `kept`.
  func rows(kept: [Value]?) -> [[Value]] {
    var rows: [[Value]] = []
    let starts = starts()
    let groups = starts.map { clauses.isByBrand ? clauses.group($0.row.brand, kept: kept) : .null }
    for group in Set(groups) {
      let own = zip(starts, groups).filter { $0.1 == group }.map(\.0)
      let cohorts = Set(own.map { periodNumber($0.row.time, grain) }).sorted()
      for cohort in cohorts {
        let members = own.filter { periodNumber($0.row.time, grain) == cohort }
        for column in columns.indices {
          rows.append((clauses.isByBrand ? [group] : []) + cells(members, cohort, column))
        }
      }
    }
    return rows
  }

  /// The groups' sizes, for the check of TOP.
  var sizes: [Value: Int] {
    Dictionary(grouping: starts()) { clauses.group($0.row.brand, kept: nil) }.mapValues(\.count)
  }

  private func counts(_ period: Int, _ column: Int) -> Bool {
    isOnOrAfter ? period >= columns[column].lowerBound : columns[column].contains(period)
  }

  private func cells(_ members: [Start], _ cohort: Int, _ column: Int) -> [Value] {
    let periods = columns[column]
    let size = members.count
    let label: Value =
      hasBrackets
      ? .text(
        periods.count == 1
          ? "\(periods.lowerBound)" : "\(periods.lowerBound)..\(periods.upperBound)"
      )
      : .int(Int64(periods.lowerBound))
    let head: [Value] = [.date(Int64(periodStart(cohort, grain))), .int(Int64(size)), label]
    let (begin, end) = bounds(members, cohort, periods)
    if begin > log.lastTime {
      return head + (measure == "users" ? [] : [.null]) + [.null, .null, .bool(false)]
    }
    let isComplete = Value.bool(end <= log.lastTime + 60 * BehaviorLog.second)
    let users = members.count { $0.periods.contains { counts($0, column) } }
    func orders(_ column: Int) -> Int {
      members.reduce(0) { $0 + $1.orders.count { counts($0, column) } }
    }
    func money(_ column: Int) -> Int64 {
      members.flatMap(\.money).filter { counts($0.period, column) }.reduce(0) { $0 + $1.hundredths }
    }
    func ratio(_ part: Double, _ whole: Double) -> Value {
      whole == 0 ? .null : .float(part / whole)
    }
    let count = Value.int(Int64(users))
    switch measure {
    case "orders":
      let rate = ratio(Double(orders(column)), Double(orders(0)))
      return head + [count, .int(Int64(orders(column))), rate, isComplete]
    case "revenue":
      let rate = ratio(Double(money(column)) / 100, Double(money(0)) / 100)
      return head + [count, .decimal(money(column)), rate, isComplete]
    default: return head + [count, ratio(Double(users), Double(size)), isComplete]
    }
  }

  /// When the first period of a column begins for any member, and the last has ended for all.
  private func bounds(
    _ members: [Start],
    _ cohort: Int,
    _ periods: ClosedRange<Int>
  ) -> (begin: Int64, end: Int64) {
    let times = members.map(\.row.time)
    let length = BehaviorLog.day * (grain == "week" ? 7 : 1)
    if isRolling, let first = times.min(), let last = times.max() {
      return (
        first + Int64(periods.lowerBound) * length, last + Int64(periods.upperBound + 1) * length
      )
    }
    let begin = periodStart(cohort + periods.lowerBound, grain)
    let end = periodStart(cohort + periods.upperBound + 1, grain)
    return (Int64(begin) * BehaviorLog.day, Int64(end) * BehaviorLog.day)
  }
}
