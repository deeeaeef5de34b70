import BQLColumnar
package import BQLStorage

/// Holds the rare rows of a morsel with what a funnel asks of them: times, money, sessions.
package struct RareRowBlock: Sendable {
  package let morsel: Morsel
  package let lists: RareRows
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

  /// Collects what the listed rows hold; nil where money is no exact number of hundredths.
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
      self.times = .int32(buffer.withSpan { RareNumbers($0, lists, firstRow: firstRow) })
    case .int64(let buffer, _):
      self.times = .int64(buffer.withSpan { RareNumbers($0, lists, firstRow: firstRow) })
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
  }

  /// Returns the amounts of listed rows, NULL the smallest number; nil where a row holds that.
  private static func amounts<Number>(
    _ buffer: Buffer<Number>,
    _ validity: Bitmap?,
    _ lists: RareRows,
    _ firstRow: Int
  ) -> RareNumbers<Number>? {
    buffer.withSpan { column in
      let own = RareNumbers(column, lists, firstRow: firstRow)
      guard !own.contains(.min) else { return nil }
      guard let validity else { return own }
      return RareNumbers(column, lists, firstRow: firstRow, validity: validity, null: .min)
    }
  }

  private static func sum(_ amounts: [some Money & FixedWidthInteger]) -> MoneySum {
    var sum = MoneySum()
    for amount in amounts { sum += amount.worth }
    return sum
  }

  var byteCount: Int {
    let ofTimes =
      switch times {
      case .int32(let numbers): numbers.byteCount
      case .int64(let numbers): numbers.byteCount
      }
    let ofMoney =
      switch money {
      case .int32(let numbers): numbers.byteCount
      case .int64(let numbers): numbers.byteCount
      case nil: 0
      }
    return lists.byteCount + ofTimes + ofMoney + sessions.count * 4
  }
}

extension Money where Self: FixedWidthInteger {
  /// The amount as a sum of one, or, where it stands for NULL, of none; see ``RareMoney``.
  @inline(__always)
  var worth: MoneySum { self == .min ? MoneySum() : sum }
}
