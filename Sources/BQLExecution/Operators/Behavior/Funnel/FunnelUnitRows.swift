/// Holds the rows of one user that may take part in a chain, one array a property, unit by unit
/// and within a unit in (time, source row) order.
struct FunnelUnitRows {
  /// The rows in use; the arrays are longer, so that gathering never grows them.
  private(set) var count = 0
  /// The rows' positions in the partition.
  private(set) var rows: [Int32] = []
  /// As stored.
  private(set) var times: [Int64] = []
  /// Never 0.
  private(set) var masks: [UInt32] = []
  /// NULL's is −1; all 0 where the gathering is told of none.
  private(set) var groups: [Int32] = []
  private(set) var units: [Int32] = []

  mutating func removeAll(reserving capacity: Int) {
    count = 0
    guard rows.count < capacity else { return }
    let more = max(capacity, 2 * rows.count) - rows.count
    rows.append(contentsOf: repeatElement(0, count: more))
    times.append(contentsOf: repeatElement(0, count: more))
    masks.append(contentsOf: repeatElement(0, count: more))
    groups.append(contentsOf: repeatElement(0, count: more))
    units.append(contentsOf: repeatElement(0, count: more))
  }

  @inline(__always)
  mutating func append(row: Int, time: Int64, mask: UInt32, group: Int32, unit: Int32) {
    rows[count] = Int32(truncatingIfNeeded: row)
    times[count] = time
    masks[count] = mask
    groups[count] = group
    units[count] = unit
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
    guard count >= 2, masks[count - 1] == 1, masks[count - 2] & 1 != 0,
      units[count - 1] == unit, units[count - 2] == unit,
      times[count - 1] == time || times[count - 1] > times[count - 2]
    else { return false }
    rows[count - 1] = Int32(truncatingIfNeeded: row)
    times[count - 1] = time
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
    for index in 1..<count where units[index] != units[index - 1] { bounds.append(index) }
    bounds.append(count)
  }

  /// Returns the part of the unit's `range` that a chain may use which starts at `start` or later:
  /// what is before belongs to no such chain, except the rows of its own instant.
  func range(_ range: Range<Int>, startingAt start: Int) -> Range<Int> {
    var lower = start
    while lower > range.lowerBound, times[lower - 1] == times[start] { lower -= 1 }
    return lower..<range.upperBound
  }

  private var areUnitsAscending: Bool {
    for index in 1..<count where units[index] < units[index - 1] { return false }
    return true
  }

  private mutating func regroup() {
    // Sort positions by (code, position), then the runs of one code by their first step-1 row.
    var keys = (0..<count).map { Int64(units[$0]) << 32 | Int64($0) }
    keys.sort()
    var runs: [(positions: Range<Int>, start: Int64)] = []
    var first = 0
    for index in 1...keys.count
    where index == keys.count || keys[index] >> 32 != keys[first] >> 32 {
      let start = keys[first..<index].lazy.map { $0 & 0xFFFF_FFFF }.first { position in
        masks[Int(position)] & 1 != 0
      }
      runs.append((first..<index, start ?? .max))
      first = index
    }
    runs.sort { ($0.start, $0.positions.lowerBound) < ($1.start, $1.positions.lowerBound) }
    let order = runs.flatMap { run in run.positions.map { Int(keys[$0] & 0xFFFF_FFFF) } }
    rows = order.map { rows[$0] }
    times = order.map { times[$0] }
    masks = order.map { masks[$0] }
    units = order.map { units[$0] }
    groups = order.map { groups[$0] }
  }
}
