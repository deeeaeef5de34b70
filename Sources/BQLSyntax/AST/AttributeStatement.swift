/// Holds `LET users.name = query` or `LET users.name = expression [FROM log] clauses`.
package struct AttributeStatement: Hashable, Sendable {
  /// Says what gives each user a value.
  package enum Definition: Hashable, Sendable {
    /// Two columns: the user, the value.
    case query(Query)
    case expression(UserExpression)
  }

  package var name: Identifier
  package var definition: Definition

  package init(name: Identifier, definition: Definition) {
    self.name = name
    self.definition = definition
  }
}

/// Holds an expression over the rows of each user, and which of them it reads.
package struct UserExpression: Hashable, Sendable {
  package var expression: Expression
  package var from: TableReference?
  package var condition: Expression?
  package var since: Expression?
  package var until: Expression?

  package init(_ expression: Expression) {
    self.expression = expression
  }
}
