/// Tells which rows of a morsel make up each session; sessions stand in the order of their first
/// rows, so that a user's follow each other.
struct SessionRows: Sendable {
  /// The first row of each session.
  let firsts: [Int32]
  /// The session of each row, −1 where it has none; nil where a session is all rows from its first
  /// to the next session's.
  private let ownSlots: [Int32]?
  private let rowCount: Int

  /// Makes sessions that are runs of rows, all rows in one.
  init(firsts: [Int32], rowCount: Int) {
    self.firsts = firsts
    ownSlots = nil
    self.rowCount = rowCount
  }

  init(firsts: [Int32], slots: [Int32]) {
    self.firsts = firsts
    ownSlots = slots
    rowCount = slots.count
  }

  var count: Int { firsts.count }

  /// The session of each row, −1 where it has none.
  var slots: [Int32] {
    if let ownSlots { return ownSlots }
    return [Int32](capacity: rowCount) { (output: inout OutputSpan<Int32>) in
      for slot in firsts.indices {
        let end = slot + 1 < firsts.count ? Int(firsts[slot + 1]) : rowCount
        for _ in Int(firsts[slot])..<end { output.append(Int32(truncatingIfNeeded: slot)) }
      }
    }
  }

  /// The last row of each session.
  var lasts: [Int32] {
    guard let ownSlots else {
      guard !firsts.isEmpty else { return [] }
      return firsts.dropFirst().map { $0 - 1 } + [Int32(truncatingIfNeeded: rowCount - 1)]
    }
    var lasts = firsts
    for (row, slot) in ownSlots.enumerated() where slot >= 0 {
      lasts[Int(slot)] = Int32(truncatingIfNeeded: row)
    }
    return lasts
  }

  /// The number of rows of each session.
  var eventCounts: [Int64] {
    guard let ownSlots else {
      return zip(firsts, lasts).map { Int64($1 - $0 + 1) }
    }
    var counts = [Int64](repeating: 0, count: count)
    for slot in ownSlots where slot >= 0 { counts[Int(slot)] &+= 1 }
    return counts
  }

  /// Returns how many rows of each session have a bit of `marks`, one byte a row.
  func counts(_ marks: [UInt8], bits: UInt8) -> [Int64] {
    var counts = [Int64](repeating: 0, count: count)
    let marks = marks.span
    var row = MarkSearch.first(bits, marks, 0, rowCount)
    let slots = slots
    while row < rowCount {
      if slots[row] >= 0 { counts[Int(slots[row])] &+= 1 }
      row = MarkSearch.first(bits, marks, row + 1, rowCount)
    }
    return counts
  }

  /// Returns the user of each session, as a place in `offsets`: user *u* owns rows
  /// `offsets[u]..<offsets[u + 1]`.
  func users(_ offsets: [Int32]) -> [Int32] {
    var user = 0
    return firsts.map { first in
      while offsets[user + 1] <= first { user += 1 }
      return Int32(truncatingIfNeeded: user)
    }
  }
}

/// Brings the rows of each user and session id together.
enum SessionIds {
  /// Ids of a user that are compared one by one; beyond, they are looked up in a table.
  private static let listedCount = 16

  /// Returns the sessions of a morsel's rows: equal codes of one user are one, −1 is none.
  static func sessions(
    _ codes: Span<Int32>,
    _ offsets: [Int32],
    keeping kept: [UInt8]?
  ) -> SessionRows {
    var slots = [Int32](repeating: -1, count: codes.count)
    var firsts: [Int32] = []
    /// The id of each session.
    var ids: [Int32] = []
    var table: [Int32: Int32] = [:]
    for user in 0..<(offsets.count - 1) {
      let firstSlot = firsts.count
      var latest: Int32 = -1
      if !table.isEmpty { table.removeAll(keepingCapacity: true) }
      for row in Int(offsets[user])..<Int(offsets[user + 1]) {
        let code = codes[row]
        if code < 0 { continue }
        if let kept, kept[row] == 0 { continue }
        if latest < 0 || ids[Int(latest)] != code {
          latest = find(code, ids, firstSlot, &table)
          if latest < 0 {
            latest = Int32(truncatingIfNeeded: firsts.count)
            firsts.append(Int32(truncatingIfNeeded: row))
            ids.append(code)
          }
        }
        slots[row] = latest
      }
    }
    return SessionRows(firsts: firsts, slots: slots)
  }

  /// Returns the session from `firstSlot` on that has an id; −1 where none has.
  private static func find(
    _ id: Int32,
    _ ids: [Int32],
    _ firstSlot: Int,
    _ table: inout [Int32: Int32]
  ) -> Int32 {
    guard ids.count - firstSlot > listedCount else {
      var slot = ids.count - 1
      while slot >= firstSlot {
        if ids[slot] == id { return Int32(truncatingIfNeeded: slot) }
        slot -= 1
      }
      return -1
    }
    // The table lags behind by the sessions that were added since it was asked last.
    for slot in (firstSlot + table.count)..<ids.count {
      table[ids[slot]] = Int32(truncatingIfNeeded: slot)
    }
    return table[id] ?? -1
  }
}
