package import BQLColumnar

/// Holds the answer to a question: named, typed columns, the rows, and what to know about them.
public struct QueryResult: Sendable {
  package let relation: Relation
  /// The clock on which the answer's times are shown.
  package let timeZone: TimeZone

  /// What an analyst should know before trusting the numbers: population, window, ties, NULLs.
  public let notes: [String]

  package init(relation: Relation, timeZone: TimeZone = .utc, notes: [String] = []) {
    self.relation = relation
    self.timeZone = timeZone
    self.notes = notes
  }

  /// The same with further notes.
  func noting(_ more: [String]) -> QueryResult {
    QueryResult(relation: relation, timeZone: timeZone, notes: notes + more)
  }

  /// The columns' names in order; a result may repeat a name.
  public var columnNames: [String] { relation.schema.fields.map(\.name) }

  /// The columns' types in order: `bool int float decimal text timestamp date interval`.
  public var columnTypes: [String] { relation.schema.fields.map(\.type.rawValue) }

  /// The number of rows.
  public var rowCount: Int { relation.rowCount }
}
