/// Holds the rows of one user that may take part in a chain, one array a property, unit by unit
/// and within a unit in (time, source row) order.
struct FunnelUnitRows {
  /// The rows' positions in the partition.
  var rows: [Int32] = []
  /// As stored.
  var times: [Int64] = []
  /// Never 0.
  var masks: [UInt32] = []
  /// Empty where the funnel has no groups.
  var groups: [Int32] = []
  /// Empty where the unit is the user.
  var units: [Int32] = []

  mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    times.removeAll(keepingCapacity: true)
    masks.removeAll(keepingCapacity: true)
    groups.removeAll(keepingCapacity: true)
    units.removeAll(keepingCapacity: true)
  }

  /// Brings the rows of each unit together and returns where each unit starts, and the end.
  ///
  /// Units stand in the order of their first step-1 rows, whatever their codes (those without
  /// one come last). O(*n*) where the rows already stand unit by unit with rising codes, else
  /// O(*n* log *n*).
  mutating func splitByUnit(into bounds: inout [Int]) {
    bounds.removeAll(keepingCapacity: true)
    bounds.append(0)
    guard !rows.isEmpty else { return }
    if !units.isEmpty {
      if !areUnitsAscending { regroup() }
      for index in 1..<units.count where units[index] != units[index - 1] { bounds.append(index) }
    }
    bounds.append(rows.count)
  }

  /// Returns the part of the unit's `range` that a chain may use which starts at `start` or later:
  /// what is before belongs to no such chain, except the rows of its own instant.
  func range(_ range: Range<Int>, startingAt start: Int) -> Range<Int> {
    var lower = start
    while lower > range.lowerBound, times[lower - 1] == times[start] { lower -= 1 }
    return lower..<range.upperBound
  }

  private var areUnitsAscending: Bool {
    for index in 1..<units.count where units[index] < units[index - 1] { return false }
    return true
  }

  private mutating func regroup() {
    // Sort positions by (code, position), then the runs of one code by their first step-1 row.
    var keys = units.indices.map { Int64(units[$0]) << 32 | Int64($0) }
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
    if !groups.isEmpty { groups = order.map { groups[$0] } }
  }
}
