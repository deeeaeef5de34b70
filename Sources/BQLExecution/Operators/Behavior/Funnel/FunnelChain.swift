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
  /// Whether the chain is the unit's own, which counts in the total; false for a chain that
  /// ATTRIBUTE EACH has matched for one group alone.
  package var isTotal: Bool
  /// The matched rows, as positions in the partition, in step order; their number is the deepest
  /// step reached, at least 1.
  package var rows: [Int32]
  /// The rows' times, as stored.
  var times: [Int64]

  /// The deepest step reached.
  package var depth: Int { rows.count }
}

/// Takes the chains that a funnel finds, unit by unit in store order.
///
/// The chain that is lent is written anew for the next one.
protocol FunnelChainSink {
  mutating func take(_ chain: FunnelChain, values: inout FunnelOrderValues)
  mutating func leaveOut(rowCount: Int)
}

/// Keeps every chain, for lists of users and for tests.
struct FunnelChainList: FunnelChainSink {
  var chains: [FunnelChain] = []

  mutating func take(_ chain: FunnelChain, values: inout FunnelOrderValues) {
    chains.append(chain)
  }

  mutating func leaveOut(rowCount: Int) {}
}
