/// Holds `FUNNEL step, … clauses`; clauses may stand in any order, once each.
package struct FunnelStatement: Hashable, Sendable {
  package var steps: [FunnelStep] = []
  package var behavior = BehaviorClauses()
  package var holding: [Identifier] = []
  package var windows: [FunnelWindow] = []
  package var mode: Choice<FunnelMode>?
  package var entry: Choice<FunnelEntry>?
  package var ties: Choice<FunnelTies>?
  package var tolerance: Choice<Duration>?
  package var exclusions: [FunnelExclusion] = []
  package var attribution: Choice<FunnelAttribution>?
  package var show: Choice<FunnelShow>?
  /// The place of `MATURE ONLY`.
  package var matureOnly: SourceRange?
  /// The place of `WITH TOTAL`.
  package var withTotal: SourceRange?
  /// `COMPARE a VS b`.
  package var compare: Choice<[Expression]>?
  /// The user of `EXPLAIN FUNNEL … FOR USER x`.
  package var tracedUser: Expression?

  package init() {}
}

/// Holds an option's value with its place.
package struct Choice<Value: Hashable & Sendable>: Hashable, Sendable {
  package var value: Value
  package var range: SourceRange

  package init(_ value: Value, range: SourceRange) {
    self.value = value
    self.range = range
  }
}

/// Holds `name[cond]{n}? AS label WITHIN d OF PREVIOUS`, `(a|b)…` or `"Add to cart"…`.
package struct FunnelStep: Hashable, Sendable {
  /// The events that match; several for `(a|b)`.
  package var alternatives: [EventPattern]
  /// `{n}`.
  package var repetitions: Choice<Int>?
  /// The place of `?`.
  package var optional: SourceRange?
  package var label: Identifier?
  /// `WITHIN d OF PREVIOUS`.
  package var withinPrevious: Choice<Duration>?
  package var range: SourceRange

  package init(alternatives: [EventPattern], range: SourceRange) {
    self.alternatives = alternatives
    self.range = range
  }
}

/// Holds an event's name and the condition its row must meet: `view[price > 100]`.
package struct EventPattern: Hashable, Sendable {
  package var name: Identifier
  package var condition: Expression?

  package init(name: Identifier, condition: Expression? = nil) {
    self.name = name
    self.condition = condition
  }
}

/// Holds one span of WITHIN.
package struct FunnelWindow: Hashable, Sendable {
  package var duration: Duration
  /// The span as written (`7d`), which labels its block.
  package var text: String
  package var range: SourceRange

  /// `:name`, which the binder replaces by its value; `duration` then means nothing.
  package var parameter: Identifier?

  package init(
    duration: Duration,
    text: String,
    parameter: Identifier? = nil,
    range: SourceRange
  ) {
    self.duration = duration
    self.text = text
    self.parameter = parameter
    self.range = range
  }
}

/// Names what may come between two steps.
package enum FunnelMode: String, Hashable, Sendable, CaseIterable {
  case loose = "LOOSE"
  case strict = "STRICT"
  case noRepeat = "NOREPEAT"
  case any = "ANY"
}

/// Names which step-1 rows may start a chain.
package enum FunnelEntry: String, Hashable, Sendable, CaseIterable {
  case any = "ANY"
  case first = "FIRST"
  case every = "EVERY"
}

/// Names how rows of one instant may follow each other.
package enum FunnelTies: String, Hashable, Sendable, CaseIterable {
  case allow = "ALLOW"
  case source = "SOURCE"
  case deny = "DENY"
}

/// Holds `EXCLUDING x [BETWEEN a AND b]` or `EXCLUDING USERS WITH x`.
package struct FunnelExclusion: Hashable, Sendable {
  package var event: EventPattern
  package var between: [Identifier]
  package var excludesUsers: Bool
  package var range: SourceRange

  package init(
    event: EventPattern,
    between: [Identifier],
    excludesUsers: Bool,
    range: SourceRange
  ) {
    self.event = event
    self.between = between
    self.excludesUsers = excludesUsers
    self.range = range
  }
}

/// Holds `ATTRIBUTE FIRST|EACH|HELD|LAST|STEP n`.
package enum FunnelAttribution: Hashable, Sendable {
  case first
  case each
  case held
  case last
  /// 1-based.
  case step(Int)
}

/// Holds what SHOW asks for.
package enum FunnelShow: Hashable, Sendable {
  case steps
  case times
  case lift
  case loss
  case trend(Choice<CalendarGrain>)
  case usersAt(Identifier)
  case droppedBefore(Identifier)
  case droppedAfter(Identifier)
}

/// Holds the clauses that every behaviour statement shares.
package struct BehaviorClauses: Hashable, Sendable {
  package var from: TableReference?
  package var condition: Expression?
  package var unit: Choice<BehaviorUnit>?
  package var since: Expression?
  package var until: Expression?
  package var by: [Expression] = []
  /// `BY … TOP n`.
  package var top: Choice<Int>?

  package init() {}
}

/// Holds what PER counts.
package enum BehaviorUnit: Hashable, Sendable {
  case user
  case session
  /// `PER (c, …)`: each user and value.
  case columns([Identifier])
}
