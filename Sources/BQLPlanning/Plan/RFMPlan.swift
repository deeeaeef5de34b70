package import BQLColumnar
import BQLStorage

/// Asks how recently, how often and for how much each user bought, and how that ranks.
package struct RFMPlan: Sendable {
  /// Names what is told of a user.
  package enum Column: String, Hashable, Sendable, CaseIterable {
    case user, recency, frequency, monetary, r, f, m
    case group = "rfm_group"
  }

  /// Its period ends at ``asOf``.
  package var behavior: BehaviorPlan
  /// The instant in microseconds to which recency is measured; rows from it on are not read.
  package var asOf: Int64
  /// The best score; the worst is 1.
  package var scores: Int
  /// Whether notes say which scores nobody has, whatever is read of the answer.
  package var tellsScores = true
  /// What is returned, in order; those that nothing reads are pruned away.
  package var columns = Column.allCases

  package var schema: Schema {
    Schema(columns.map { Field($0.rawValue, type(of: $0)) })
  }

  private func type(of column: Column) -> DataType {
    switch column {
    case .user: behavior.log.roles[.user].map { behavior.log.schema[$0].type } ?? .int
    case .recency: .float
    case .frequency, .r, .f, .m: .int
    case .monetary: behavior.valueType ?? .float
    case .group: .text
    }
  }

  /// The question in words, one line.
  var title: String {
    let zone = behavior.timeZone
    let what = "rfm \(behavior.logName) as of \(ValueText.text(timestamp: asOf, in: zone))"
    let names = columns.map(\.rawValue).joined(separator: ", ")
    var parts = ["\(what) [\(names)]"] + behavior.titles
    if scores != 5 { parts.append("scores 1 to \(scores)") }
    return parts.joined(separator: ", ")
  }
}
