import BQLColumnar

/// Holds the rows of a morsel unit by unit, each unit's in (time, source row) order, with those left
/// out that a statement does not read.
struct UnitSequences {
  /// What is read of each row of a morsel; empty where the statement has no such thing.
  struct Rows {
    var states: [Int32] = []
    /// 0 = left out.
    var filter: [UInt8] = []
    /// −1 = left out, and counted.
    var units: [Int32] = []
    /// Which of the statement's events a row is.
    var marks: [UInt8] = []
    var period: StoredPeriod
    /// Whether rows of a unit that follow each other with one state are one.
    var collapsesLoops = false
  }

  /// The arrays are longer than what is in use, so that gathering never grows them.
  private var states: [Int32] = []
  /// As stored.
  private var times: [Int64] = []
  /// Positions in the morsel.
  private var rows: [Int32] = []
  private var marks: [UInt8] = []
  private var count = 0
  /// Unit *u* owns `offsets[u]..<offsets[u + 1]`; no unit is empty.
  private var offsets: [Int32] = [0]
  private var unitStart = 0
  /// Rows that pass the filter and belong to no unit.
  private(set) var leftOutCount = 0

  /// Reads the rows of whole users; `userOffsets` less `firstRow` are positions in the morsel.
  mutating func gather(
    _ input: Rows,
    _ stored: Span<some FixedWidthInteger>,
    _ userOffsets: Span<Int32>,
    firstRow: Int
  ) {
    removeAll(reserving: input.states.count)
    var order = UnitOrder()
    for user in 0..<(userOffsets.count - 1) {
      let range = (Int(userOffsets[user]) - firstRow)..<(Int(userOffsets[user + 1]) - firstRow)
      var unit: Int32 = -1
      if input.units.isEmpty || order.areRuns(input.units, range) {
        for row in range { take(row, input, Int64(stored[row]), &unit) }
      } else {
        for row in order.sorted(input.units, range) {
          take(Int(row), input, Int64(stored[Int(row)]), &unit)
        }
      }
      closeUnit()
    }
  }

  /// Hands over the rows gathered.
  func hand(to visitor: inout some SequenceVisitor) {
    visitor.visit(
      states: states.span.extracting(0..<count),
      times: times.span.extracting(0..<count),
      offsets: offsets.span,
      rows: rows.span.extracting(0..<count),
      marks: marks.span.extracting(0..<count)
    )
  }

  /// Adds a row; `unit` is that of the row before, −1 at a user's first.
  @inline(__always)
  private mutating func take(_ row: Int, _ input: Rows, _ time: Int64, _ unit: inout Int32) {
    if !input.filter.isEmpty, input.filter[row] == 0 { return }
    if !input.period.contains(time) { return }
    if !input.units.isEmpty {
      let own = input.units[row]
      guard own >= 0 else {
        leftOutCount += 1
        return
      }
      if own != unit {
        closeUnit()
        unit = own
      }
    }
    let state = input.states[row]
    let mark = input.marks.isEmpty ? 0 : input.marks[row]
    if input.collapsesLoops, count > unitStart, states[count - 1] == state {
      // The row that bears the mark stands for the run.
      if mark & ~marks[count - 1] != 0 {
        if marks[count - 1] == 0 { rows[count - 1] = Int32(truncatingIfNeeded: row) }
        marks[count - 1] |= mark
      }
      return
    }
    states[count] = state
    times[count] = time
    rows[count] = Int32(truncatingIfNeeded: row)
    marks[count] = mark
    count += 1
  }

  @inline(__always)
  private mutating func closeUnit() {
    guard count > unitStart else { return }
    offsets.append(Int32(truncatingIfNeeded: count))
    unitStart = count
  }

  private mutating func removeAll(reserving capacity: Int) {
    if states.count < capacity {
      states = [Int32](repeating: 0, count: capacity)
      times = [Int64](repeating: 0, count: capacity)
      rows = states
      marks = [UInt8](repeating: 0, count: capacity)
    }
    count = 0
    unitStart = 0
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
    leftOutCount = 0
  }

  /// Returns where each unit starts, and the end, in positions of the morsel; nil where the rows of
  /// some unit do not stand together or belong to none.
  static func offsets(
    of units: [Int32],
    _ userOffsets: Span<Int32>,
    _ firstRow: Int
  ) -> [Int32]? {
    let base = Int32(truncatingIfNeeded: firstRow)
    guard !units.isEmpty else {
      return [Int32](capacity: userOffsets.count) { (output: inout OutputSpan<Int32>) in
        for user in userOffsets.indices { output.append(userOffsets[user] &- base) }
      }
    }
    var offsets: [Int32] = []
    offsets.reserveCapacity(userOffsets.count + units.count / 4)
    var order = UnitOrder()
    offsets.append(0)
    for user in 0..<(userOffsets.count - 1) {
      let range = Int(userOffsets[user] &- base)..<Int(userOffsets[user + 1] &- base)
      guard order.appendRuns(units, range, to: &offsets) else { return nil }
    }
    return offsets
  }
}

/// Says in which order the rows of a user stand unit by unit.
private struct UnitOrder {
  /// A user with more runs, and codes that do not rise, is sorted.
  private static let maximumCount = 16
  private var codes: [Int32] = []
  private var positions: [Int32] = []

  /// Whether the rows already stand unit by unit: no code, NULL (−1) aside, comes a second time.
  mutating func areRuns(_ units: [Int32], _ range: Range<Int>) -> Bool {
    codes.removeAll(keepingCapacity: true)
    var last: Int32 = -1
    var largest: Int32 = -1
    for row in range {
      let code = units[row]
      guard code >= 0, code != last else { continue }
      if code <= largest {
        guard codes.count < Self.maximumCount, !codes.contains(code) else { return false }
      }
      if codes.count < Self.maximumCount { codes.append(code) }
      largest = max(largest, code)
      last = code
    }
    return true
  }

  /// Adds where the units of a user end; false where the rows of some unit do not stand together, or
  /// may not, or belong to none.
  mutating func appendRuns(
    _ units: [Int32],
    _ range: Range<Int>,
    to offsets: inout [Int32]
  ) -> Bool {
    guard !range.isEmpty else { return true }
    codes.removeAll(keepingCapacity: true)
    var last = units[range.lowerBound]
    var largest = last
    guard last >= 0 else { return false }
    codes.append(last)
    for row in range where units[row] != last {
      let code = units[row]
      guard code >= 0 else { return false }
      if code <= largest {
        guard codes.count < Self.maximumCount, !codes.contains(code) else { return false }
      }
      if codes.count < Self.maximumCount { codes.append(code) }
      largest = max(largest, code)
      last = code
      offsets.append(Int32(truncatingIfNeeded: row))
    }
    offsets.append(Int32(truncatingIfNeeded: range.upperBound))
    return true
  }

  /// Returns the rows unit by unit, units in the order of their first rows.
  mutating func sorted(_ units: [Int32], _ range: Range<Int>) -> [Int32] {
    var first: [Int32: Int32] = [:]
    var keys: [Int64] = []
    keys.reserveCapacity(range.count)
    for row in range {
      let place = Int32(truncatingIfNeeded: row - range.lowerBound)
      let leader = first[units[row]] ?? place
      if leader == place { first[units[row]] = place }
      keys.append(Int64(leader) << 32 | Int64(place))
    }
    keys.sort()
    positions.removeAll(keepingCapacity: true)
    for key in keys {
      positions.append(Int32(truncatingIfNeeded: range.lowerBound + Int(key & 0xFFFF_FFFF)))
    }
    return positions
  }
}
