import BQLColumnar
import BQLStorage

/// Lends the rows of a morsel unit by unit, each with one byte of marks.
///
/// Rows stand at **positions**: where the unit is the user, these are the morsel's rows themselves;
/// else the marked rows are brought together by unit (and group), in the order of time.
struct UnitRows {
  let morsel: Morsel
  /// Unit *u* owns positions `offsets[u]..<offsets[u + 1]`.
  private(set) var offsets: [Int32]
  private(set) var marks: [UInt8]
  /// The row of the morsel at each position; nil where they are the same.
  private(set) var rows: [Int32]?
  /// The group of each unit, where rows are split by group; else empty.
  private(set) var groups: [Int32] = []
  /// Marked rows that are NULL in a column that makes units.
  private(set) var leftOutRowCount = 0
  /// The times of positions; position *p* has that at `p + firstTime`.
  private let times: RowTimes
  private let firstTime: Int

  var unitCount: Int { offsets.count - 1 }

  /// Makes the units of a morsel from one byte of marks a row; rows without a mark need no place.
  ///
  /// `units` makes units of a user's rows and is nil where the unit is the user; `groups`, where
  /// each group is asked alone, is the group of each row, NULL −1.
  init(
    _ marks: [UInt8],
    _ morsel: Morsel,
    _ partition: Partition,
    _ times: RowTimes,
    units: RowCodes?,
    groups: RowCodes? = nil
  ) {
    self.morsel = morsel
    let firstRow = morsel.rows.lowerBound
    var users: [Int32] = []
    users.reserveCapacity(morsel.users.count + 1)
    partition.userOffsets.withSpan { offsets in
      for user in morsel.users.lowerBound...morsel.users.upperBound {
        users.append(offsets[user] - Int32(truncatingIfNeeded: firstRow))
      }
    }
    guard units != nil || groups != nil else {
      offsets = users
      self.marks = marks
      self.times = times
      firstTime = firstRow
      return
    }
    var sorter = UnitSorter(marks, users, units: units, groups: groups, firstRow: firstRow)
    sorter.run()
    offsets = sorter.offsets
    self.groups = sorter.unitGroups
    leftOutRowCount = sorter.leftOutRowCount
    let sorted = sorter.sorted
    rows = sorted
    self.marks = sorted.map { marks[Int($0)] }
    self.times = times.picked(sorted, firstRow: firstRow)
    firstTime = 0
  }

  /// Returns the row of the morsel at a position.
  func row(_ position: Int) -> Int {
    guard let rows else { return position }
    return Int(rows[position])
  }

  /// Returns the row of each of several positions.
  func rows(at positions: [Int32]) -> [Int32] {
    guard let rows else { return positions }
    return positions.map { rows[Int($0)] }
  }

  /// The microseconds of a stored unit of time.
  var timeScale: Int64 { max(times.scale, 1) }

  /// Asks `scan` with the offsets, the marks and the times of the positions.
  func scan<Scan: UnitScan>(_ scan: inout Scan) {
    let positions = firstTime..<(firstTime + marks.count)
    switch times {
    case .int32(let buffer, _):
      buffer.withSpan { scan.run(offsets.span, marks.span, $0.extracting(positions)) }
    case .int64(let buffer, _):
      buffer.withSpan { scan.run(offsets.span, marks.span, $0.extracting(positions)) }
    }
  }

  /// Adds the bits of `mark` to the marks at `positions`.
  mutating func mark(_ positions: [Int32], with bits: UInt8) {
    for position in positions { marks[Int(position)] |= bits }
  }
}

/// Walks over the rows of units, whatever the width in which their times are stored.
protocol UnitScan {
  /// Unit *u* owns positions `offsets[u]..<offsets[u + 1]` of `marks` and `times`.
  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  )
}

/// Brings the marked rows of each user together by unit and group.
private struct UnitSorter {
  private let users: [Int32]
  private let rows: [Int32]
  private let units: [Int32]?
  private let groups: [Int32]?
  private(set) var offsets: [Int32] = [0]
  private(set) var sorted: [Int32] = []
  private(set) var unitGroups: [Int32] = []
  private(set) var leftOutRowCount = 0

  init(
    _ marks: [UInt8],
    _ users: [Int32],
    units: RowCodes?,
    groups: RowCodes?,
    firstRow: Int
  ) {
    self.users = users
    let rows = marks.indices.lazy.filter { marks[$0] != 0 }.map { Int32(truncatingIfNeeded: $0) }
    self.rows = Array(rows)
    self.units = units?.codes(ofRows: self.rows, firstRow: firstRow)
    self.groups = groups?.codes(ofRows: self.rows, firstRow: firstRow)
    sorted.reserveCapacity(self.rows.count)
  }

  /// The key of a row of the list: unit above group, both with NULL (−1) first.
  private func key(_ index: Int) -> UInt64 {
    let unit = UInt32(bitPattern: (units?[index] ?? 0) &+ 1)
    let group = UInt32(bitPattern: (groups?[index] ?? -1) &+ 1)
    return UInt64(unit) << 32 | UInt64(group)
  }

  mutating func run() {
    var first = 0
    var order: [(key: UInt64, row: Int32)] = []
    for user in users.indices.dropLast() {
      order.removeAll(keepingCapacity: true)
      while first < rows.count, rows[first] < users[user + 1] {
        if let units, units[first] < 0 {
          leftOutRowCount += 1
        } else {
          order.append((key(first), rows[first]))
        }
        first += 1
      }
      order.sort { ($0.key, $0.row) < ($1.key, $1.row) }
      for (index, entry) in order.enumerated() {
        if index > 0, order[index - 1].key != entry.key { close(order[index - 1].key) }
        sorted.append(entry.row)
      }
      if let last = order.last { close(last.key) }
    }
  }

  private mutating func close(_ key: UInt64) {
    offsets.append(Int32(truncatingIfNeeded: sorted.count))
    guard groups != nil else { return }
    unitGroups.append(Int32(bitPattern: UInt32(truncatingIfNeeded: key)) &- 1)
  }
}
