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
