import BQLColumnar
import BQLStorage

/// Lists the orders of the units of a morsel: when each begins and what it is worth.
struct TimingOrders: UnitScan {
  /// The first position of each order, and its time as stored.
  private(set) var firsts: [Int32]
  private(set) var times: [Int64]
  /// What each order is worth; empty where no money is asked for.
  private(set) var sums: [MoneySum] = []
  /// Where the orders of each unit begin, and the end.
  private var ends: [Int] = []
  private let marks: OrderMarks

  init(
    _ units: UnitRows,
    sessions: RowCodes?,
    gapSeconds: Int,
    money: RowMoney?
  ) {
    var marks = OrderMarks(
      units,
      purchase: TimingMark.purchase,
      matching: TimingMark.purchase,
      sessions: sessions,
      gapSeconds: gapSeconds
    )
    units.scan(&marks)
    self.marks = marks
    firsts = [Int32](repeating: .max, count: marks.orderCount)
    times = [Int64](repeating: 0, count: marks.orderCount)
    for (position, order) in zip(marks.positions, marks.orders) {
      firsts[Int(order)] = min(firsts[Int(order)], position)
    }
    if let money {
      sums = [MoneySum](repeating: MoneySum(), count: marks.orderCount)
      let worth = money.sums(
        ofRows: units.rows(at: marks.positions),
        firstRow: units.morsel.rows.lowerBound
      )
      for (order, sum) in zip(marks.orders, worth) { sums[Int(order)] += sum }
    }
    units.scan(&self)
  }

  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    // Orders are numbered unit by unit.
    var order = 0
    ends = [0]
    for unit in 0..<(offsets.count - 1) {
      while order < firsts.count, firsts[order] < offsets[unit + 1] {
        self.times[order] = Int64(times[Int(firsts[order])])
        order += 1
      }
      ends.append(order)
    }
  }

  /// The orders of a unit.
  func orders(of unit: Int32) -> Range<Int> { ends[Int(unit)]..<ends[Int(unit) + 1] }

  /// Returns the order of the purchase at `position`; nil where none stands there.
  func order(of position: Int32) -> Int? {
    var low = 0
    var high = marks.positions.count
    while low < high {
      let middle = (low + high) / 2
      if marks.positions[middle] < position { low = middle + 1 } else { high = middle }
    }
    guard low < marks.positions.count, marks.positions[low] == position else { return nil }
    return Int(marks.orders[low])
  }

  /// The order of each of `count` positions, −1 for none.
  func ofPositions(_ count: Int) -> [Int32] {
    var orders = [Int32](repeating: -1, count: count)
    for (position, order) in zip(marks.positions, marks.orders) { orders[Int(position)] = order }
    return orders
  }
}
