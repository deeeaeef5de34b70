/// Finds what the listed rows are worth where a purchase counts for its whole order: purchases of
/// a unit's session whose times are no more than a gap apart.
struct RareOrders {
  let purchase: UInt8
  /// In stored units of time.
  let gap: UInt64

  /// Returns the worth of each listed row, as ``RareRowBlock`` holds money; `amounts` are theirs and
  /// `sessions` empty where orders are not told apart by them.
  ///
  /// - Complexity: O(*rows*) but for units whose sessions mix: O(*n* log *n*) of their purchases.
  func worth<Time: FixedWidthInteger, Amount: FixedWidthInteger>(
    _ lists: RareRows,
    _ times: [Time],
    _ amounts: [Amount],
    _ sessions: [Int32]
  ) -> [Int64] {
    var worth = amounts.map { $0 == .min ? Int64.min : Int64($0) }
    var own: [Int] = []
    var first = 0
    for unit in lists.units {
      own.removeAll(keepingCapacity: true)
      for row in first..<Int(unit.end) where lists.codes[row] == purchase { own.append(row) }
      first = Int(unit.end)
      guard own.count > 1 else { continue }
      if !sessions.isEmpty { own.sort { (sessions[$0], $0) < (sessions[$1], $1) } }
      var start = 0
      for index in 1...own.count {
        if index < own.count {
          let (before, row) = (own[index - 1], own[index])
          let elapsed = UInt64(bitPattern: Int64(times[row]) &- Int64(times[before]))
          let isOneSession = sessions.isEmpty ? true : sessions[row] == sessions[before]
          if isOneSession, elapsed <= gap { continue }
        }
        Self.join(own[start..<index], &worth)
        start = index
      }
    }
    return worth
  }

  /// Makes each row of an order worth all of it.
  private static func join(_ rows: ArraySlice<Int>, _ worth: inout [Int64]) {
    guard rows.count > 1 else { return }
    var sum: Int64?
    for row in rows where worth[row] != .min { sum = (sum ?? 0) &+ worth[row] }
    for row in rows { worth[row] = sum ?? .min }
  }
}
