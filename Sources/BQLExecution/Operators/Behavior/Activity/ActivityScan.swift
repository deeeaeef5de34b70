import BQLPlanning

/// The bits of a row's marks.
enum ActivityMark {
  /// The event, before the period's end: what came before tells new from returning.
  static let active: UInt8 = 1
  /// The event in the period.
  static let counted: UInt8 = 2
}

/// Finds the periods in which each unit is active and counts what the question asks of them.
struct ActivityScan: UnitScan {
  let calendar: ActivityCalendar
  /// The stored times at which the calendar's periods end.
  let ends: [Int64]
  /// The group of each unit; empty where there are none.
  let groups: [Int32]
  var tally: ActivityTally
  /// The periods of the current unit, ascending, and whether each is counted.
  private var periods: [Int32] = []
  private var isCounted: [Bool] = []

  init(_ calendar: ActivityCalendar, ends: [Int64], groups: [Int32], tally: ActivityTally) {
    self.calendar = calendar
    self.ends = ends
    self.groups = groups
    self.tally = tally
  }

  mutating func run<Time: FixedWidthInteger & BitwiseCopyable>(
    _ offsets: Span<Int32>,
    _ marks: Span<UInt8>,
    _ times: Span<Time>
  ) {
    let boundaries = self.ends
    let ends = boundaries.span
    var cursor = PeriodCursor()
    for unit in 0..<(offsets.count - 1) {
      cursor.reset()
      periods.removeAll(keepingCapacity: true)
      isCounted.removeAll(keepingCapacity: true)
      var isLastCounted = true
      for position in Int(offsets[unit])..<Int(offsets[unit + 1]) {
        let mark = marks[position]
        if mark == 0 { continue }
        if cursor.move(to: Int64(times[position]), ends) {
          periods.append(Int32(truncatingIfNeeded: cursor.period))
          isLastCounted = mark & ActivityMark.counted != 0
          isCounted.append(isLastCounted)
        } else if !isLastCounted {
          isLastCounted = mark & ActivityMark.counted != 0
          isCounted[isCounted.count - 1] = isLastCounted
        }
      }
      if isCounted.contains(true) {
        let group = groups.isEmpty ? -1 : groups[unit]
        tally.addUnits(group)
        take(group)
      } else if !periods.isEmpty {
        take(groups.isEmpty ? -1 : groups[unit])
      }
    }
  }

  private mutating func take(_ group: Int32) {
    switch calendar.subject {
    case .lifecycle: takeLifecycle(group)
    case .stickiness: takeStickiness(group)
    case .active: takeActive(group)
    }
  }

  private mutating func takeLifecycle(_ group: Int32) {
    var before = -2
    for (index, number) in periods.enumerated() {
      let period = Int(number)
      if index > 0, before + 1 < period {
        tally.counts.add(1, group, before + 1, LifecycleCount.dormant)
      }
      if isCounted[index] {
        let count =
          index == 0
          ? LifecycleCount.new
          : before + 1 == period ? LifecycleCount.returning : LifecycleCount.resurrecting
        tally.counts.add(1, group, period, count)
      } else if index > 0, before + 1 == period {
        tally.counts.add(1, group, period, LifecycleCount.dormant)
      }
      before = period
    }
    if before >= 0, before + 1 < ends.count {
      tally.counts.add(1, group, before + 1, LifecycleCount.dormant)
    }
  }

  private mutating func takeStickiness(_ group: Int32) {
    var outer = -1
    var count = 0
    for (index, number) in periods.enumerated() where isCounted[index] {
      let next = Int(calendar.outer[Int(number)])
      if next != outer {
        if count > 0 { tally.counts.add(1, group, outer, count - 1) }
        outer = next
        count = 0
      }
      count += 1
    }
    if count > 0 { tally.counts.add(1, group, outer, count - 1) }
  }

  private mutating func takeActive(_ group: Int32) {
    var before: Int?
    var outer = -1
    for (index, number) in periods.enumerated() {
      let day = Int(number)
      if isCounted[index] {
        tally.counts.add(1, group, day, ActiveCount.day)
        let next = Int(calendar.outer[day])
        if next != outer {
          outer = next
          tally.counts.add(1, group, Int(calendar.firstOf[next]), ActiveCount.outer)
        }
      }
      for (count, length) in [(ActiveCount.week, 7), (ActiveCount.month, 30)] {
        // A day is within the windows that end on it and on the days behind it.
        let from = max(day, before.map { $0 + length } ?? day)
        if from < ends.count { tally.counts.add(1, group, from, count) }
        if day + length < ends.count { tally.counts.add(-1, group, day + length, count) }
      }
      before = day
    }
  }
}

/// The numbers of a cell of LIFECYCLE.
enum LifecycleCount {
  static let new = 0
  static let returning = 1
  static let resurrecting = 2
  static let dormant = 3
  static let width = 4
}

/// The numbers of a day of ACTIVE.
enum ActiveCount {
  /// The units of the day.
  static let day = 0
  /// By how much the units of the last 7 days, and of the last 30, differ from the day before's.
  static let week = 1
  static let month = 2
  /// At the first day of a period of the statement's grain: its units.
  static let outer = 3
  static let width = 4
}
