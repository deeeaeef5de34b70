package import BQLColumnar
import BQLStorage
import BQLSyntax

extension MatchPlan {
  package var schema: Schema {
    Schema(
      behavior.dimensionFields + [
        Field(behavior.countName, .int), Field("matches", .int), Field("median_time", .interval),
        Field("p90_time", .interval),
      ]
    )
  }

  /// The question in words, one line.
  var title: String {
    var parts = ["match \(behavior.logName): \(text)"]
    if let window { parts.append("within \(window.text)") }
    parts += behavior.titles
    if ties != .allow { parts.append("ties \(ties.rawValue.lowercased())") }
    return parts.joined(separator: ", ")
  }

  /// Returns the plan with `transform` applied to the conditions of its events.
  func mapConditions(_ transform: (BoundExpression) -> BoundExpression) -> MatchPlan {
    var plan = self
    plan.symbols = symbols.map { $0.mapConditions(transform) }
    return plan
  }
}
