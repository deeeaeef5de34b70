package import BQLColumnar
import BQLStorage
import BQLSyntax

extension PathsPlan {
  package var schema: Schema {
    var fields: [Field] = behavior.dimensionFields
    switch shape {
    case .steps: fields += [Field("step_no", .int), Field("step", .text)]
    case .edges: fields += [Field("step_no", .int), Field("from", .text), Field("to", .text)]
    case .sequences: fields += [Field("path", .text), Field("steps", .int)]
    }
    let count = behavior.countName
    if comparison != nil {
      fields += [
        Field("\(count)_a", .int), Field("\(count)_b", .int), Field("pct_a", .float),
        Field("pct_b", .float), Field("pct_difference", .float), Field("ci_low", .float),
        Field("ci_high", .float), Field("q_value", .float),
      ]
    } else {
      fields += [
        Field(count, .int), Field("transitions", .int), Field("pct_of_paths", .float),
      ]
      if shape == .edges { fields.append(Field("probability", .float)) }
    }
    return Schema(fields)
  }

  /// The question in words, one line.
  var title: String {
    var parts = ["paths \(behavior.logName) on \(Self.names(of: on, behavior))"]
    switch anchor {
    case .firstRow: break
    case .start(let step): parts.append("start at \(step.label)")
    case .end(let step): parts.append("end at \(step.label)")
    case .between(let start, let end):
      parts.append("start at \(start.label), end at \(end.label)")
    case .around(let step, let before, let after):
      parts.append("around \(step.label) before \(before) after \(after)")
    }
    parts.append("steps \(stepCount)")
    parts.append("keep \(keep)")
    if collapsesLoops { parts.append("collapse loops") }
    parts += behavior.titles
    if let comparison { parts.append("compare \(comparison.labels.joined(separator: " vs "))") }
    parts.append("as \(shape.rawValue.lowercased())")
    return parts.joined(separator: ", ")
  }

  fileprivate static func names(of on: [NamedExpression], _ behavior: BehaviorPlan) -> String {
    on.map { $0.expression.described(by: behavior.log.schema) }.joined(separator: ", ")
  }

  /// Returns the plan with `transform` applied to its own expressions.
  func mapExpressions(_ transform: (BoundExpression) -> BoundExpression) -> PathsPlan {
    var plan = self
    plan.on = on.map { NamedExpression($0.name, transform($0.expression)) }
    switch anchor {
    case .firstRow: break
    case .start(let step): plan.anchor = .start(step.mapConditions(transform))
    case .end(let step): plan.anchor = .end(step.mapConditions(transform))
    case .between(let start, let end):
      plan.anchor = .between(start.mapConditions(transform), end.mapConditions(transform))
    case .around(let step, let before, let after):
      plan.anchor = .around(step.mapConditions(transform), before: before, after: after)
    }
    if var comparison {
      comparison.first = transform(comparison.first)
      comparison.second = comparison.second.map(transform)
      plan.comparison = comparison
    }
    return plan
  }
}

extension TransitionsPlan {
  package var schema: Schema {
    Schema(
      behavior.dimensionFields + [
        Field("from", .text), Field("to", .text), Field("transitions", .int),
        Field(behavior.countName, .int), Field("probability", .float),
        Field("median_gap", .interval), Field("p90_gap", .interval),
      ]
    )
  }

  /// The question in words, one line.
  var title: String {
    var parts = ["transitions \(behavior.logName) on \(PathsPlan.names(of: on, behavior))"]
    if let keep { parts.append("keep \(keep)") }
    if collapsesLoops { parts.append("collapse loops") }
    return (parts + behavior.titles).joined(separator: ", ")
  }

  /// Returns the plan with `transform` applied to its own expressions.
  func mapExpressions(_ transform: (BoundExpression) -> BoundExpression) -> TransitionsPlan {
    var plan = self
    plan.on = on.map { NamedExpression($0.name, transform($0.expression)) }
    return plan
  }
}

extension FunnelPlan.Step {
  /// Returns the step with `transform` applied to its conditions.
  func mapConditions(_ transform: (BoundExpression) -> BoundExpression) -> FunnelPlan.Step {
    var step = self
    for index in alternatives.indices {
      step.alternatives[index].condition = alternatives[index].condition.map(transform)
    }
    return step
  }
}
