package import BQLColumnar

/// Tells which rows are purchases and which visit each belongs to.
///
/// An **order** is the purchase rows of one user and session (of one user where there is no
/// session), each at most 60 s after the previous one; rows without a session are a group of
/// their own, and rows that the filter leaves out do not exist.
package struct RowPurchases: Sendable {
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
  package var sessions: RowCodes?
  /// Purchases at most this far from the previous one belong to its order; 60 s by default.
  package var gapMicroseconds: Int64

  package init(rows: Rows, sessions: RowCodes? = nil, gapMicroseconds: Int64 = 60_000_000) {
    self.rows = rows
    self.sessions = sessions
    self.gapMicroseconds = gapMicroseconds
  }
}

extension RowPurchases.Rows {
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
