/// Counts the units of each cohort and who of them came back when.
struct RetentionTally: Sendable {
  /// The columns of the answer: periods or brackets.
  let width: Int
  private(set) var slots: CellSlots
  /// Units by slot.
  private(set) var sizes: [Int] = []
  /// The first and last start of each slot in microseconds.
  private(set) var earliest: [Int64] = []
  private(set) var latest: [Int64] = []
  /// Units, orders and money by slot and column; the last two empty where they are not asked for.
  private(set) var users: [Int] = []
  private(set) var orders: [Int] = []
  private(set) var revenue: [MoneySum] = []
  /// What the groups' codes stand for, where each morsel numbers its own.
  var keys: GroupTable?
  /// Marked rows that are NULL in a column that makes units.
  var leftOutRowCount = 0

  private let cohortCount: Int
  let isGrouped: Bool

  init(width: Int, cohortCount: Int, isGrouped: Bool, keys: GroupTable? = nil) {
    self.width = width
    self.cohortCount = cohortCount
    self.isGrouped = isGrouped
    self.keys = keys
    slots = CellSlots(periodCount: cohortCount, isGrouped: isGrouped)
  }

  /// Returns the slot of a group's cohort.
  mutating func slot(_ group: Int32, _ cohort: Int) -> Int {
    let slot = slots.slot(group, cohort)
    if slot == sizes.count {
      sizes.append(0)
      earliest.append(.max)
      latest.append(.min)
      users += [Int](repeating: 0, count: width)
    }
    return slot
  }

  mutating func addStart(_ slot: Int, at instant: Int64) {
    addStarts(slot, 1, from: instant, to: instant)
  }

  /// Adds `count` units to a slot, which start in `first...last`.
  mutating func addStarts(_ slot: Int, _ count: Int, from first: Int64, to last: Int64) {
    sizes[slot] += count
    earliest[slot] = min(earliest[slot], first)
    latest[slot] = max(latest[slot], last)
  }

  @inline(__always)
  mutating func addUser(_ slot: Int, _ column: Int, _ count: Int = 1) {
    users[slot * width + column] += count
  }

  mutating func addOrder(_ slot: Int, _ column: Int, _ count: Int = 1) {
    if orders.count < users.count {
      orders += [Int](repeating: 0, count: users.count - orders.count)
    }
    orders[slot * width + column] += count
  }

  mutating func add(_ money: MoneySum, _ slot: Int, _ column: Int) {
    if revenue.count < users.count {
      revenue += [MoneySum](repeating: MoneySum(), count: users.count - revenue.count)
    }
    revenue[slot * width + column] += money
  }

  /// Adds the counts of `other`, whose morsels come behind this tally's.
  mutating func combine(_ other: RetentionTally) {
    leftOutRowCount += other.leftOutRowCount
    guard let otherKeys = other.keys else {
      add(other) { $0 }
      return
    }
    var own = keys ?? otherKeys
    let codes = own.groups(for: otherKeys.keyColumns(), count: otherKeys.count)
    keys = own
    add(other) { codes[Int($0)] }
  }

  /// Returns the tally with other groups: those of equal `code` become one.
  func regrouped(_ code: (Int32) -> Int32) -> RetentionTally {
    var tally = RetentionTally(width: width, cohortCount: cohortCount, isGrouped: isGrouped)
    tally.add(self, code)
    tally.leftOutRowCount = leftOutRowCount
    return tally
  }

  private mutating func add(_ other: RetentionTally, _ code: (Int32) -> Int32) {
    for (from, cell) in other.slots.cells.enumerated() {
      let slot = slot(code(cell.group), Int(cell.period))
      sizes[slot] += other.sizes[from]
      earliest[slot] = min(earliest[slot], other.earliest[from])
      latest[slot] = max(latest[slot], other.latest[from])
      for column in 0..<width {
        let index = from * width + column
        users[slot * width + column] += other.users[index]
        if index < other.orders.count, other.orders[index] > 0 {
          addOrder(slot, column, other.orders[index])
        }
        if index < other.revenue.count, other.revenue[index].count > 0 {
          add(other.revenue[index], slot, column)
        }
      }
    }
  }
}
