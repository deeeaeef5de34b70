package import BQLColumnar
package import BQLStorage
import BQLSyntax

/// Holds what every behaviour statement asks: of which log, whom it counts, which rows and when.
package struct BehaviorPlan: Sendable {
  /// Says who or what counts once.
  package enum Unit: Sendable {
    case user
    case session(column: Int)
    /// A user's rows as far as none is more than `gap` microseconds behind the one before it, nor
    /// more than `longest` behind the first.
    case visit(gap: Int64, longest: Int64?)
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
  /// The clock that days, weeks and months go by.
  package var timeZone: TimeZone

  /// The name of a column that counts units.
  package var countName: String {
    switch unit {
    case .user: "users"
    case .session, .visit: "sessions"
    case .columns: "units"
    }
  }

  /// The clauses in words, behind what the statement says of itself.
  var titles: [String] {
    var parts: [String] = []
    switch unit {
    case .user: break
    case .session: parts.append("per session")
    case .visit(let gap, let longest):
      let limit = longest.map { " max \(Formatter.print(Duration(microseconds: $0)))" } ?? ""
      parts.append("per session by gap \(Formatter.print(Duration(microseconds: gap)))\(limit)")
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
