/// Cuts the rows of a user into units.
///
/// Units are mostly runs of rows, as visits are. Where they are not, the rows are brought together
/// by unit, and stand at other **positions** than in the morsel.
struct FunnelUnitRuns {
  /// Unit *i* owns positions `bounds[i]..<bounds[i + 1]`.
  private(set) var bounds = RefilledArray<Int>()
  /// The code of each unit.
  private(set) var codes = RefilledArray<Int32>()

  /// A user with more runs, and codes that do not rise, may have one unit in several.
  private static let knownCount = 16

  var count: Int { codes.count }

  /// Takes each run of rows with one code as a unit; false where a code may come a second time or
  /// is NULL (−1).
  mutating func read(_ rows: Range<Int>, _ units: Span<Int32>) -> Bool {
    bounds.removeAll()
    codes.removeAll()
    bounds.append(rows.lowerBound)
    var largest: Int32 = -1
    var areRising = true
    var row = rows.lowerBound
    while row < rows.upperBound {
      let code = units[row]
      guard code >= 0 else { return false }
      if code > largest {
        largest = code
      } else {
        areRising = false
      }
      if !areRising {
        guard codes.count < Self.knownCount, !contains(code) else { return false }
      }
      row += 1
      while row < rows.upperBound, units[row] == code { row += 1 }
      codes.append(code)
      bounds.append(row)
    }
    return true
  }

  private func contains(_ code: Int32) -> Bool {
    for unit in codes.indices where codes[unit] == code { return true }
    return false
  }

  // The rows brought together, by position.
  private var numbers = CodeNumbers()
  private var ranks = RefilledArray<Int32>()
  private var rowNumbers = RefilledArray<Int32>()
  /// The row of the morsel at each position.
  private(set) var order: [Int32] = []
  private(set) var bytes: [UInt8] = []
  private(set) var times: [Int64] = []
  private(set) var held: [Int32] = []
  private(set) var groups: [Int32] = []

  /// Brings the rows of a user together by unit, in the order of the units' first starts; rows
  /// whose unit is NULL or has no start are left out.
  ///
  /// `isStart` says by byte which rows may start a chain; `held` and `groups` may be empty. O(*n*).
  mutating func bringTogether(
    _ rows: Range<Int>,
    _ units: Span<Int32>,
    isStart: Span<Bool>,
    _ rowBytes: Span<UInt8>,
    _ rowTimes: Span<some FixedWidthInteger>,
    _ rowHeld: Span<Int32>,
    _ rowGroups: Span<Int32>
  ) {
    rank(rows, units, isStart, rowBytes)
    let size = bounds[bounds.count - 1]
    Self.fit(&order, size)
    Self.fit(&bytes, size)
    Self.fit(&times, size)
    if !rowHeld.isEmpty { Self.fit(&held, size) }
    if !rowGroups.isEmpty { Self.fit(&groups, size) }
    // Each unit's next position, in place of its rank.
    for number in ranks.indices where ranks[number] >= 0 {
      ranks[number] = Int32(truncatingIfNeeded: bounds[Int(ranks[number])])
    }
    for (index, row) in rows.enumerated() {
      let number = Int(rowNumbers[index])
      guard number >= 0, ranks[number] >= 0 else { continue }
      let position = Int(ranks[number])
      ranks[number] += 1
      order[position] = Int32(truncatingIfNeeded: row)
      bytes[position] = rowBytes[row]
      times[position] = Int64(rowTimes[row])
      if !rowHeld.isEmpty { held[position] = rowHeld[row] }
      if !rowGroups.isEmpty { groups[position] = rowGroups[row] }
    }
  }

  /// Numbers the units, ranks them by their first starts and finds their bounds.
  private mutating func rank(
    _ rows: Range<Int>,
    _ units: Span<Int32>,
    _ isStart: Span<Bool>,
    _ rowBytes: Span<UInt8>
  ) {
    numbers.begin(capacity: rows.count)
    rowNumbers.removeAll()
    ranks.removeAll()
    codes.removeAll()
    bounds.removeAll()
    bounds.append(0)
    for row in rows {
      guard units[row] >= 0 else {
        rowNumbers.append(-1)
        continue
      }
      let number = numbers.number(of: units[row])
      rowNumbers.append(Int32(truncatingIfNeeded: number))
      if number == ranks.count { ranks.append(-1) }
      if ranks[number] < 0, isStart[Int(rowBytes[row])] {
        ranks[number] = Int32(truncatingIfNeeded: codes.count)
        codes.append(units[row])
        bounds.append(0)
      }
    }
    for index in rowNumbers.indices where rowNumbers[index] >= 0 {
      let rank = Int(ranks[Int(rowNumbers[index])])
      if rank >= 0 { bounds[rank + 1] += 1 }
    }
    for unit in codes.indices { bounds[unit + 1] += bounds[unit] }
  }

  /// Makes an array at least `count` long; what it holds does not matter.
  private static func fit<Number: FixedWidthInteger>(_ numbers: inout [Number], _ count: Int) {
    guard numbers.count < count else { return }
    numbers = [Number](repeating: 0, count: max(count, 2 * numbers.count))
  }
}
