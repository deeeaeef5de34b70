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
  package var times: FunnelTimes
  /// One byte a row of the morsel, 0 = left out by WHERE; nil keeps all.
  ///
  /// A row that is left out neither matches nor belongs to an order.
  package var filter: [UInt8]?
  /// What makes units of a user's rows; nil where the unit is the user.
  ///
  /// Rows with a NULL code are left out and counted. Codes need to differ only within a user.
  package var units: FunnelRowCodes?
  /// The group of each row, in codes shared by all morsels; NULL is a group of its own.
  package var groups: FunnelRowCodes?
  /// The VALUE of each row; nil where the log has no such role.
  package var values: FunnelValues?
  /// Says which rows are purchases, for whole orders; nil where the log has none.
  package var purchases: FunnelPurchases?

  package init(
    morsel: Morsel,
    userOffsets: Buffer<Int32>,
    steps: FunnelStepMasks,
    times: FunnelTimes,
    filter: [UInt8]? = nil,
    units: FunnelRowCodes? = nil,
    groups: FunnelRowCodes? = nil,
    values: FunnelValues? = nil,
    purchases: FunnelPurchases? = nil
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

/// Tells which steps each row matches.
package enum FunnelStepMasks: Sendable {
  /// The mask depends on the event alone: entry *c* of `masks` belongs to code *c*; codes past
  /// the table's end match nothing. The fastest form; no code may stand for NULL.
  case codes8(Buffer<UInt8>, masks: [UInt32])
  /// As `codes8`, for more than 256 events.
  case codes16(Buffer<UInt16>, masks: [UInt32])
  /// One mask a row of the morsel: steps with conditions, or a NULL event (mask 0).
  case rows([UInt32])
}

/// Lends the times of a partition in the width and unit in which they are stored.
package enum FunnelTimes: Sendable {
  /// `scale` microseconds a unit.
  case int32(Buffer<Int32>, scale: Int64)
  case int64(Buffer<Int64>, scale: Int64)

  /// Reads a stored TIME column; nil for one that holds no integers.
  package init?(_ column: StoredColumn) {
    switch column.storage {
    case .int32(let buffer): self = .int32(buffer, scale: column.scale)
    case .int64(let buffer): self = .int64(buffer, scale: column.scale)
    case .int16(let buffer): self = .int32(Self.widened(buffer), scale: column.scale)
    case .int8(let buffer): self = .int32(Self.widened(buffer), scale: column.scale)
    case .float, .bool, .codes8, .codes16, .codes32, .perUser: return nil
    }
  }

  private static func widened(_ buffer: Buffer<some FixedWidthInteger & Sendable>)
    -> Buffer<Int32>
  {
    Buffer((0..<buffer.count).map { Int32(truncatingIfNeeded: buffer[$0]) })
  }

  package var scale: Int64 {
    switch self {
    case .int32(_, let scale), .int64(_, let scale): scale
    }
  }

  /// Returns the stored number of `row`.
  func raw(_ row: Int) -> Int64 {
    switch self {
    case .int32(let buffer, _): Int64(buffer[row])
    case .int64(let buffer, _): buffer[row]
    }
  }
}

/// Tells which rows are purchases and which visit each belongs to.
///
/// An **order** is the purchase rows of one user and session (of one user where there is no
/// session), each at most 60 s after the previous one; rows without a session are a group of
/// their own, and rows that the filter leaves out do not exist.
package struct FunnelPurchases: Sendable {
  /// Tells purchase rows from others.
  package enum Rows: Sendable {
    /// Rows of this event code.
    case code8(Buffer<UInt8>, UInt8)
    case code16(Buffer<UInt16>, UInt16)
    /// One byte a row of the morsel, not 0 = purchase.
    case rows([UInt8])
    /// Every row: a log without an EVENT role.
    case all
  }

  package var rows: Rows
  package var sessions: FunnelRowCodes?
  /// Purchases at most this far from the previous one belong to its order; 60 s by default.
  package var gapMicroseconds: Int64

  package init(rows: Rows, sessions: FunnelRowCodes? = nil, gapMicroseconds: Int64 = 60_000_000) {
    self.rows = rows
    self.sessions = sessions
    self.gapMicroseconds = gapMicroseconds
  }
}

extension FunnelPurchases.Rows {
  /// Returns one byte a row of the morsel that owns `rows`: 1 for a purchase that `filter` (one
  /// byte a row, 0 = left out) keeps.
  func flags(_ rows: Range<Int>, keeping filter: [UInt8]?) -> [UInt8] {
    var flags: [UInt8]
    switch self {
    case .code8(let codes, let code):
      flags = codes.withSpan { Self.equal($0.extracting(rows), code) }
    case .code16(let codes, let code):
      flags = codes.withSpan { Self.equal($0.extracting(rows), code) }
    case .rows(let bytes): flags = bytes.map { $0 == 0 ? 0 : 1 }
    case .all: flags = [UInt8](repeating: 1, count: rows.count)
    }
    if let filter {
      for index in flags.indices { flags[index] = filter[index] == 0 ? 0 : flags[index] }
    }
    return flags
  }

  private static func equal<Code: FixedWidthInteger>(_ codes: Span<Code>, _ code: Code) -> [UInt8] {
    var flags = [UInt8](repeating: 0, count: codes.count)
    for index in codes.indices { flags[index] = codes[index] == code ? 1 : 0 }
    return flags
  }
}
