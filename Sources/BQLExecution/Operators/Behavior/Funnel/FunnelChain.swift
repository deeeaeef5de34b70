/// Holds the canonical chain of one unit, window and (for a grouped funnel) group.
///
/// Everything that a funnel tells (counts, times, values, groups, user lists) comes from these.
package struct FunnelChain: Hashable, Sendable {
  /// The user's position in the partition.
  package var user: Int
  /// The unit's code within the user; nil where the unit is the user.
  package var unit: Int32?
  /// The position of the window in the specification.
  package var window: Int
  /// The group that the chain counts in, −1 for NULL's; nil for none.
  package var group: Int32?
  /// Whether the chain is the unit's own, which counts in the total.
  ///
  /// It is false for a chain that ATTRIBUTE EACH has matched for one group alone.
  package var isTotal: Bool
  /// The matched rows, as positions in the partition, in step order.
  ///
  /// Their number is the deepest step reached, at least 1.
  package var rows: [Int32]
  /// The rows' times, as stored.
  package var times: [Int64]

  package init(
    user: Int,
    unit: Int32?,
    window: Int,
    group: Int32?,
    isTotal: Bool,
    rows: [Int32],
    times: [Int64]
  ) {
    self.user = user
    self.unit = unit
    self.window = window
    self.group = group
    self.isTotal = isTotal
    self.rows = rows
    self.times = times
  }

  /// The deepest step reached.
  package var depth: Int { rows.count }
}

/// Holds the chain at hand in memory that serves all chains of a scan.
///
/// Functions take it `inout`, though they only read it: so it is never copied.
struct MatchedChain {
  var user = 0
  var unit: Int32?
  var window = 0
  var group: Int32?
  var isTotal = true
  /// The steps whose rows and times, as stored, are set.
  var depth = 0
  var rows = InlineArray<32, Int32>(repeating: 0)
  var times = InlineArray<32, Int64>(repeating: 0)

  mutating func set(step: Int, row: Int, time: Int64) {
    rows[step - 1] = Int32(truncatingIfNeeded: row)
    times[step - 1] = time
  }
}

/// Takes the chains that a funnel finds, unit by unit in store order.
protocol FunnelChainSink {
  mutating func take(_ chain: inout MatchedChain, values: inout FunnelOrderValues)
  mutating func leaveOut(rowCount: Int)

  /// Whether chains of depth 1 may come as a number, because nothing but that is asked of them.
  func countsEntries(hasValues: Bool) -> Bool
  /// Takes `count` chains of depth 1 in each window, of units that no group asks for.
  mutating func takeEntries(_ count: Int)
}

/// Keeps every chain, for lists of users and for tests.
struct FunnelChainList: FunnelChainSink {
  var chains: [FunnelChain] = []

  mutating func take(_ chain: inout MatchedChain, values: inout FunnelOrderValues) {
    var kept = FunnelChain(
      user: chain.user,
      unit: chain.unit,
      window: chain.window,
      group: chain.group,
      isTotal: chain.isTotal,
      rows: [],
      times: []
    )
    for step in 0..<chain.depth {
      kept.rows.append(chain.rows[step])
      kept.times.append(chain.times[step])
    }
    chains.append(kept)
  }

  mutating func leaveOut(rowCount: Int) {}

  func countsEntries(hasValues: Bool) -> Bool { false }

  mutating func takeEntries(_ count: Int) {
    preconditionFailure("a list of chains takes each of them")
  }
}
