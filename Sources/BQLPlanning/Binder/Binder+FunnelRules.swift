import BQLColumnar
import BQLStorage
import BQLSyntax

/// What FUNNEL's clauses ask of each other.
extension Binder {
  /// The most optional steps: each doubles the chains that are tried.
  private static let maximumOptionalCount = 5

  /// Reports clauses that contradict each other or ask for too much.
  mutating func checkClauses(_ funnel: FunnelStatement, at range: SourceRange) -> Bool {
    let rowCount = funnel.steps.reduce(0) { $0 + max($1.repetitions?.value ?? 1, 1) }
    if rowCount > 32 {
      let repeated = funnel.steps.count < rowCount ? ", repetitions counted" : ""
      return refuse("a funnel has at most 32 steps\(repeated), found \(rowCount)", at: range)
    }
    for repetitions in funnel.steps.compactMap(\.repetitions) where repetitions.value < 1 {
      return refuse(
        "a step is repeated at least once, found {\(repetitions.value)}",
        at: repetitions.range
      )
    }
    if let optional = funnel.steps.first?.optional {
      return refuse("the first step cannot be optional: it starts the chain", at: optional)
    }
    if let optional = funnel.steps.last?.optional {
      return refuse(
        "the last step cannot be optional: a chain counts up to its last step that must be",
        at: optional
      )
    }
    let optional = funnel.steps.compactMap(\.optional)
    if optional.count > Self.maximumOptionalCount {
      return refuse(
        "a funnel has at most \(Self.maximumOptionalCount) optional steps, found "
          + "\(optional.count)",
        at: optional[Self.maximumOptionalCount]
      )
    }
    if let within = funnel.steps.first?.withinPrevious {
      return refuse("the first step has no previous one", at: within.range)
    }
    if let mature = funnel.matureOnly, funnel.windows.isEmpty {
      report(
        Diagnostic(
          .missingClause,
          "MATURE ONLY leaves out chains whose window the log does not show: add WITHIN",
          at: mature,
          hints: ["WITHIN 7d"]
        )
      )
      return false
    }
    return checkAnyOrder(funnel)
  }

  private mutating func checkAnyOrder(_ funnel: FunnelStatement) -> Bool {
    guard let mode = funnel.mode, mode.value == .any else { return true }
    let clauses: [(String, SourceRange?)] = [
      ("WITHIN … OF PREVIOUS", funnel.steps.compactMap(\.withinPrevious).first?.range),
      ("TIES", funnel.ties?.range),
      ("an optional step", funnel.steps.compactMap(\.optional).first),
      ("a repeated step", funnel.steps.compactMap(\.repetitions).first?.range),
      ("ENTRY", funnel.entry.flatMap { $0.value == .any ? nil : $0.range }),
      ("EXCLUDING … BETWEEN", funnel.exclusions.first { !$0.between.isEmpty }?.range),
    ]
    guard let (clause, found) = clauses.first(where: { $0.1 != nil }), let found else {
      return true
    }
    return refuse("MODE ANY has no order of steps, which \(clause) asks for", at: found)
  }

  private mutating func refuse(_ message: String, at range: SourceRange) -> Bool {
    report(Diagnostic(.badFunnel, message, at: range))
    return false
  }

  /// Resolves EXCLUDING.
  mutating func bindExclusions(
    _ funnel: FunnelStatement,
    _ steps: [FunnelPlan.Step],
    _ log: EventLog,
    _ logName: String,
    _ context: ExpressionContext
  ) -> [FunnelPlan.Exclusion]? {
    var context = context
    context.clause = "EXCLUDING's condition"
    guard funnel.exclusions.count <= 32 else {
      return fail(
        .badFunnel,
        "a funnel has at most 32 exclusions, found \(funnel.exclusions.count)",
        at: funnel.exclusions[32].range
      )
    }
    var bound: [FunnelPlan.Exclusion] = []
    for exclusion in funnel.exclusions {
      guard let code = bindEvent(exclusion.event.name, log, logName) else { return nil }
      var condition: BoundExpression?
      if let written = exclusion.event.condition {
        guard let resolved = bindCondition(written, context) else { return nil }
        condition = resolved
      }
      var between: ClosedRange<Int>?
      if exclusion.between.count == 2 {
        guard let from = step(exclusion.between[0], steps),
          let to = step(exclusion.between[1], steps)
        else { return nil }
        guard from < to else {
          return fail(
            .badFunnel,
            "BETWEEN names an earlier and a later step",
            at: exclusion.between[0].range.union(exclusion.between[1].range)
          )
        }
        between = from...to
      }
      bound.append(
        FunnelPlan.Exclusion(
          label: exclusion.event.name.name,
          alternative: FunnelPlan.Alternative(eventCode: code.value, condition: condition),
          between: between,
          excludesUnits: exclusion.excludesUsers
        )
      )
    }
    return bound
  }

  /// Finds a step by its label, 1-based.
  mutating func step(_ name: Identifier, _ steps: [FunnelPlan.Step]) -> Int? {
    let found = steps.indices.filter { steps[$0].label == name.name }
    if found.count == 1 { return found[0] + 1 }
    guard found.isEmpty else {
      return fail(
        .badFunnel,
        "\(found.count) steps are called '\(name.name)'",
        at: name.range,
        hints: ["give each a name of its own: \(name.name) AS first_\(name.name)"]
      )
    }
    return fail(
      .badFunnel,
      "the funnel has no step '\(name.name)'",
      at: name.range,
      hints: ["its steps are \(steps.map(\.label).joined(separator: ", "))"]
    )
  }

  /// Resolves HOLDING, and what ATTRIBUTE HELD holds: the dimensions, which then are columns.
  mutating func bindHolding(
    _ funnel: FunnelStatement,
    _ behavior: BehaviorPlan,
    _ context: ExpressionContext
  ) -> [Int]? {
    var columns: [Int] = []
    for name in funnel.holding {
      let bound = bindColumn(qualifier: nil, name: name, at: name.range, context)
      guard let bound, case .column(let index) = bound.kind else { return nil }
      columns.append(index)
    }
    guard let attribution = funnel.attribution, attribution.value == .held else { return columns }
    var held: [Int] = []
    for dimension in behavior.dimensions {
      guard case .column(let index) = dimension.expression.kind else {
        return fail(
          .badFunnel,
          "ATTRIBUTE HELD groups by columns, found the expression \(dimension.name)",
          at: dimension.expression.range
        )
      }
      held.append(index)
    }
    guard columns.isEmpty || Set(columns) == Set(held) else {
      return fail(
        .badFunnel,
        "ATTRIBUTE HELD holds the columns of BY; HOLDING names others",
        at: attribution.range
      )
    }
    return held
  }
}
