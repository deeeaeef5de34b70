/// Holds a funnel's answer and what its notes tell.
package struct FunnelResult: Hashable, Sendable {
  /// The groups, the largest by units at step 1 in the longest window first.
  ///
  /// Of equals, the group that appears first in store order, where units stand by their first
  /// step-1 rows. ``FunnelGroup/other``, where TOP left some out, and ``FunnelGroup/total``, where
  /// asked for, stand last. A funnel without groups has the total alone.
  package var groups: [FunnelGroupResult] = []
  /// All units, counted from units and never by adding groups.
  package var total: FunnelGroupResult
  /// One a window, over all units.
  package var counters: [FunnelCounters]
  package var leftOut: FunnelLeftOut

  package init(
    groups: [FunnelGroupResult] = [],
    total: FunnelGroupResult,
    counters: [FunnelCounters],
    leftOut: FunnelLeftOut = FunnelLeftOut()
  ) {
    self.groups = groups
    self.total = total
    self.counters = counters
    self.leftOut = leftOut
  }

  /// The units of the funnel: those with a step-1 row in the period (in a window of 0 or more).
  package var unitCount: Int { total.windows.map { $0[0].units }.max() ?? 0 }
}

/// Holds one group's steps, window by window.
package struct FunnelGroupResult: Hashable, Sendable {
  package var group: FunnelGroup
  /// One array of steps a window of the specification.
  package var windows: [[FunnelStepResult]]

  package init(group: FunnelGroup, windows: [[FunnelStepResult]]) {
    self.group = group
    self.windows = windows
  }
}

/// Holds what a funnel tells of one step of one group and window.
package struct FunnelStepResult: Hashable, Sendable {
  /// The units whose canonical chain reaches the step.
  package var units: Int
  /// Microseconds from the step before on the canonical chain, interpolated linearly; nil at
  /// step 1 and where no unit arrived.
  package var medianTime: Int64?
  package var p90Time: Int64?
  /// The VALUE of the matched rows, of whole orders where they are purchases; nil where none of
  /// them has one.
  package var value: Double?
  /// The times from the step before, where the specification asks for all of them.
  package var times: FunnelTimes?
  /// As `times`, from the first step; nil also where that is the step before.
  package var timesFromFirst: FunnelTimes?
  /// Of `value`, what belongs to chains that end at the step, where the specification asks for it.
  package var endingValue: Double?

  package init(units: Int, medianTime: Int64? = nil, p90Time: Int64? = nil, value: Double? = nil) {
    self.units = units
    self.medianTime = medianTime
    self.p90Time = p90Time
    self.value = value
  }
}

/// Counts what the notes of a funnel tell about one window.
package struct FunnelCounters: Hashable, Sendable {
  /// Canonical chains that started so late (after the log's end less the window) that the log
  /// does not show whether they would have gone on, and that have not completed every step.
  package var immature = 0
  /// Canonical chains that started so late, complete or not.
  package var lateStarts = 0
  /// Consecutive rows of canonical chains that share one instant.
  package var tiedPairs = 0
  /// Consecutive rows of canonical chains of which the later step stands first, under TOLERANCE.
  package var reversedPairs = 0

  package init() {}

  mutating func add(_ other: FunnelCounters) {
    immature += other.immature
    lateStarts += other.lateStarts
    tiedPairs += other.tiedPairs
    reversedPairs += other.reversedPairs
  }
}

/// Names the groups that TOP n keeps, and maps each group's code to its rank.
package struct FunnelGroupRanking: Hashable, Sendable {
  /// The codes of the kept groups, largest first; −1 is NULL's.
  package let named: [Int32]
  /// What a code becomes, at entry code + 1: its position in `named`, or `otherCode`.
  ///
  /// The last entry is `otherCode`, which ``RowCodes`` gives to codes past the end: they
  /// belong to no step-1 row.
  package let map: [Int32]
  let otherCode: Int32

  init(named: [Int32], rest: [Int32]) {
    self.named = named
    let other = Int32(truncatingIfNeeded: named.count)
    var map = [Int32](repeating: other, count: Int((named + rest).max() ?? -1) + 3)
    for (position, code) in named.enumerated() {
      map[Int(code) + 1] = Int32(truncatingIfNeeded: position)
    }
    self.map = map
    otherCode = other
  }
}
