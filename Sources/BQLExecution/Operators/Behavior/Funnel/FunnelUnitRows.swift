/// Holds the rows of one user that may take part in a chain, unit by unit and within a unit in
/// (time, source row) order.
struct FunnelUnitRows {
  struct Row {
    /// As stored.
    var time: Int64 = 0
    /// The row's position in the partition.
    var row: Int32 = 0
    /// The steps that it may take; step 1 only where it may start a chain.
    var mask: UInt32 = 0
    /// The steps that it is of, whether or not it may start a chain.
    var names: UInt32 = 0
    /// The exclusions that it is of.
    var exclusions: UInt32 = 0
    /// NULL's is −1; 0 where the gathering is told of none.
    var group: Int32 = 0
    var unit: Int32 = 0
    /// The value that a chain must hold; 0 where it holds none.
    var held: Int32 = 0
  }

  /// The rows in use; the array is longer, so that gathering never grows it.
  private(set) var count = 0
  private var rows: [Row] = []

  @inline(__always)
  subscript(index: Int) -> Row { rows[index] }

  mutating func removeAll(reserving capacity: Int) {
    count = 0
    guard rows.count < capacity else { return }
    let more = max(capacity, 2 * rows.count) - rows.count
    rows.append(contentsOf: repeatElement(Row(), count: more))
  }

  @inline(__always)
  mutating func append(_ row: Row) {
    rows[count] = row
    count += 1
  }

  /// Puts a step-1 row in the place of the last, if that is the later of two step-1 rows of its
  /// unit that match nothing else.
  ///
  /// With ties allowed a chain that continues from the replaced row can as well continue from the
  /// new one, which is later, unless it continues within the replaced row's instant: so that must
  /// be the new one's too, or hold no other row. Of a unit's step-1 rows only the first counts
  /// for itself, as the chain of depth 1 and the group of ATTRIBUTE FIRST.
  @inline(__always)
  mutating func replaceLast(row: Int, time: Int64, unit: Int32) -> Bool {
    guard count >= 2 else { return false }
    let last = rows[count - 1]
    let before = rows[count - 2]
    guard last.mask == 1, before.mask & 1 != 0, last.unit == unit, before.unit == unit,
      last.time == time || last.time > before.time
    else { return false }
    rows[count - 1].row = Int32(truncatingIfNeeded: row)
    rows[count - 1].time = time
    return true
  }

  /// Brings the rows of each unit together and returns where each unit starts, and the end.
  ///
  /// Units stand in the order of their first step-1 rows, whatever their codes (those without
  /// one come last). O(*n*) where the rows already stand unit by unit with rising codes, else
  /// O(*n* log *n*).
  mutating func splitByUnit(into bounds: inout [Int]) {
    bounds.removeAll(keepingCapacity: true)
    bounds.append(0)
    guard count > 0 else { return }
    if !areUnitsAscending { regroup() }
    for index in 1..<count where rows[index].unit != rows[index - 1].unit { bounds.append(index) }
    bounds.append(count)
  }

  /// Returns the part of the unit's `range` that a chain may use which starts at `start` or later:
  /// what is before belongs to no such chain, except the rows of its own instant.
  func range(_ range: Range<Int>, startingAt start: Int) -> Range<Int> {
    var lower = start
    while lower > range.lowerBound, rows[lower - 1].time == rows[start].time { lower -= 1 }
    return lower..<range.upperBound
  }

  private var areUnitsAscending: Bool {
    for index in 1..<count where rows[index].unit < rows[index - 1].unit { return false }
    return true
  }

  /// Brings the rows of `range` that hold one value together, in the order of the values' codes,
  /// and returns where each value's start, and the end.
  mutating func splitByHeld(_ range: Range<Int>, into bounds: inout [Int]) {
    bounds.removeAll(keepingCapacity: true)
    bounds.append(range.lowerBound)
    var keys = range.map { Int64(rows[$0].held) << 32 | Int64($0) }
    keys.sort()
    let sorted = keys.map { rows[Int($0 & 0xFFFF_FFFF)] }
    for (index, row) in zip(range, sorted) { rows[index] = row }
    for index in range.dropFirst() where rows[index].held != rows[index - 1].held {
      bounds.append(index)
    }
    bounds.append(range.upperBound)
  }

  private mutating func regroup() {
    // Sort positions by (code, position), then the runs of one code by their first step-1 row.
    var keys = (0..<count).map { Int64(rows[$0].unit) << 32 | Int64($0) }
    keys.sort()
    var runs: [(positions: Range<Int>, start: Int64)] = []
    var first = 0
    for index in 1...keys.count
    where index == keys.count || keys[index] >> 32 != keys[first] >> 32 {
      let start = keys[first..<index].lazy.map { $0 & 0xFFFF_FFFF }.first { position in
        rows[Int(position)].mask & 1 != 0
      }
      runs.append((first..<index, start ?? .max))
      first = index
    }
    runs.sort { ($0.start, $0.positions.lowerBound) < ($1.start, $1.positions.lowerBound) }
    let order = runs.flatMap { run in run.positions.map { Int(keys[$0] & 0xFFFF_FFFF) } }
    rows = order.map { rows[$0] }
  }
}
