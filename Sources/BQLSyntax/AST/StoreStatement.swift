/// Holds `ERASE USER x`.
package struct EraseStatement: Hashable, Sendable {
  /// What names the user: a constant.
  package var user: Expression

  package init(user: Expression) {
    self.user = user
  }
}

/// Holds `OPEN 'shop.bqs'`.
package struct OpenStatement: Hashable, Sendable {
  package var path: String
  /// Where the path stands.
  package var range: SourceRange

  package init(path: String, range: SourceRange) {
    self.path = path
    self.range = range
  }
}
