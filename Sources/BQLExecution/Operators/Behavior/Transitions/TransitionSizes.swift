/// Counts how many transitions each state and each group take part in: what KEEP and TOP go by.
struct TransitionSizes: SequenceVisitor, Sendable {
  /// Transitions from a state and to it.
  private(set) var states: [Int]
  /// Transitions whose first row is of a group.
  private(set) var groupSizes: [Int]
  /// One a row of the present morsel; empty where all are of one group.
  var groups: [Int32] = []

  init(stateCount: Int, groupCount: Int) {
    states = [Int](repeating: 0, count: stateCount)
    groupSizes = [Int](repeating: 0, count: groupCount)
  }

  /// Adds what another thread has counted.
  mutating func add(_ other: TransitionSizes) {
    for index in states.indices { states[index] += other.states[index] }
    for index in groupSizes.indices { groupSizes[index] += other.groupSizes[index] }
  }

  mutating func visit<State: FixedWidthInteger, Time: FixedWidthInteger>(
    states: Span<State>,
    times: Span<Time>,
    offsets: Span<Int32>,
    rows: Span<Int32>,
    marks: Span<UInt8>
  ) {
    let groupCodes = groups
    var (counts, sizes) = (self.states, groupSizes)
    (self.states, groupSizes) = ([], [])
    for place in 0..<(offsets.count - 1) {
      let first = Int(offsets[place])
      let last = Int(offsets[place + 1]) &- 1
      guard last > first else { continue }
      for row in first...last { counts[Int(truncatingIfNeeded: states[row])] &+= 2 }
      counts[Int(truncatingIfNeeded: states[first])] &-= 1
      counts[Int(truncatingIfNeeded: states[last])] &-= 1
      if !groupCodes.isEmpty {
        for row in first..<last {
          sizes[Int(groupCodes[rows.isEmpty ? row : Int(rows[row])])] &+= 1
        }
      }
    }
    (self.states, groupSizes) = (counts, sizes)
  }
}
