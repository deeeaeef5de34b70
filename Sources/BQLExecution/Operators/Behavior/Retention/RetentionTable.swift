import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Makes the rows of RETENTION's answer: group by group, cohort by cohort, period by period.
struct RetentionTable {
  /// Adds up the cells of one period whose cohorts are wholly observed.
  struct Mean {
    var size = 0
    var users = 0
  }

  private let plan: RetentionPlan
  private let specification: RetentionSpecification
  private let grid: PeriodGrid
  /// The log's last instant, and the first behind what it can show.
  private let logEnd: Int64
  private let observedUntil: Int64
  private(set) var partlyObservedCount = 0
  private(set) var notBegunCount = 0
  /// One a column.
  private(set) var means: [Mean]

  init(
    _ plan: RetentionPlan,
    _ specification: RetentionSpecification,
    _ grid: PeriodGrid,
    logEnd: Int64
  ) {
    self.plan = plan
    self.specification = specification
    self.grid = grid
    self.logEnd = logEnd
    observedUntil = PeriodGrid.observedUntil(logEnd: logEnd)
    means = [Mean](repeating: Mean(), count: specification.columns.count)
  }

  /// Returns the answer; `groups` are the codes in the order in which they are shown.
  mutating func relation(
    of tally: RetentionTally,
    groups: [Int32],
    _ values: GroupValues
  ) -> Relation {
    var builders = plan.schema.fields.map { ColumnBuilder($0.type) }
    var slotsOfGroup: [Int32: [Int]] = [:]
    for (slot, cell) in tally.slots.cells.enumerated() {
      slotsOfGroup[cell.group, default: []].append(slot)
    }
    for group in groups {
      let slots = slotsOfGroup[group, default: []]
      for slot in slots.sorted(by: { cohort($0, tally) < cohort($1, tally) }) {
        let head =
          values.cells(of: group) + [
            .date(grid.startDay(cohort(slot, tally))), .int(Int64(tally.sizes[slot])),
          ]
        let measured = Measured(tally, slot, specification)
        for column in specification.columns.indices {
          let cells = head + self.cells(tally, slot, column, measured)
          for index in builders.indices { builders[index].append(cells[index]) }
        }
      }
    }
    return Relation(schema: plan.schema, columns: builders.map { $0.finish() })
  }

  private func cohort(_ slot: Int, _ tally: RetentionTally) -> Int {
    Int(tally.slots.cells[slot].period)
  }

  /// Returns the cells from `period` on.
  private mutating func cells(
    _ tally: RetentionTally,
    _ slot: Int,
    _ column: Int,
    _ measured: Measured
  ) -> [Value] {
    let periods = specification.columns[column]
    var cells: [Value] = []
    if case .brackets = plan.count {
      cells.append(.text(Formatter.print(periods)))
    } else {
      cells.append(.int(Int64(periods.lowerBound)))
    }
    guard hasBegun(periods.lowerBound, tally, slot) else {
      notBegunCount += 1
      if plan.measure != .users { cells.append(.null) }
      return cells + [.null, .null, .bool(false)]
    }
    let isComplete = isComplete(periods.upperBound, tally, slot)
    if isComplete {
      means[column].size += tally.sizes[slot]
      means[column].users += measured.users[column]
    } else {
      partlyObservedCount += 1
    }
    cells.append(.int(Int64(measured.users[column])))
    let rate: Double?
    switch plan.measure {
    case .users: rate = ratio(Double(measured.users[column]), Double(tally.sizes[slot]))
    case .orders:
      cells.append(.int(Int64(measured.orders[column])))
      rate = ratio(Double(measured.orders[column]), Double(measured.orders[0]))
    case .revenue:
      let sum = measured.revenue[column]
      cells.append(sum.value(plan.behavior.valueType ?? .float))
      rate = ratio(sum.money ?? 0, measured.revenue[0].money ?? 0)
    }
    return cells + [rate.map { .float($0) } ?? .null, .bool(isComplete)]
  }

  private func ratio(_ part: Double, _ whole: Double) -> Double? {
    whole == 0 ? nil : part / whole
  }

  /// Whether any unit of the cohort has seen the beginning of its period `number`.
  private func hasBegun(_ number: Int, _ tally: RetentionTally, _ slot: Int) -> Bool {
    if specification.isRolling {
      let begin = Int64(number) * specification.periodMicroseconds
      return tally.earliest[slot] + begin <= logEnd
    }
    return cohort(slot, tally) + number < grid.count
  }

  /// Whether each unit of the cohort has seen the end of its period `number`.
  private func isComplete(_ number: Int, _ tally: RetentionTally, _ slot: Int) -> Bool {
    if specification.isRolling {
      let end = Int64(number + 1) * specification.periodMicroseconds
      return tally.latest[slot] + end <= observedUntil
    }
    let period = cohort(slot, tally) + number
    return period < grid.count && grid.starts[period + 1] <= observedUntil
  }
}

/// Holds what a cohort's columns show: under ON OR AFTER, each with all later ones.
private struct Measured {
  var users: [Int]
  var orders: [Int]
  var revenue: [MoneySum]

  init(_ tally: RetentionTally, _ slot: Int, _ specification: RetentionSpecification) {
    let width = tally.width
    let range = (slot * width)..<((slot + 1) * width)
    users = Array(tally.users[range])
    orders = range.map { $0 < tally.orders.count ? tally.orders[$0] : 0 }
    revenue = range.map { $0 < tally.revenue.count ? tally.revenue[$0] : MoneySum() }
    guard specification.isOnOrAfter else { return }
    for column in users.indices.dropLast().reversed() {
      users[column] += users[column + 1]
      orders[column] += orders[column + 1]
      revenue[column] += revenue[column + 1]
    }
  }
}
