/// Finds the matches of each unit and counts them by group.
struct MatchWalk: SequenceVisitor, Sendable {
  private let automaton: MatchAutomaton
  private let window: Int64?
  private let ordersTies: Bool
  private(set) var units: [Int]
  private(set) var matches: [Int]
  private var lastUnit: [Int32]
  private var unit: Int32 = 0
  private var lengths = DurationList()
  private var lengthGroups: [Int32] = []
  private(set) var crowdedCount = 0
  var leftOutCount = 0
  /// The units met, with or without a match, and those with one.
  private(set) var unitCount = 0
  private(set) var matchedUnitCount = 0
  /// The microseconds of a stored time's unit in the present morsel.
  var timeScale: Int64 = 1
  /// One a row of the present morsel; empty where all are of one group.
  var groups: [Int32] = []

  init(_ automaton: MatchAutomaton, window: Int64?, ordersTies: Bool, groupCount: Int) {
    self.automaton = automaton
    self.window = window
    self.ordersTies = ordersTies
    units = [Int](repeating: 0, count: groupCount)
    matches = units
    lastUnit = [Int32](repeating: -1, count: groupCount)
  }

  /// Adds what another thread has counted.
  mutating func add(_ other: MatchWalk) {
    for group in units.indices {
      units[group] += other.units[group]
      matches[group] += other.matches[group]
    }
    lengths.append(contentsOf: other.lengths)
    lengthGroups += other.lengthGroups
    crowdedCount += other.crowdedCount
    leftOutCount += other.leftOutCount
    unitCount += other.unitCount
    matchedUnitCount += other.matchedUnitCount
  }

  mutating func visit<State: FixedWidthInteger, Time: FixedWidthInteger>(
    states: Span<State>,
    times: Span<Time>,
    offsets: Span<Int32>,
    rows: Span<Int32>,
    marks: Span<UInt8>
  ) {
    let stepper = MatchStepper(automaton, window: window, timeScale: timeScale)
    var matcher = MatchMatcher(automaton, stepper, ordersTies: ordersTies)
    var found: [(row: Int, length: UInt64)] = []
    if var scan = MatchScan(automaton, stepper) {
      for place in 0..<(offsets.count - 1) {
        let range = Int(offsets[place])..<Int(offsets[place + 1])
        scan.match(range, states, times, &matcher) { found.append(($0, $1)) }
        count(&found, of: range, rows)
      }
    } else {
      for place in 0..<(offsets.count - 1) {
        let range = Int(offsets[place])..<Int(offsets[place + 1])
        matcher.match(range, states, times) { found.append(($0, $1)) }
        count(&found, of: range, rows)
      }
    }
    crowdedCount += matcher.crowdedCount
  }

  /// Counts the matches of a unit, and forgets them.
  @inline(__always)
  private mutating func count(
    _ found: inout [(row: Int, length: UInt64)],
    of unitRows: Range<Int>,
    _ rows: Span<Int32>
  ) {
    guard !unitRows.isEmpty else { return }
    unit &+= 1
    unitCount += 1
    guard !found.isEmpty else { return }
    matchedUnitCount += 1
    for (row, length) in found {
      var group = 0
      if !groups.isEmpty { group = Int(groups[rows.isEmpty ? row : Int(rows[row])]) }
      count(length, group)
    }
    found.removeAll(keepingCapacity: true)
  }

  private mutating func count(_ length: UInt64, _ group: Int) {
    matches[group] += 1
    if lastUnit[group] != unit {
      lastUnit[group] = unit
      units[group] += 1
    }
    lengths.append(length, scale: timeScale)
    if units.count > 1 { lengthGroups.append(Int32(truncatingIfNeeded: group)) }
  }

  /// Returns the quantiles of the matches' lengths in microseconds, group by group.
  func quantiles(at ps: [Double]) -> [[Int64?]] {
    guard units.count > 1 else { return [lengths.quantiles(at: ps)] }
    return lengths.quantiles(at: ps, slots: lengthGroups, slotCount: units.count)
  }
}
