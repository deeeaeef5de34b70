import BQLStorage

/// Finds the first row of each order, one row an order.
///
/// An order is the purchase rows of one unit and session (of one unit where there is no session),
/// each at most the order gap after the previous one.
struct OrderMarks: UnitScan {
  /// Marks the purchase rows.
  let purchase: UInt8
  /// Of an order's rows, the first with this mark is found.
  let matching: UInt8
  /// The purchase rows' positions, ascending, and the session of each; empty without sessions.
  let positions: [Int32]
  private let sessions: [Int32]
  /// The number of the order that each of these belongs to, in no order of its own.
  private(set) var orders: [Int32]
  private(set) var orderCount = 0
  /// In stored units of time.
  private let gap: UInt64
  /// The found positions, unit by unit.
  private(set) var found: [Int32] = []

  init(
    _ units: UnitRows,
    purchase: UInt8,
    matching: UInt8,
    sessions: RowCodes?,
    gapSeconds: Int
  ) {
    self.purchase = purchase
    self.matching = matching
    positions = units.marks.indices.filter { units.marks[$0] & purchase != 0 }
      .map { Int32(truncatingIfNeeded: $0) }
    orders = [Int32](repeating: 0, count: positions.count)
    self.sessions =
      sessions?.codes(ofRows: units.rows(at: positions), firstRow: units.morsel.rows.lowerBound)
      ?? []
    gap = UInt64(max(gapSeconds, 0)) * 1_000_000 / UInt64(units.timeScale)
  }

  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    var first = 0
    var unit = 0
    while first < positions.count {
      while offsets[unit + 1] <= positions[first] { unit += 1 }
      var end = first
      while end < positions.count, positions[end] < offsets[unit + 1] { end += 1 }
      find(first..<end, marks, times)
      first = end
    }
  }

  /// Finds the orders among the purchases of one unit.
  private mutating func find<Time: FixedWidthInteger>(
    _ purchases: Range<Int>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    var order = Array(purchases)
    if !sessions.isEmpty, order.count > 1 {
      order.sort { (sessions[$0], $0) < (sessions[$1], $1) }
    }
    let before = found.count
    var previous = -1
    var isFound = false
    for index in order {
      let position = Int(positions[index])
      if previous < 0 {
        orderCount += 1
      } else {
        let earlier = Int(positions[previous])
        let elapsed = UInt64(bitPattern: Int64(times[position]) &- Int64(times[earlier]))
        let isNew = elapsed > gap || (!sessions.isEmpty && sessions[index] != sessions[previous])
        if isNew {
          isFound = false
          orderCount += 1
        }
      }
      orders[index] = Int32(truncatingIfNeeded: orderCount - 1)
      if !isFound, marks[position] & matching != 0 {
        found.append(Int32(truncatingIfNeeded: position))
        isFound = true
      }
      previous = index
    }
    // Sessions may overlap in time.
    found[before...].sort()
  }
}
