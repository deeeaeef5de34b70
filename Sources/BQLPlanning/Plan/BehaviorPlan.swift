import BQLColumnar
package import BQLStorage

/// Holds what every behaviour statement asks: of which log, whom it counts, which rows and when.
package struct BehaviorPlan: Sendable {
  /// Says who or what counts once.
  package enum Unit: Sendable {
    case user
    case session(column: Int)
    case columns([Int])
  }

  package var log: EventLog
  package var logName: String
  package var unit: Unit
  /// Filters rows before anything else; over the log's schema.
  package var filter: BoundExpression?
  /// The period `[since, until)` in microseconds; what must lie in it is the statement's to say.
  package var since: Int64?
  package var until: Int64?
  /// Over the log's schema.
  package var dimensions: [NamedExpression]
  /// How many groups keep their names; the others become `(other)`.
  package var top: Int?
  package var orderGapSeconds: Int

  /// The name of a column that counts units.
  package var countName: String {
    switch unit {
    case .user: "users"
    case .session: "sessions"
    case .columns: "units"
    }
  }

  /// The clauses in words, behind what the statement says of itself.
  var titles: [String] {
    var parts: [String] = []
    switch unit {
    case .user: break
    case .session: parts.append("per session")
    case .columns(let columns):
      parts.append("per \(columns.map { log.schema[$0].name }.joined(separator: ", "))")
    }
    if let filter { parts.append("where \(filter.described(by: log.schema))") }
    if !dimensions.isEmpty {
      let names = dimensions.map { $0.expression.described(by: log.schema) }
      parts.append("by \(names.joined(separator: ", "))")
    }
    if let top { parts.append("top \(top)") }
    return parts
  }
}
