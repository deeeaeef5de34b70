package import BQLColumnar
import BQLStorage
import BQLSyntax

/// The columns of FUNNEL's further answers.
extension FunnelPlan {
  /// The columns of SHOW TIMES.
  var timesSchema: Schema {
    Schema(
      leadingFields + [
        Field("from_step", .text), Field("to_step", .text), Field(countName, .int),
        Field("min_time", .interval), Field("p10_time", .interval), Field("p25_time", .interval),
        Field("median_time", .interval), Field("p75_time", .interval),
        Field("p90_time", .interval), Field("p99_time", .interval),
        Field("max_time", .interval), Field("mean_time", .interval),
      ]
    )
  }

  /// The columns of SHOW TREND; the period, a date, is the last of the dimensions.
  var trendSchema: Schema {
    var fields = behavior.dimensions.dropLast().map {
      Field($0.name, dimensionsAreText ? .text : $0.expression.type)
    }
    fields.append(Field(behavior.dimensions[behavior.dimensions.count - 1].name, .date))
    if !windows.isEmpty { fields.append(Field("window", .interval)) }
    fields += [
      Field(countName, .int), Field("converted", .int), Field("pct_of_first", .float),
      Field("ci_low", .float), Field("ci_high", .float), Field("median_time", .interval),
      Field("p90_time", .interval),
    ]
    if let valueType { fields.append(Field("value", valueType)) }
    return Schema(fields + [Field("complete", .bool)])
  }

  /// The columns of SHOW LIFT.
  var liftSchema: Schema {
    var fields = leadingFields
    fields += [
      Field("step_no", .int), Field("step", .text), Field(countName, .int),
      Field("pct_of_previous", .float), Field("pct_rest", .float), Field("lift", .float),
      Field("q_value", .float), Field("pct_difference", .float), Field("ci_low", .float),
      Field("ci_high", .float), Field("pct_best", .float), Field("uplift_\(countName)", .float),
    ]
    if let valueType { fields.append(Field("uplift_value", valueType.upliftType)) }
    return Schema(fields)
  }

  /// The columns of SHOW LOSS.
  var lossSchema: Schema {
    let type = valueType ?? .float
    return Schema(
      leadingFields + [
        Field("step_no", .int), Field("step", .text), Field(countName, .int),
        Field("value", type), Field("dropped", .int), Field("pct_dropped", .float),
        Field("value_lost", type), Field("pct_value_lost", .float),
      ]
    )
  }

  /// The columns of SHOW USERS and SHOW DROPPED: the unit's, the dimensions, the time of each step
  /// up to the last that is asked for, and what the last one is worth.
  var unitsSchema: Schema {
    var fields = unitColumns.map { behavior.log.schema[$0] }
    fields += leadingFields
    for step in listedSteps {
      // Of several steps of one name, the later ones are told apart by their numbers.
      let isFirst = !steps[..<step].contains { $0.label == steps[step].label }
      fields.append(Field("\(steps[step].label)_time\(isFirst ? "" : "_\(step + 1)")", .timestamp))
    }
    if let valueType { fields.append(Field("value", valueType)) }
    return Schema(fields)
  }

  /// The columns of EXPLAIN … FOR USER: the row, the steps it matches, its place in the chain.
  var traceSchema: Schema {
    var fields = tracedColumns.map { behavior.log.schema[$0] }
    if !windows.isEmpty { fields.append(Field("window", .interval)) }
    return Schema(
      fields + [Field("matches", .text), Field("chain_step", .int), Field("reason", .text)]
    )
  }

  /// The columns of the log that a trace shows: time, event, those of the unit and of HOLDING.
  package var tracedColumns: [Int] {
    let roles = behavior.log.roles
    var columns = [roles[.time], roles[.event]].compactMap { $0 }
    switch behavior.unit {
    case .user, .visit: break
    case .session(let column): columns.append(column)
    case .columns(let several): columns += several
    }
    for column in holding where !columns.contains(column) { columns.append(column) }
    return columns
  }

  /// The columns of the log that tell units apart, the user's and those of PER, without those that
  /// BY shows.
  package var unitColumns: [Int] {
    var columns = behavior.log.roles[.user].map { [$0] } ?? []
    switch behavior.unit {
    case .user, .visit: break
    case .session(let column): columns.append(column)
    case .columns(let several): columns += several.filter { !columns.contains($0) }
    }
    return columns.filter { column in
      !behavior.dimensions.contains { $0.expression.kind == .column(column) }
    }
  }

  /// The steps, from 0, whose times a list of units tells.
  package var listedSteps: [Int] {
    guard case .units(let selection) = answer else { return [] }
    return Array(0..<(selection.missing.map { $0 - 1 } ?? steps.count))
  }

  /// The columns of COMPARE.
  var comparisonSchema: Schema {
    var fields: [Field] = windows.isEmpty ? [] : [Field("window", .interval)]
    fields += [
      Field("step_no", .int), Field("step", .text), Field("rate", .text),
      Field("\(countName)_a", .int), Field("\(countName)_b", .int), Field("pct_a", .float),
      Field("pct_b", .float), Field("pct_difference", .float), Field("ci_low", .float),
      Field("ci_high", .float), Field("q_value", .float),
    ]
    return Schema(fields)
  }
}

extension DataType {
  /// The type of an expected VALUE, a part of a sum.
  package var upliftType: DataType { self == .int ? .float : self }
}

extension FunnelAnswer {
  /// The answer in words; nil for the usual one.
  func title(_ steps: [FunnelPlan.Step]) -> String? {
    switch self {
    case .steps: nil
    case .times: "show times"
    case .trend(let grain): "show trend \(grain.rawValue.lowercased())"
    case .lift: "show lift"
    case .loss: "show loss"
    case .trace(let traced): "for user \(ValueText.text(traced.value))"
    case .units(let selection):
      if let missing = selection.missing {
        "show dropped between \(steps[selection.reached - 1].label) and \(steps[missing - 1].label)"
      } else {
        "show units at \(steps[selection.reached - 1].label)"
      }
    case .comparison(let comparison):
      "compare \(comparison.labels.joined(separator: " vs "))"
    }
  }
}
