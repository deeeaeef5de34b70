import BQLColumnar
import BQLStorage
import BQLSyntax

/// What SHOW and COMPARE ask for.
extension Binder {
  /// Resolves SHOW and COMPARE; adds the dimensions that they group by to `behavior`.
  mutating func bindAnswer(
    _ funnel: FunnelStatement,
    _ steps: [FunnelPlan.Step],
    _ behavior: inout BehaviorPlan,
    _ attribution: FunnelAttribution
  ) -> FunnelAnswer? {
    let compare = bindComparison(
      funnel.compare,
      funnel.behavior,
      behavior.logName,
      behavior.log
    )
    guard let compare else { return nil }
    if let user = funnel.tracedUser { return bindTrace(user, funnel, behavior) }
    if let comparison = compare.value {
      if let show = funnel.show, show.value != .steps {
        return fail(
          .badFunnel,
          "COMPARE answers in a form of its own: leave out SHOW",
          at: show.range
        )
      }
      if let total = funnel.withTotal {
        return fail(.badFunnel, "COMPARE has no total: leave out WITH TOTAL", at: total)
      }
      behavior.dimensions = [NamedExpression("group", comparison.group)]
      return .comparison(comparison)
    }
    guard let show = funnel.show else { return .steps }
    switch show.value {
    case .steps: return .steps
    case .times: return .times
    case .lift:
      guard checkLift(funnel, attribution, at: show.range) else { return nil }
      return .lift
    case .loss:
      guard behavior.log.roles[.value] != nil else {
        return fail(
          .missingRole,
          "SHOW LOSS adds up VALUE, which the log has no column for",
          at: show.range,
          hints: ["name it on loading: LOAD … (VALUE column)"]
        )
      }
      return .loss
    case .trend(let grain):
      return bindTrend(grain, funnel, &behavior)
    case .usersAt(let name):
      guard let step = step(name, steps) else { return nil }
      return bindList(.init(reached: step, missing: nil), funnel)
    case .droppedBefore(let name):
      guard let step = mandatoryStep(name, steps) else { return nil }
      guard let before = (0..<(step - 1)).last(where: { !steps[$0].isOptional }) else {
        return fail(.badFunnel, "no step stands before '\(name.name)'", at: name.range)
      }
      return bindList(.init(reached: before + 1, missing: step), funnel)
    case .droppedAfter(let name):
      guard let step = mandatoryStep(name, steps) else { return nil }
      guard let next = (step..<steps.count).first(where: { !steps[$0].isOptional }) else {
        return fail(
          .badFunnel,
          "no step follows '\(name.name)': nobody drops after the last",
          at: name.range
        )
      }
      return bindList(.init(reached: step, missing: next + 1), funnel)
    }
  }

  /// Finds a step that is not optional: only such a one tells where a chain stops.
  private mutating func mandatoryStep(
    _ name: Identifier,
    _ steps: [FunnelPlan.Step]
  ) -> Int? {
    guard let step = step(name, steps) else { return nil }
    guard !steps[step - 1].isOptional else {
      return fail(
        .badFunnel,
        "nobody drops at '\(name.name)', an optional step",
        at: name.range,
        hints: ["SHOW USERS AT \(name.name) lists the chains that hold it"]
      )
    }
    return step
  }

  private mutating func bindList(
    _ selection: FunnelAnswer.UnitSelection,
    _ funnel: FunnelStatement
  ) -> FunnelAnswer? {
    if let top = funnel.behavior.top {
      return fail(.badFunnel, "a list names each group: leave out TOP", at: top.range)
    }
    if let total = funnel.withTotal {
      return fail(.badFunnel, "a list has no total: leave out WITH TOTAL", at: total)
    }
    return .units(selection)
  }

  private mutating func checkLift(
    _ funnel: FunnelStatement,
    _ attribution: FunnelAttribution,
    at range: SourceRange
  ) -> Bool {
    guard !funnel.behavior.by.isEmpty else {
      report(
        Diagnostic(
          .missingClause,
          "SHOW LIFT compares each group with the rest: add BY",
          at: range,
          hints: ["COMPARE condition VS condition compares two groups"]
        )
      )
      return false
    }
    guard attribution != .each, attribution != .held else {
      report(
        Diagnostic(
          .badFunnel,
          "SHOW LIFT needs groups that share no units, which ATTRIBUTE \(attribution.name.uppercased()) "
            + "does not give",
          at: funnel.attribution?.range ?? range
        )
      )
      return false
    }
    if let total = funnel.withTotal {
      report(
        Diagnostic(.badFunnel, "the total has no rest: leave out WITH TOTAL", at: total)
      )
      return false
    }
    return true
  }

  /// Finds the user of `EXPLAIN FUNNEL … FOR USER x` in the log.
  private mutating func bindTrace(
    _ expression: Expression,
    _ funnel: FunnelStatement,
    _ behavior: BehaviorPlan
  ) -> FunnelAnswer? {
    let clauses: [(String, SourceRange?)] = [
      ("SHOW", funnel.show?.range), ("COMPARE", funnel.compare?.range),
      ("BY", funnel.behavior.by.first?.range), ("WITH TOTAL", funnel.withTotal),
    ]
    for (clause, range) in clauses {
      guard let range else { continue }
      return fail(
        .badFunnel,
        "FOR USER tells of the unit's own chain: leave out \(clause)",
        at: range
      )
    }
    guard let column = behavior.log.roles[.user] else { return nil }
    let type = behavior.log.schema[column].type
    let context = ExpressionContext(scope: Scope(columns: []), clause: "FOR USER", grouping: nil)
    guard let bound = bind(expression, context) else { return nil }
    let value = coerce(bound, to: type)?.folded.literal
    guard let value, value != .null else {
      let found = bound.literal == .null ? "NULL" : bound.type.rawValue
      return fail(
        .typeMismatch,
        "FOR USER needs a user of type \(type.rawValue), found \(found)",
        at: expression.range
      )
    }
    var examples: [String] = []
    for (number, partition) in behavior.log.partitions.enumerated() {
      let offsets = partition.userOffsets
      let numbers = (0..<partition.userCount).filter { offsets[$0] < offsets[$0 + 1] }
      let users = partition.columns[column].gather(rows: numbers.map { offsets[$0] })
      for (index, user) in numbers.enumerated() where users[index] == value {
        return .trace(.init(value: value, partition: number, user: user))
      }
      if examples.isEmpty { examples = (0..<min(3, users.count)).map { ValueText.text(users[$0]) } }
    }
    return fail(
      .badFunnel,
      "no user \(ValueText.text(value)) in \(behavior.logName)",
      at: expression.range,
      hints: examples.isEmpty
        ? [] : ["its users are called such as \(examples.joined(separator: ", "))"]
    )
  }

  /// Makes the period of step-1 rows the last dimension.
  private mutating func bindTrend(
    _ grain: Choice<CalendarGrain>,
    _ funnel: FunnelStatement,
    _ behavior: inout BehaviorPlan
  ) -> FunnelAnswer? {
    if let attribution = funnel.attribution, attribution.value != .each {
      return fail(
        .badFunnel,
        "SHOW TREND counts a unit in each period and group in which it starts: leave out ATTRIBUTE",
        at: attribution.range
      )
    }
    if let total = funnel.withTotal {
      return fail(
        .badFunnel,
        "a trend without BY is the total's: leave out WITH TOTAL",
        at: total
      )
    }
    guard let time = behavior.log.roles[.time] else { return nil }
    let column = BoundExpression(.column(time), behavior.log.schema[time].type, range: grain.range)
    let period = bindTimePart(grain.value.rawValue.lowercased(), of: column, at: grain.range)
    guard let period else { return nil }
    behavior.dimensions.append(NamedExpression(grain.value.rawValue.lowercased(), period))
    return .trend(grain.value)
  }
}

extension Comparison {
  /// The group of a row: 0 for the first, 1 for the second, 2 for both, NULL for neither.
  fileprivate var group: BoundExpression {
    func number(_ value: Int64) -> BoundExpression {
      BoundExpression(.literal(.int(value)), .int, range: first.range)
    }
    var branches = [BoundBranch(condition: first, result: number(0))]
    guard let second else {
      return BoundExpression(
        .conditional(branches, otherwise: number(1)),
        .int,
        range: first.range
      )
    }
    let both = BoundExpression(.and([first, second]), .bool, range: first.range)
    branches.insert(BoundBranch(condition: both, result: number(2)), at: 0)
    branches.append(BoundBranch(condition: second, result: number(1)))
    let neither = BoundExpression(.literal(.null), .int, range: first.range)
    return BoundExpression(.conditional(branches, otherwise: neither), .int, range: first.range)
  }
}
