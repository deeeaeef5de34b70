import BQLColumnar
import BQLPlanning

/// Works out the 31 measures of a user's sessions, one session after the other.
struct SessionVectors {
  /// The numbers of a session's measures, and one more that stays NaN.
  static let laneCount = 32

  private let sums: SessionSums
  private let calendar: CalendarDays
  private let lastStart: Int64
  private var zone: TimeZone.Cursor
  // Of the user's sessions so far.
  private var number = 0
  private var previousStart: Int64 = 0
  private var purchaseNumber = 0
  private var previousPurchaseStart: Int64 = 0

  init(_ sums: SessionSums, _ frame: FeatureFrame, _ calendar: CalendarDays, _ zone: TimeZone) {
    self.sums = sums
    self.calendar = calendar
    self.zone = zone.cursor()
    lastStart = frame.lastStart
  }

  /// Begins with the first session of a user.
  mutating func begin() {
    number = 0
    purchaseNumber = 0
  }

  /// Writes the measures of `sessions`, the user's next, in the order of `SessionMeasure`; NaN stands
  /// for NULL.
  @unsafe
  mutating func write(_ sessions: Range<Int>, to lanes: UnsafeMutablePointer<Double>) {
    var session = unsafe lanes
    for slot in sessions {
      unsafe write(slot, session)
      unsafe session += Self.laneCount
    }
  }

  @unsafe @inline(__always)
  private mutating func write(_ slot: Int, _ lanes: UnsafeMutablePointer<Double>) {
    let start = sums.rows.times[Int(sums.rows.firsts[slot])]
    let length = Double(sums.ends[slot] &- start) / Double(Microseconds.perMinute)
    let (day, rest) = TimeLimits.split(start &+ zone.offset(at: start))
    let parts = calendar.day(Int(day))
    let place = slot &* FeatureRows.Kind.count
    let views = sums.counts[place &+ 1]
    let carts = sums.counts[place &+ 2]
    let purchases = sums.counts[place &+ 3]
    let clicks = sums.counts[place] &+ views &+ carts &+ purchases
    let viewed = sums.revenue(slot, FeatureRows.Kind.view)
    let carted = sums.revenue(slot, FeatureRows.Kind.cart)
    let purchased = sums.revenue(slot, FeatureRows.Kind.purchase)
    // Each place is that of the measure in `SessionMeasure`, all of them in its order.
    unsafe lanes[0] = length
    unsafe lanes[1] = parts.year
    unsafe lanes[2] = parts.yearday
    unsafe lanes[3] = parts.month
    unsafe lanes[4] = parts.monthday
    unsafe lanes[5] = parts.week
    unsafe lanes[6] = parts.weekday
    unsafe lanes[7] = parts.isWeekend
    unsafe lanes[8] = Double(rest / Microseconds.perHour)
    unsafe lanes[9] = purchases > 0 ? 1 : 0
    unsafe lanes[10] = Double(clicks)
    unsafe lanes[11] = Double(views)
    unsafe lanes[12] = Double(carts)
    unsafe lanes[13] = Double(purchases)
    unsafe lanes[14] = Self.quotient(length, Double(clicks))
    unsafe lanes[15] = Self.quotient(length, Double(views))
    unsafe lanes[16] = Self.quotient(length, Double(carts))
    unsafe lanes[17] = Self.quotient(length, Double(purchases))
    unsafe lanes[18] = viewed
    unsafe lanes[19] = carted
    unsafe lanes[20] = purchased
    unsafe lanes[21] = Self.quotient(length, sums.wholeRevenue(slot))
    unsafe lanes[22] = Self.quotient(length, viewed)
    unsafe lanes[23] = Self.quotient(length, carted)
    unsafe lanes[24] = Self.quotient(length, purchased)
    unsafe lanes[25] = Double(number &+ 1)
    unsafe lanes[26] = number == 0 ? .nan : Self.days(from: previousStart, to: start)
    unsafe lanes[27] = Self.days(from: start, to: lastStart)
    number &+= 1
    previousStart = start
    if purchases > 0 {
      unsafe lanes[28] = Double(purchaseNumber &+ 1)
      unsafe lanes[29] =
        purchaseNumber == 0 ? .nan : Self.days(from: previousPurchaseStart, to: start)
      unsafe lanes[30] = Self.days(from: start, to: lastStart)
      purchaseNumber &+= 1
      previousPurchaseStart = start
    } else {
      unsafe lanes[28] = .nan
      unsafe lanes[29] = .nan
      unsafe lanes[30] = .nan
    }
    unsafe lanes[31] = .nan
  }

  /// A quotient that is NULL where the divisor is 0 or NULL.
  @inline(__always)
  private static func quotient(_ dividend: Double, _ divisor: Double) -> Double {
    divisor == 0 ? .nan : dividend / divisor
  }

  @inline(__always)
  private static func days(from start: Int64, to end: Int64) -> Double {
    Double(end &- start) / Double(Microseconds.perDay)
  }
}
