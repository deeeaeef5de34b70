/// Finds the path of each unit and counts it.
struct PathWalk: SequenceVisitor, Sendable {
  /// Says where a path stands among the rows of its unit.
  ///
  /// Rows with mark 1 are the first event that PATHS names, those with mark 2 the second.
  enum Anchor: Sendable {
    case firstRow
    case start
    case end
    case between
    case around(before: Int)
  }

  private let anchor: Anchor
  private let stepCount: Int
  /// Stands for "not begun yet".
  private let startSymbol: Int
  private(set) var trie: PathTrie
  /// Counts instead of the trie, where few paths are possible.
  private var packed: PackedPaths?
  /// The units met, with or without a path.
  private(set) var unitCount = 0
  var leftOutCount = 0
  /// One a row of the present morsel; empty where all are of one group.
  var groups: [Int32] = []

  init(anchor: Anchor, stepCount: Int, stateCount: Int, groupCount: Int) {
    self.anchor = anchor
    self.stepCount = stepCount
    startSymbol = stateCount
    trie = PathTrie(symbolCount: stateCount + 1, depth: stepCount, groupCount: groupCount)
    packed = PackedPaths(
      symbolCount: stateCount + 1,
      stepCount: stepCount,
      groupCount: groupCount
    )
  }

  /// Brings what is counted into the trie.
  mutating func finish() {
    packed?.add(to: &trie)
    packed = nil
  }

  /// Adds what another thread has counted and finished.
  mutating func add(_ other: PathWalk) {
    trie.add(other.trie)
    unitCount += other.unitCount
    leftOutCount += other.leftOutCount
  }

  mutating func visit<State: FixedWidthInteger, Time: FixedWidthInteger>(
    states: Span<State>,
    times: Span<Time>,
    offsets: Span<Int32>,
    rows: Span<Int32>,
    marks: Span<UInt8>
  ) {
    if case .firstRow = anchor, groups.isEmpty,
      let found = packed?.countFirstRows(states, offsets)
    {
      unitCount += found
      return
    }
    let isPacked = packed != nil
    // The hot loop works on a local, which is given back at the end.
    var packed = self.packed
    self.packed = nil
    for unit in 0..<(offsets.count - 1) {
      let first = Int(offsets[unit])
      let end = Int(offsets[unit + 1])
      guard first < end else { continue }
      unitCount += 1
      guard let path = path(first..<end, marks) else { continue }
      var group = 0
      if !groups.isEmpty {
        group = Int(groups[rows.isEmpty ? path.anchor : Int(rows[path.anchor])])
      }
      if isPacked {
        packed?.count(
          states,
          path.rows,
          group: group,
          missing: path.missing,
          start: startSymbol
        )
      } else {
        var node = trie.root(group)
        for _ in 0..<path.missing { node = trie.child(node, startSymbol) }
        for row in path.rows { node = trie.child(node, Int(states[row])) }
        trie.add(1, at: node)
      }
    }
    self.packed = packed
  }

  /// Holds the rows of a unit's path, the columns before its first row, and the row that it counts
  /// by.
  private struct Path {
    var rows: Range<Int>
    var missing: Int
    var anchor: Int
  }

  /// Returns a unit's path; nil where it has none.
  @inline(__always)
  private func path(
    _ unit: Range<Int>,
    _ marks: Span<UInt8>
  ) -> Path? {
    let first = unit.lowerBound
    if case .firstRow = anchor {
      return Path(rows: first..<min(first + stepCount, unit.upperBound), missing: 0, anchor: first)
    }
    guard let row = Self.row(1, in: unit, marks) else { return nil }
    switch anchor {
    case .firstRow: return nil
    case .start:
      return Path(rows: row..<min(row + stepCount, unit.upperBound), missing: 0, anchor: row)
    case .end:
      let start = max(first, row + 1 - stepCount)
      return Path(rows: start..<(row + 1), missing: stepCount - (row + 1 - start), anchor: row)
    case .between:
      guard let last = Self.row(2, in: (row + 1)..<unit.upperBound, marks) else { return nil }
      return Path(rows: row..<min(row + stepCount, last + 1), missing: 0, anchor: row)
    case .around(let before):
      let start = max(first, row - before)
      let end = min(row + stepCount - before, unit.upperBound)
      return Path(rows: start..<end, missing: before - (row - start), anchor: row)
    }
  }

  private static func row(_ mark: UInt8, in rows: Range<Int>, _ marks: Span<UInt8>) -> Int? {
    for row in rows where marks[row] & mark != 0 { return row }
    return nil
  }
}
