package import BQLColumnar
import BQLStorage
import BQLSyntax

extension RetentionPlan {
  package var schema: Schema {
    var fields = behavior.dimensionFields
    fields += [
      Field("cohort", .date), Field("size", .int), Field("period", hasBrackets ? .text : .int),
      Field(behavior.countName, .int),
    ]
    switch measure {
    case .users: break
    case .orders: fields.append(Field("orders", .int))
    case .revenue: fields.append(Field("revenue", behavior.valueType ?? .float))
    }
    return Schema(fields + [Field("rate", .float), Field("complete", .bool)])
  }

  private var hasBrackets: Bool {
    if case .brackets = count { true } else { false }
  }

  /// The question in words, one line.
  var title: String {
    var parts = ["retention \(behavior.logName): \(of.label)"]
    if entry == .recurring { parts.append("recurring") }
    if !isOwnReturn { parts.append("return \(returning.label)") }
    parts.append("every \(grain.name)")
    switch count {
    case .on: parts.append("for \(lastPeriod)")
    case .onOrAfter: parts.append("for \(lastPeriod), on or after")
    case .brackets(let brackets):
      parts.append("brackets \(brackets.map { Formatter.print($0) }.joined(separator: ", "))")
    }
    if clock == .rolling { parts.append("rolling") }
    if measure != .users { parts.append("measure \(measure.rawValue.lowercased())") }
    return (parts + behavior.titles + behavior.periodTitles).joined(separator: ", ")
  }
}

extension BehaviorPlan {
  /// The dimensions' columns: text where `(other)` may stand in them.
  var dimensionFields: [Field] {
    dimensions.map { Field($0.name, top == nil ? $0.expression.type : .text) }
  }

  /// The type of money; nil where the log has none.
  package var valueType: DataType? { log.roles[.value].map { log.schema[$0].type } }

  /// SINCE and UNTIL in words.
  var periodTitles: [String] {
    [("since", since), ("until", until)].compactMap { word, instant in
      instant.map { "\(word) \(ValueText.text(timestamp: $0, in: timeZone))" }
    }
  }
}
