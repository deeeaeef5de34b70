import BQLColumnar
import BQLFunctions

/// Holds what one state made of its morsels: its groups' key columns, their number, and one
/// accumulator a call.
struct AggregatePartial: Sendable {
  /// Names the groups that a morsel brought, those that the state had not met before.
  struct Piece: Sendable {
    let morsel: Int
    let groups: Range<Int>
  }

  let columns: [Column]
  let count: Int
  let accumulators: [any Accumulator]
  /// By morsel, ascending; together they have all groups, in their order.
  let pieces: [Piece]

  init(_ state: AggregateState, pieces: [Piece]) {
    columns = state.table.keyColumns()
    count = state.table.count
    accumulators = state.accumulators
    self.pieces = pieces
  }

  var firstMorsel: Int { pieces.first?.morsel ?? .max }
}
