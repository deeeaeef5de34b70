package import BQLColumnar
import BQLStorage

/// Asks how recently, how often and for how much each user bought, and how that ranks.
package struct RFMPlan: Sendable {
  /// Its period ends at ``asOf``.
  package var behavior: BehaviorPlan
  /// The instant in microseconds to which recency is measured; rows from it on are not read.
  package var asOf: Int64
  /// The best score; the worst is 1.
  package var scores: Int

  package var schema: Schema {
    let log = behavior.log
    return Schema([
      Field("user", log.roles[.user].map { log.schema[$0].type } ?? .int),
      Field("recency", .float), Field("frequency", .int),
      Field("monetary", behavior.valueType ?? .float),
      Field("r", .int), Field("f", .int), Field("m", .int), Field("rfm_group", .text),
    ])
  }

  /// The question in words, one line.
  var title: String {
    let zone = behavior.timeZone
    let what = "rfm \(behavior.logName) as of \(ValueText.text(timestamp: asOf, in: zone))"
    var parts = [what] + behavior.titles
    if scores != 5 { parts.append("scores 1 to \(scores)") }
    return parts.joined(separator: ", ")
  }
}
