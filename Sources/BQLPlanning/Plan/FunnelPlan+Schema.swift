package import BQLColumnar
import BQLStorage
package import BQLSyntax

extension FunnelPlan {
  /// Dimension columns are text where `(other)` or `(total)` may stand in them.
  package var dimensionsAreText: Bool { behavior.top != nil || withTotal }

  package var valueType: DataType? {
    behavior.log.roles[.value].map { behavior.log.schema[$0].type }
  }

  package var schema: Schema {
    switch answer {
    case .steps: Schema((columns ?? Array(stepsFields.indices)).map { stepsFields[$0] })
    case .times: timesSchema
    case .trend: trendSchema
    case .lift: liftSchema
    case .loss: lossSchema
    case .units: unitsSchema
    case .comparison: comparisonSchema
    case .trace: traceSchema
    }
  }

  /// The dimensions and, where there are windows, the window.
  var leadingFields: [Field] {
    var fields = behavior.dimensions.map {
      Field($0.name, dimensionsAreText ? .text : $0.expression.type)
    }
    if !windows.isEmpty { fields.append(Field("window", .interval)) }
    return fields
  }

  /// Whether the answer tells the quantiles of steps' times.
  package var tellsQuantiles: Bool {
    guard case .steps = answer else { return false }
    return reads { $0.type == .interval && $0.name != "window" }
  }

  /// Whether the answer tells what steps are worth.
  package var tellsValue: Bool {
    guard case .steps = answer else { return true }
    return valueType != nil && reads { $0.name == "value" }
  }

  /// Whether a column behind the dimensions is read that `isAsked` picks.
  private func reads(_ isAsked: (Field) -> Bool) -> Bool {
    let fields = stepsFields
    return (columns ?? Array(fields.indices)).contains {
      $0 >= behavior.dimensions.count && isAsked(fields[$0])
    }
  }

  private var stepsFields: [Field] {
    var fields = leadingFields
    fields += [
      Field("step_no", .int), Field("step", .text), Field(countName, .int),
      Field("pct_of_first", .float), Field("pct_of_previous", .float), Field("dropped", .int),
      Field("ci_low", .float), Field("ci_high", .float), Field("median_time", .interval),
      Field("p90_time", .interval),
    ]
    if let valueType { fields.append(Field("value", valueType)) }
    return fields
  }

  /// The question in words, one line.
  var title: String {
    var parts = ["funnel \(behavior.logName): \(steps.map(\.title).joined(separator: " > "))"]
    if !windows.isEmpty { parts.append("within \(windows.map(\.text).joined(separator: ", "))") }
    parts += behavior.titles
    if !behavior.dimensions.isEmpty { parts.append("attribute \(attribution.name)") }
    if withTotal { parts.append("with total") }
    if mode != .loose { parts.append("mode \(mode.rawValue.lowercased())") }
    if entry != .any { parts.append("entry \(entry.rawValue.lowercased())") }
    if !holding.isEmpty {
      let names = holding.map { behavior.log.schema[$0].name }
      parts.append("holding \(names.joined(separator: ", "))")
    }
    for exclusion in exclusions {
      let users = exclusion.excludesUnits ? "users with " : ""
      let between = exclusion.between.map {
        " between \(steps[$0.lowerBound - 1].label) and \(steps[$0.upperBound - 1].label)"
      }
      parts.append("excluding \(users)\(exclusion.label)\(between ?? "")")
    }
    if isMatureOnly { parts.append("mature only") }
    if toleranceMicroseconds > 0 {
      parts.append("tolerance \(Formatter.print(Duration(microseconds: toleranceMicroseconds)))")
    }
    if let title = answer.title(steps) { parts.append(title) }
    if ties != .allow { parts.append("ties \(ties.rawValue.lowercased())") }
    return parts.joined(separator: ", ")
  }

  /// Returns the plan with `transform` applied to the conditions of its steps.
  func mapConditions(_ transform: (BoundExpression) -> BoundExpression) -> FunnelPlan {
    var plan = self
    for step in steps.indices {
      for index in steps[step].alternatives.indices {
        let condition = steps[step].alternatives[index].condition
        plan.steps[step].alternatives[index].condition = condition.map(transform)
      }
    }
    for index in exclusions.indices {
      let condition = exclusions[index].alternative.condition
      plan.exclusions[index].alternative.condition = condition.map(transform)
    }
    return plan
  }
}

extension FunnelAttribution {
  /// The word of the language, in lower case.
  package var name: String {
    switch self {
    case .first: "first"
    case .each: "each"
    case .held: "held"
    case .last: "last"
    case .step(let step): "step \(step)"
    }
  }
}

extension FunnelPlan.Step {
  /// The step with what it asks for.
  fileprivate var title: String {
    (repetitions > 1 ? "\(label){\(repetitions)}" : label) + (isOptional ? "?" : "")
      + (gapMicroseconds.map {
        " within \(Formatter.print(Duration(microseconds: $0))) of previous"
      } ?? "")
  }
}
