/// Names what a column of an event log means to the behaviour statements.
package enum Role: String, Hashable, Sendable, CaseIterable {
  /// Who acted; a row without it is rejected.
  case user
  /// When; a row without it is rejected.
  case time
  /// The action's name.
  case event
  /// The visit that the row belongs to.
  case session
  /// The product.
  case item
  /// The money of the row.
  case value
}

/// Maps each role of a log to a column of its schema.
package struct RoleBinding: Hashable, Sendable {
  private var columns: [Role: Int]

  package init(_ columns: [Role: Int]) {
    self.columns = columns
  }

  /// The position of the role's column in the log's schema; nil where the log has no such role.
  package subscript(role: Role) -> Int? { columns[role] }
}
