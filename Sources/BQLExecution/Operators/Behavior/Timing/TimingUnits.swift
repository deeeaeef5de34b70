import BQLColumnar

/// Holds how long each unit waited, and what it bought.
struct TimingUnits: Sendable {
  /// Holds what AGAINST asks of a unit.
  struct Outcome: Sendable {
    /// The money of the order that ended the wait, or of the orders behind the landmark.
    var value = MoneySum()
    /// The orders behind the landmark.
    var orders = 0
    /// Whether the log shows all of the time that is followed.
    var isFollowed = false
    /// Whether another order came in that time.
    var isRepeated = false
    /// Whether the unit had converted by the landmark.
    var isEarly = false
  }

  /// The group of each unit, −1 for NULL; empty where there are no groups.
  var groups: [Int32] = []
  /// Microseconds to the end, or to the log's end.
  var times: [Int64] = []
  var converted: [Bool] = []
  /// One a unit where AGAINST asks, else empty.
  var outcomes: [Outcome] = []
  /// What the groups' codes stand for, where each morsel numbers its own.
  var keys: GroupTable?
  var leftOutRowCount = 0

  var count: Int { times.count }

  /// Makes room for units of no group, so that adding them does not move them again and again.
  mutating func reserve(_ count: Int) {
    times.reserveCapacity(count)
    converted.reserveCapacity(count)
  }

  /// Adds the units of morsels that come behind these.
  mutating func combine(_ other: TimingUnits) {
    if let otherKeys = other.keys {
      var own = keys ?? otherKeys
      let codes = own.groups(for: otherKeys.keyColumns(), count: otherKeys.count)
      keys = own
      groups += other.groups.map { codes[Int($0)] }
    } else {
      groups += other.groups
    }
    times += other.times
    converted += other.converted
    outcomes += other.outcomes
    leftOutRowCount += other.leftOutRowCount
  }

  /// The places of the units of each group, by its code; groups stand in the order of first
  /// appearance.
  func places(_ code: (Int32) -> Int32) -> (codes: [Int32], places: [[Int32]]) {
    if keys == nil, groups.isEmpty {
      let all = times.indices.map { Int32(truncatingIfNeeded: $0) }
      return all.isEmpty ? ([], []) : ([code(-1)], [all])
    }
    var slots = GroupSlots()
    var places: [[Int32]] = []
    for (place, group) in groups.enumerated() {
      let slot = slots.slot(of: code(group))
      if slot == places.count { places.append([]) }
      places[slot].append(Int32(truncatingIfNeeded: place))
    }
    return (slots.groups, places)
  }

  /// Returns the curve of the units at `places`.
  func curve(_ places: [Int32]) -> SurvivalCurve {
    // Each unit stands in one place at most.
    if places.count == count { return SurvivalCurve(times, converted: converted) }
    return SurvivalCurve(
      places.map { times[Int($0)] },
      converted: places.map { converted[Int($0)] }
    )
  }
}
