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
  // Used while rows are sorted.
  private var keys: [Int64] = []
  private var sorted: [Row] = []

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

  /// Puts `row` in the place of another.
  @inline(__always)
  mutating func replace(_ index: Int, by row: Row) { rows[index] = row }

  /// Returns the first row of `range`, whose rows are in the order of time, that is later than
  /// `time`; fast where it is near the start.
  func firstIndex(after time: Int64, in range: Range<Int>) -> Int {
    var low = range.lowerBound
    var step = 1
    while low + step <= range.upperBound, rows[low + step - 1].time <= time {
      low += step
      step *= 2
    }
    var high = min(low + step, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    return low
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
    guard range.count > 1 else {
      bounds.append(range.upperBound)
      return
    }
    keys.removeAll(keepingCapacity: true)
    for index in range { keys.append(Int64(rows[index].held) << 32 | Int64(index)) }
    sortKeys()
    sorted.removeAll(keepingCapacity: true)
    for key in keys { sorted.append(rows[Int(key & 0xFFFF_FFFF)]) }
    for (index, row) in zip(range, sorted) { rows[index] = row }
    for index in range.dropFirst() where rows[index].held != rows[index - 1].held {
      bounds.append(index)
    }
    bounds.append(range.upperBound)
  }

  /// Sorts the keys: few by insertion, without a call.
  private mutating func sortKeys() {
    guard keys.count <= 24 else {
      keys.sort()
      return
    }
    for index in 1..<keys.count {
      let key = keys[index]
      var place = index
      while place > 0, keys[place - 1] > key {
        keys[place] = keys[place - 1]
        place -= 1
      }
      keys[place] = key
    }
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
