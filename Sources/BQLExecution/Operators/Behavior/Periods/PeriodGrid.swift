package import BQLColumnar
package import BQLSyntax

/// Numbers the days, Monday weeks or months that a log touches, from 0; on the clock of a zone.
package struct PeriodGrid: Sendable {
  package let grain: CalendarGrain
  /// The first instant of each period in microseconds, and that of the one behind the last.
  package let starts: [Int64]
  private let timeZone: TimeZone
  /// The day, since 1970-01-01, that each period starts with.
  private let startDays: [Int64]
  /// The day, since 1970-01-01, of the log's first instant.
  let firstDay: Int
  /// The period of each day from `firstDay` to the day of the log's last instant.
  let periodOfDay: [Int32]

  package var count: Int { starts.count - 1 }

  /// Returns the first instant that a log which ends at `logEnd` does not show: shops are never
  /// silent for long, so one whose last event lies within a minute of midnight shows the day.
  package static func observedUntil(logEnd: Int64) -> Int64 { logEnd + Microseconds.perMinute }

  /// Makes the grid of the periods that hold an instant of `range`.
  package init(
    _ grain: CalendarGrain,
    covering range: ClosedRange<Int64>,
    in timeZone: TimeZone = .utc
  ) {
    self.grain = grain
    self.timeZone = timeZone
    firstDay = Int(TimeLimits.split(timeZone.local(range.lowerBound)).day)
    // A change of clocks at midnight may show a day's first minutes twice.
    let lastDay = max(Int(TimeLimits.split(timeZone.local(range.upperBound)).day), firstDay)
    var starts: [Int64] = []
    var periods: [Int32] = []
    periods.reserveCapacity(lastDay - firstDay + 1)
    var day = Self.start(of: firstDay, grain)
    while day <= lastDay {
      let next = Self.next(day, grain)
      for _ in max(day, firstDay)..<min(next, lastDay + 1) {
        periods.append(Int32(truncatingIfNeeded: starts.count))
      }
      starts.append(Int64(day))
      day = next
    }
    startDays = starts
    self.starts = (starts + [Int64(day)]).map {
      timeZone.instant(ofLocal: $0 * Microseconds.perDay)
    }
    periodOfDay = periods
  }

  /// Returns the period of an instant; one outside the range counts to the nearest period.
  package func period(of instant: Int64) -> Int {
    let day = Int(TimeLimits.split(timeZone.local(instant)).day) - firstDay
    return Int(periodOfDay[min(max(day, 0), periodOfDay.count - 1)])
  }

  /// Returns the day, since 1970-01-01, that a period starts with.
  func startDay(_ period: Int) -> Int64 { startDays[period] }

  /// The stored times at which periods end, where a stored unit is `scale` microseconds: a row of
  /// period *p* has a smaller time than entry *p*, a row of a later one does not.
  func ends(scale: Int64) -> [Int64] {
    starts.dropFirst().map { Self.ceilingQuotient($0, max(scale, 1)) }
  }

  /// Returns `value / divisor`, rounded up.
  static func ceilingQuotient(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder > 0 ? quotient + 1 : quotient
  }

  private static func start(of day: Int, _ grain: CalendarGrain) -> Int {
    switch grain {
    case .day: return day
    case .week: return day - (CivilDate.isoWeekday(daysSince1970: day) - 1)
    case .month:
      let date = CivilDate(daysSince1970: day)
      return CivilDate(year: date.year, month: date.month, day: 1).daysSince1970
    }
  }

  private static func next(_ day: Int, _ grain: CalendarGrain) -> Int {
    switch grain {
    case .day: return day + 1
    case .week: return day + 7
    case .month:
      let date = CivilDate(daysSince1970: day)
      return day + CivilDate.daysInMonth(date.month, year: date.year)
    }
  }
}

/// Follows the period of rows that come in the order of time.
///
/// A row of the period before costs one comparison; only a new period is worked out.
struct PeriodCursor {
  private(set) var period: Int
  /// The first stored time behind `period`.
  private(set) var end = Int64.min

  /// Makes a cursor for rows from period `first` on.
  init(at first: Int = 0) {
    period = first - 1
  }

  /// Starts over, before the rows of another unit.
  mutating func reset() {
    period = -1
    end = .min
  }

  /// Moves to the period of stored time `raw`; true where it is another one than before.
  ///
  /// `ends` are those of ``PeriodGrid/ends(scale:)``.
  @inline(__always)
  mutating func move(to raw: Int64, _ ends: Span<Int64>) -> Bool {
    if raw < end { return false }
    var next = period + 1
    let last = ends.count - 1
    if next < last, raw >= ends[next] {
      // Most units come back soon; a bisection finds the others.
      var high = last
      next += 1
      while next < high {
        let middle = (next + high) / 2
        if raw < ends[middle] { high = middle } else { next = middle + 1 }
      }
    }
    if next > last { next = last }
    let isNew = next != period
    period = next
    end = next == last ? .max : ends[next]
    return isNew
  }
}
