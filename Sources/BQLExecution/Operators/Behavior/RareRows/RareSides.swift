package import BQLColumnar
import BQLStorage

/// Holds what the frequent rows next to each rare row of a block hold, in store order: the latest
/// before it, and the first behind it that no other rare row comes before.
package struct RareSides: Sendable {
  /// The smallest number stands for no row.
  let before: RareTimes
  let after: RareTimes
  /// nil where the log has no VALUE.
  let beforeMoney: RareMoney?
  let afterMoney: RareMoney?

  /// Reads the rows of a block whose units are users; nil where reckoning with times or amounts
  /// could overflow.
  package init?(
    _ block: RareRowBlock,
    _ userOffsets: Buffer<Int32>,
    events: Buffer<UInt8>,
    validity: Bitmap?,
    times: RowTimes,
    money: RowMoney?
  ) {
    let morsel = block.morsel
    let rows = events.withSpan { events in
      guard let validity else {
        return Self.rows(block.lists, morsel, userOffsets, events.extracting(morsel.rows))
      }
      let bytes = morsel.rows.map { validity[$0] ? events[$0] : RareRows.noEvent }
      return Self.rows(block.lists, morsel, userOffsets, bytes.span)
    }
    let firstRow = morsel.rows.lowerBound
    guard let before = Self.times(times, rows.before, firstRow),
      let after = Self.times(times, rows.after, firstRow)
    else { return nil }
    self.before = before
    self.after = after
    guard let money else {
      beforeMoney = nil
      afterMoney = nil
      return
    }
    guard let before = Self.money(money, rows.before, firstRow),
      let after = Self.money(money, rows.after, firstRow)
    else { return nil }
    beforeMoney = before
    afterMoney = after
  }

  /// Returns the rows next to each rare row, −1 for none.
  private static func rows(
    _ lists: RareRows,
    _ morsel: Morsel,
    _ userOffsets: Buffer<Int32>,
    _ bytes: Span<UInt8>
  ) -> (before: [Int32], after: [Int32]) {
    userOffsets.withSpan { offsets in
      let firstRow = morsel.rows.lowerBound
      var before: [Int32] = []
      var after: [Int32] = []
      before.reserveCapacity(lists.rows.count)
      after.reserveCapacity(lists.rows.count)
      var user = morsel.users.lowerBound
      var entry = 0
      for unit in lists.units {
        while Int(offsets[user + 1]) - firstRow <= Int(lists.rows[entry]) { user += 1 }
        let end = Int(offsets[user + 1]) - firstRow
        // Rows between two rare ones are frequent, or of no event.
        var next = Int(offsets[user]) - firstRow
        var latest = -1
        while entry < Int(unit.end) {
          let row = Int(lists.rows[entry])
          latest = bytes.last(equalTo: lists.frequent, in: next..<row) ?? latest
          before.append(Int32(truncatingIfNeeded: latest))
          next = row + 1
          entry += 1
          let bound = entry < Int(unit.end) ? Int(lists.rows[entry]) : end
          let first = bytes.first(equalTo: lists.frequent, in: next..<bound)
          after.append(Int32(truncatingIfNeeded: first ?? -1))
        }
      }
      return (before, after)
    }
  }

  private static func times(_ times: RowTimes, _ rows: [Int32], _ firstRow: Int) -> RareTimes? {
    let bound = FunnelRareWalk.farthest / 2
    switch times {
    case .int32(let buffer, _):
      let own = buffer.withSpan { RareNumbers(priors: rows, $0, firstRow: firstRow) }
      return .int32(own)
    case .int64(let buffer, _):
      let own = buffer.withSpan { RareNumbers(priors: rows, $0, firstRow: firstRow) }
      guard own.allSatisfy({ $0 == .min || UInt64($0.magnitude) < bound }) else { return nil }
      return .int64(own)
    }
  }

  private static func money(_ money: RowMoney, _ rows: [Int32], _ firstRow: Int) -> RareMoney? {
    let bound = (UInt64(1) << 60) / UInt64(rows.count + 1)
    switch money.storage {
    case .hundredths32(let buffer):
      return .int32(
        buffer.withSpan {
          RareNumbers(priors: rows, $0, firstRow: firstRow, validity: money.validity)
        }
      )
    case .hundredths64(let buffer):
      let own = buffer.withSpan {
        RareNumbers(priors: rows, $0, firstRow: firstRow, validity: money.validity)
      }
      guard own.allSatisfy({ $0 == .min || UInt64($0.magnitude) < bound }) else { return nil }
      return .int64(own)
    case .floats: return nil
    }
  }

  var byteCount: Int {
    before.byteCount + after.byteCount + (beforeMoney?.byteCount ?? 0)
      + (afterMoney?.byteCount ?? 0)
  }
}

extension Span where Element == UInt8 {
  /// Returns the first position of `range` that holds `byte`; nil where none does.
  fileprivate func first(equalTo byte: UInt8, in range: Range<Int>) -> Int? {
    for position in range where self[position] == byte { return position }
    return nil
  }

  /// Returns the last position of `range` that holds `byte`; nil where none does.
  fileprivate func last(equalTo byte: UInt8, in range: Range<Int>) -> Int? {
    for position in range.reversed() where self[position] == byte { return position }
    return nil
  }
}
