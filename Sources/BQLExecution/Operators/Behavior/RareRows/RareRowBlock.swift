import BQLColumnar
package import BQLStorage

/// Holds the rare rows of a morsel with what a funnel asks of them: times, money, sessions.
package struct RareRowBlock: Sendable {
  package let morsel: Morsel
  package private(set) var lists: RareRows
  /// The times of rows; of a prior that there is not, the smallest number.
  let times: RareTimes
  /// The microseconds of a unit of time.
  let timeScale: Int64
  /// nil where the log has no VALUE.
  let money: RareMoney?
  /// What the first frequent rows of all units are worth.
  let startSum: MoneySum
  /// The session of each rare row, which tells orders apart; empty where units or the log do not
  /// need it.
  let sessions: [Int32]

  /// Collects what the listed rows hold; nil where money is no exact number of hundredths, or where
  /// times or amounts are so large that reckoning with them could overflow.
  package init?(
    _ morsel: Morsel,
    _ lists: RareRows,
    times: RowTimes,
    money: RowMoney?,
    sessions: RowCodes?
  ) {
    self.morsel = morsel
    self.lists = lists
    let firstRow = morsel.rows.lowerBound
    timeScale = times.scale
    switch times {
    case .int32(let buffer, _):
      guard let numbers = Self.times(buffer, lists, firstRow) else { return nil }
      self.times = .int32(numbers)
    case .int64(let buffer, _):
      guard let numbers = Self.times(buffer, lists, firstRow) else { return nil }
      self.times = .int64(numbers)
    }
    switch money?.storage {
    case .hundredths32(let buffer):
      guard let numbers = Self.amounts(buffer, money?.validity, lists, firstRow) else { return nil }
      self.money = .int32(numbers)
      startSum = Self.sum(numbers.starts)
    case .hundredths64(let buffer):
      guard let numbers = Self.amounts(buffer, money?.validity, lists, firstRow) else { return nil }
      self.money = .int64(numbers)
      startSum = Self.sum(numbers.starts)
    case .floats: return nil
    case nil:
      self.money = nil
      startSum = MoneySum()
    }
    self.sessions = sessions?.codes(ofRows: lists.rows, firstRow: firstRow) ?? []
    // Those of all values are asked for where the rows of each value are listed.
    if !lists.origins.isEmpty { self.lists.forgetPriors() }
  }

  /// Returns the times of listed rows; nil where one is so far off that the walk could not tell it
  /// from none.
  private static func times<Time>(
    _ buffer: Buffer<Time>,
    _ lists: RareRows,
    _ firstRow: Int
  ) -> RareNumbers<Time>? {
    buffer.withSpan { column in
      let own = RareNumbers(column, lists, firstRow: firstRow)
      let bound = FunnelRareWalk.farthest / 2
      let isNear = own.allSatisfy { $0 != .min && UInt64($0.magnitude) < bound }
      guard isNear else { return nil }
      return own.replacingPriors(lists.priors, by: .min)
    }
  }

  /// Returns the amounts of listed rows, NULL the smallest number; nil where a row holds that, or
  /// where a sum over the block could overflow.
  private static func amounts<Number>(
    _ buffer: Buffer<Number>,
    _ validity: Bitmap?,
    _ lists: RareRows,
    _ firstRow: Int
  ) -> RareNumbers<Number>? {
    buffer.withSpan { column in
      let own = RareNumbers(column, lists, firstRow: firstRow)
      let rowCount = UInt64(lists.rows.count + lists.starts.count + 1)
      let bound = (UInt64(1) << 60) / rowCount
      guard own.allSatisfy({ $0 != .min && UInt64($0.magnitude) < bound }) else { return nil }
      guard let validity else { return own }
      return RareNumbers(column, lists, firstRow: firstRow, validity: validity, null: .min)
    }
  }

  private static func sum(_ amounts: [some FixedWidthInteger]) -> MoneySum {
    var sum = MoneySum()
    for amount in amounts { sum += MoneySum(hundredths: amount) }
    return sum
  }

  /// Returns what each rare row is worth, NULL the smallest number: a purchase its whole order, any
  /// other its own amount; empty where the log has no VALUE.
  func worth(purchase: UInt8?, orderGapMicroseconds: Int64) -> [Int64] {
    switch money {
    case .int32(let amounts): worth(amounts.rows, purchase, orderGapMicroseconds)
    case .int64(let amounts): worth(amounts.rows, purchase, orderGapMicroseconds)
    case nil: []
    }
  }

  private func worth(
    _ amounts: [some FixedWidthInteger],
    _ purchase: UInt8?,
    _ orderGapMicroseconds: Int64
  ) -> [Int64] {
    guard let purchase else { return amounts.map { $0 == .min ? Int64.min : Int64($0) } }
    let orders = RareOrders(
      purchase: purchase,
      gap: UInt64(max(orderGapMicroseconds, 0) / max(timeScale, 1))
    )
    return switch times {
    case .int32(let times): orders.worth(lists, times.rows, amounts, sessions)
    case .int64(let times): orders.worth(lists, times.rows, amounts, sessions)
    }
  }

  var byteCount: Int {
    lists.byteCount + times.byteCount + (money?.byteCount ?? 0) + sessions.count * 4
  }
}
