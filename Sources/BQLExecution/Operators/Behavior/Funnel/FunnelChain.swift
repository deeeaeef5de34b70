import BQLStorage

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
  /// The matched rows, as positions in the partition, in step order; −1 for an optional step that
  /// the chain skips.
  ///
  /// Their number is the deepest step reached, at least 1.
  package var rows: [Int32]
  /// The rows' times, as stored; 0 where there is no row.
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

/// Keeps every chain, for lists of users and for tests.
struct FunnelChainList: FunnelChainSink {
  var chains: [FunnelChain] = []

  mutating func take(_ block: borrowing FunnelChainBlock, of input: FunnelInput) {
    let firstRow = input.morsel.rows.lowerBound
    var end = 0
    for header in block.headers {
      let rows = block.rows[end..<(end + Int(header.depth))].map {
        $0 < 0 ? -1 : Int($0) + firstRow
      }
      end += rows.count
      let groupRow = Int(header.groupRow) + firstRow
      chains.append(
        FunnelChain(
          user: Int(header.user),
          unit: input.units == nil ? nil : header.unit,
          window: Int(header.window),
          group: header.groupRow < 0 ? nil : input.groups?.code(groupRow, firstRow: firstRow),
          isTotal: header.isTotal,
          rows: rows.map { Int32(truncatingIfNeeded: $0) },
          times: rows.map { $0 < 0 ? 0 : input.times.raw($0) }
        )
      )
    }
  }

  mutating func leaveOut(_ leftOut: FunnelLeftOut) {}
}
