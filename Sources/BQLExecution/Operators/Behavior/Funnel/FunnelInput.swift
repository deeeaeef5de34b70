package import BQLColumnar
package import BQLStorage

/// Lends the kernel the rows of one morsel (whole users of one partition) and what a funnel needs
/// to know of each.
///
/// Rows are named by their position in the partition. A user's rows stand in (time, source row)
/// order, so position is source order within an instant.
package struct FunnelInput: Sendable {
  package var morsel: Morsel
  /// The partition's user directory.
  package var userOffsets: Buffer<Int32>
  package var steps: FunnelStepMasks
  package var times: RowTimes
  /// One byte a row of the morsel, 0 = left out by WHERE; nil keeps all.
  ///
  /// A row that is left out neither matches nor belongs to an order.
  package var filter: [UInt8]?
  /// What makes units of a user's rows; nil where the unit is the user.
  ///
  /// Rows with a NULL code are left out and counted. Codes need to differ only within a user.
  package var units: RowCodes?
  /// The value that all rows of a chain must hold, under HOLDING; codes need to differ only within
  /// a user, and rows with NULL are left out and counted.
  package var held: RowCodes?
  /// The exclusions that each row of the morsel is of, as bits; nil for a funnel without.
  ///
  /// Where these and the steps both go by codes, they are the same codes.
  package var exclusions: FunnelStepMasks?
  /// The group of each row, in codes shared by all morsels; NULL is a group of its own.
  package var groups: RowCodes?
  /// The VALUE of each row; nil where the log has no such role.
  package var values: RowMoney?
  /// Says which rows are purchases, for whole orders; nil where the log has none.
  package var purchases: RowPurchases?

  package init(
    morsel: Morsel,
    userOffsets: Buffer<Int32>,
    steps: FunnelStepMasks,
    times: RowTimes,
    filter: [UInt8]? = nil,
    units: RowCodes? = nil,
    groups: RowCodes? = nil,
    values: RowMoney? = nil,
    purchases: RowPurchases? = nil
  ) {
    self.morsel = morsel
    self.userOffsets = userOffsets
    self.steps = steps
    self.times = times
    self.filter = filter
    self.units = units
    self.groups = groups
    self.values = values
    self.purchases = purchases
  }
}

/// Tells which steps, or which exclusions, each row matches.
package enum FunnelStepMasks: Sendable {
  /// The mask depends on the event alone: entry *c* of `masks` belongs to code *c*; codes past
  /// the table's end match nothing. The fastest form; no code may stand for NULL.
  case codes8(Buffer<UInt8>, masks: [UInt32])
  /// As `codes8`, for more than 256 events.
  case codes16(Buffer<UInt16>, masks: [UInt32])
  /// One mask a row of the morsel: steps with conditions, or a NULL event (mask 0).
  case rows([UInt32])
}

extension FunnelStepMasks {
  /// Returns one mask a row of the morsel that owns `rows`.
  func rowMasks(_ rows: Range<Int>) -> [UInt32] {
    switch self {
    case .codes8(let codes, let masks):
      codes.withSpan { Self.look($0.extracting(rows), up: masks) }
    case .codes16(let codes, let masks):
      codes.withSpan { Self.look($0.extracting(rows), up: masks) }
    case .rows(let masks): masks
    }
  }

  private static func look(
    _ codes: Span<some FixedWidthInteger>,
    up masks: [UInt32]
  ) -> [UInt32] {
    var found = [UInt32](repeating: 0, count: codes.count)
    for index in codes.indices {
      let code = Int(codes[index])
      if code < masks.count { found[index] = masks[code] }
    }
    return found
  }
}
