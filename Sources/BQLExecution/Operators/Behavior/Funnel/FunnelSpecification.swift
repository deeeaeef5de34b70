/// Says what a funnel asks for, in plain numbers: steps are mask bits, durations microseconds.
///
/// Bit *s* − 1 of a row's mask says that the row matches step *s*.
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
  /// What each step asks for beside its event; `stepCount` of them.
  package var rules: [FunnelStepRule]
  /// What may come between two steps.
  package var mode = FunnelModeRule.loose
  /// Which step-1 rows start a chain.
  package var entry = FunnelEntryRule.any
  /// What ends a chain, or leaves out a unit; exclusion *i* is bit *i* of the input's.
  package var exclusions: [FunnelExclusionRule] = []
  /// How far a step's row may be before that of the step it follows; above 0 only under
  /// ``FunnelModeRule/loose``, ``FunnelTieRule/allow`` and steps, each once, that share no row.
  package var toleranceMicroseconds: Int64 = 0
  /// Whether all rows of a chain must hold one value: the input then has `holding` codes.
  package var isHolding = false
  /// Whether chains that start so late that the log ends before their window are left out.
  package var isMatureOnly = false
  /// Whether the result tells what steps are worth.
  package var tellsValue = true
  /// Whether the result tells quantiles of each step's times.
  package var tellsQuantiles = true
  /// Whether it tells them of all units together where it has groups.
  package var tellsTotalQuantiles = true
  /// Whether the result tells each step's times in full, from the step before and from the first.
  package var tellsTimes = false
  /// Whether the result tells what the chains that end at each step are worth there.
  package var tellsLosses = false
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
    rules = [FunnelStepRule](repeating: FunnelStepRule(), count: stepCount)
    self.since = since
    self.until = until
    self.attribution = attribution
    self.top = top
    self.withTotal = withTotal
    self.logEnd = logEnd
  }

  /// Whether the funnel is loose, every start may count and no step is more than an event: what
  /// the fast scan answers.
  var isPlain: Bool {
    rules.allSatisfy { $0 == FunnelStepRule() } && mode == .loose && entry == .any
      && exclusions.isEmpty && !isHolding && ties != .source && toleranceMicroseconds == 0
  }

  /// Whether a chain may lack a step before its last.
  var hasOptionalSteps: Bool { rules.contains { $0.isOptional } }

  /// The rows of a whole chain, repetitions counted; at most ``maximumStepCount``.
  package var linkCount: Int { rules.reduce(0) { $0 + $1.repetitions } }

  /// The exclusions that leave out a unit, as bits.
  var unitExclusions: UInt32 {
    exclusions.indices.reduce(0) { $0 | (exclusions[$1].excludesUnits ? 1 << UInt32($1) : 0) }
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

  /// Returns, for each window, the last stored time at which a chain is not late; empty where the
  /// log's end is not known.
  func lateStarts(timeScale: Int64) -> [Int64] {
    guard let logEnd else { return [] }
    return windows.map { window in
      guard let window else { return .max }
      // start > logEnd - window, in the unit of the stored times.
      let (last, overflow) = logEnd.subtractingReportingOverflow(window)
      guard !overflow else { return window > 0 ? .min : .max }
      let (quotient, remainder) = last.quotientAndRemainder(dividingBy: max(timeScale, 1))
      return remainder < 0 ? quotient - 1 : quotient
    }
  }

  /// The pass that must come first and say which groups are the largest; nil where one pass does.
  ///
  /// Only ATTRIBUTE EACH and HELD with TOP need it: a unit may count in several groups, and in `(other)`
  /// once, so `(other)` must be matched with the step-1 rows of all its values, never added up.
  /// A unit counts at step 1 of every value of its step-1 rows, so one step ranks the groups.
  package var rankingPass: FunnelSpecification? {
    guard attribution == .each || attribution == .held, top != nil else { return nil }
    return sizesPass
  }

  /// Whether the times from step to step are kept, of groups.
  var keepsTimes: Bool { tellsQuantiles || tellsTimes }

  /// Whether the times from step to step are kept, of all units together.
  var keepsTotalTimes: Bool {
    keepsTimes && (attribution == nil || withTotal || tellsTotalQuantiles)
  }

  /// The funnel of all units, which falls into no groups.
  var ungrouped: FunnelSpecification {
    var whole = self
    whole.attribution = nil
    return whole
  }

  /// The pass that finds how many units each group has at step 1.
  var sizesPass: FunnelSpecification {
    var pass = self
    pass.top = nil
    pass.withTotal = false
    pass.tellsValue = false
    pass.tellsQuantiles = false
    pass.tellsTimes = false
    pass.tellsLosses = false
    // Attempts and repetitions of step 1 follow from the windows, and late chains from all.
    guard entry != .every, !isMatureOnly, rules[0].repetitions == 1 else { return pass }
    pass.stepCount = 1
    pass.rules = [FunnelStepRule()]
    pass.exclusions = exclusions.map { FunnelExclusionRule(excludesUnits: $0.excludesUnits) }
    pass.windows = [nil]
    return pass
  }
}

/// Says whether rows of one instant may follow each other.
package enum FunnelTieRule: Hashable, Sendable {
  /// In either order, each row at most once in a chain.
  case allow
  /// Never: each step is strictly later than the one before.
  case deny
  /// In the order of the source alone.
  case source
}

/// Says what a step asks for beside its event.
package struct FunnelStepRule: Hashable, Sendable {
  /// How many rows must match it, one after the other; the last one is the step's.
  package var repetitions: Int
  /// Whether a chain may go on without it.
  package var isOptional: Bool
  /// How far its row may be from that of the step before it on the chain, inclusive; nil is no
  /// limit.
  package var gapMicroseconds: Int64?

  package init(repetitions: Int = 1, isOptional: Bool = false, gapMicroseconds: Int64? = nil) {
    self.repetitions = repetitions
    self.isOptional = isOptional
    self.gapMicroseconds = gapMicroseconds
  }
}

/// Says which rows end the chains that stand at a step.
package enum FunnelModeRule: Hashable, Sendable {
  /// None.
  case loose
  /// Rows of neither the step nor the next.
  case strict
  /// Rows of the step or one before it.
  case noRepeat
  /// Steps may come in any order.
  case any
}

/// Says which step-1 rows start a chain.
package enum FunnelEntryRule: Hashable, Sendable {
  /// Every one; the best chain counts.
  case any
  /// The unit's first in the period.
  case first
  /// One after the other: each starts an attempt where none is open, and each attempt counts.
  case every
}

/// Says what rows of an exclusion do.
package struct FunnelExclusionRule: Hashable, Sendable {
  /// The steps (1-based) between whose rows they end a chain; nil, nil between any two.
  package var between: ClosedRange<Int>?
  /// Whether they leave out the unit instead.
  package var excludesUnits: Bool

  package init(between: ClosedRange<Int>? = nil, excludesUnits: Bool = false) {
    self.between = between
    self.excludesUnits = excludesUnits
  }
}

/// Says which row's group a unit counts in.
package enum FunnelAttributionRule: Hashable, Sendable {
  /// The unit's first step-1 row in the period, the same for every window.
  case first
  /// Every group of a step-1 row, each with a funnel that only its own step-1 rows may start.
  case each
  /// The value that every row of the chain holds: a funnel a value, as under HOLDING.
  case held
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
