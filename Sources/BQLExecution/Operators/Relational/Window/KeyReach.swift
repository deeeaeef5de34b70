import BQLColumnar
import BQLFunctions
import BQLPlanning

/// Finds how far a RANGE frame reaches from a key.
struct KeyReach {
  /// Says where a frame's bound lies among the keys of a partition that are not NULL.
  enum Limit {
    /// Before all of them.
    case before
    /// Behind all of them.
    case behind
    /// At this key, in the order of the window.
    case key(Int64)
  }

  private let key: WindowKey
  private let distance: WindowFrame.Distance
  private let isPreceding: Bool
  private let isStart: Bool

  init(
    _ key: WindowKey,
    _ distance: WindowFrame.Distance,
    isPreceding: Bool,
    isStart: Bool
  ) {
    // Without its values, which are not read here.
    self.key = key.slice(0..<0)
    self.distance = distance
    self.isPreceding = isPreceding
    self.isStart = isStart
  }

  /// Returns the limit for a row, whose key is given in the order of the window.
  @inline(__always)
  func limit(of value: Int64) -> Limit {
    switch distance {
    case .whole(let distance):
      // `~(x + d)` is `~x − d`: in the order of the window, preceding is less either way.
      let (limit, overflow) =
        isPreceding
        ? value.subtractingReportingOverflow(distance) : value.addingReportingOverflow(distance)
      return overflow ? (isPreceding ? .before : .behind) : .key(limit)
    case .float(let distance):
      let limit = float(FloatOrder.value(key.directed(value)), distance)
      return .key(key.directed(FloatOrder.key(limit)))
    case .months(let months):
      return .key(key.directed(shifted(key.directed(value), byMonths: months)))
    }
  }

  private func float(_ base: Double, _ distance: Double) -> Double {
    if base.isNaN { return base }
    let isLess = isPreceding != key.isDescending
    let limit = isLess ? base - distance : base + distance
    // Infinity less infinity: everything lies within, as in PostgreSQL.
    if limit.isNaN { return isStart != key.isDescending ? -.infinity : .infinity }
    return limit
  }

  /// Moves a date or an instant by months; where the day does not exist, to the month's last.
  private func shifted(_ value: Int64, byMonths months: Int) -> Int64 {
    let isLess = isPreceding != key.isDescending
    let isDate = key.type == .date
    let (day, rest) = isDate ? (value, 0) : TimeLimits.split(value)
    // Further than all years that there are.
    let months = min(months, 12 * 20_000)
    let date = CivilDate(daysSince1970: Int(day))
    let month = date.year * 12 + date.month - 1 + (isLess ? -months : months)
    let year = month >= 0 ? month / 12 : (month - 11) / 12
    let monthOfYear = month - year * 12 + 1
    let last = CivilDate.daysInMonth(monthOfYear, year: year)
    let moved = CivilDate(year: year, month: monthOfYear, day: min(date.day, last))
    let days = Int64(moved.daysSince1970)
    return isDate ? days : days * Microseconds.perDay + rest
  }
}
