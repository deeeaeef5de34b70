package import BQLColumnar

/// Holds the answer to a question: named, typed columns, the rows, and what to know about them.
public struct QueryResult: Sendable {
  package let relation: Relation

  /// What an analyst should know before trusting the numbers: population, window, ties, NULLs.
  public let notes: [String]

  package init(relation: Relation, notes: [String] = []) {
    self.relation = relation
    self.notes = notes
  }

  /// The columns' names in order; a result may repeat a name.
  public var columnNames: [String] { relation.schema.fields.map(\.name) }

  /// The columns' types in order: `bool int float decimal text timestamp date interval`.
  public var columnTypes: [String] { relation.schema.fields.map(\.type.rawValue) }

  /// The number of rows.
  public var rowCount: Int { relation.rowCount }
}
