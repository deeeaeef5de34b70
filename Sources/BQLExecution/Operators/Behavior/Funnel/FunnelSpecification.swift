/// Says what a funnel asks for, in plain numbers: steps are mask bits, durations microseconds.
///
/// The matching is loose (other rows may come between two steps) and every step-1 row may start
/// a chain. Bit *s* − 1 of a row's mask says that the row matches step *s*.
package struct FunnelSpecification: Sendable {
  /// The number of steps a mask can carry.
  package static let maximumStepCount = 32

  /// 1…``maximumStepCount``; mask bits from here on are ignored.
  package var stepCount: Int
  /// Each window in microseconds, inclusive, from the chain's step 1; nil is no limit.
  ///
  /// Never empty. A window below 0 holds no chain.
  package var windows: [Int64?]
  package var ties: FunnelTieRule
  /// The first microsecond at which a chain may start; nil is no bound.
  package var since: Int64?
  /// The first microsecond at which a chain may no longer start; nil is no bound.
  package var until: Int64?
  /// Which row's group a unit counts in; nil where the funnel has no groups.
  package var attribution: FunnelAttributionRule?
  /// How many groups to keep by name, the rest becoming ``FunnelGroup/other``; nil keeps all.
  package var top: Int?
  /// Whether a grouped result has a ``FunnelGroup/total`` block as well.
  package var withTotal: Bool
  /// The log's last instant in microseconds, which tells the immature chains; nil counts none.
  package var logEnd: Int64?

  /// Makes a specification; by default any chain in (time, source) order without a limit.
  package init(
    stepCount: Int,
    windows: [Int64?] = [nil],
    ties: FunnelTieRule = .allow,
    since: Int64? = nil,
    until: Int64? = nil,
    attribution: FunnelAttributionRule? = nil,
    top: Int? = nil,
    withTotal: Bool = false,
    logEnd: Int64? = nil
  ) {
    precondition((1...Self.maximumStepCount).contains(stepCount), "a funnel has 1 to 32 steps")
    precondition(!windows.isEmpty, "a funnel has a window, if only the unlimited one")
    self.stepCount = stepCount
    self.windows = windows
    self.ties = ties
    self.since = since
    self.until = until
    self.attribution = attribution
    self.top = top
    self.withTotal = withTotal
    self.logEnd = logEnd
  }

  /// The mask bits that stand for steps.
  var stepBits: UInt32 { UInt32.max >> UInt32(Self.maximumStepCount - stepCount) }

  /// The position of the longest window (no limit is the longest; the first of equals).
  package var longestWindow: Int {
    var longest = 0
    for (index, window) in windows.enumerated() {
      guard let reigning = windows[longest] else { return longest }
      guard let window else { return index }
      if window > reigning { longest = index }
    }
    return longest
  }

  /// The pass that must come first and say which groups are the largest; nil where one pass does.
  ///
  /// Only ATTRIBUTE EACH with TOP needs it: a unit may count in several groups, and in `(other)`
  /// once, so `(other)` must be matched with the step-1 rows of all its values, never added up.
  /// A unit counts at step 1 of every value of its step-1 rows, so one step ranks the groups.
  package var rankingPass: FunnelSpecification? {
    guard attribution == .each, top != nil else { return nil }
    var pass = self
    pass.stepCount = 1
    pass.windows = [nil]
    pass.top = nil
    pass.withTotal = false
    return pass
  }
}

/// Says whether rows of one instant may follow each other.
package enum FunnelTieRule: Hashable, Sendable {
  /// In either order, each row at most once in a chain.
  case allow
  /// Never: each step is strictly later than the one before.
  case deny
}

/// Says which row's group a unit counts in.
package enum FunnelAttributionRule: Hashable, Sendable {
  /// The unit's first step-1 row in the period, the same for every window.
  case first
  /// Every group of a step-1 row, each with a funnel that only its own step-1 rows may start.
  case each
  /// The deepest matched row of each window's canonical chain.
  case last
  /// The canonical chain's row at this step (1-based); units without it count in no group.
  case step(Int)
}

/// Names a group of a funnel's result.
package enum FunnelGroup: Hashable, Sendable {
  /// The group of the code that the input gives; −1 is NULL's.
  case value(Int32)
  /// All groups outside TOP n.
  case other
  /// All units, whatever their group.
  case total
}
