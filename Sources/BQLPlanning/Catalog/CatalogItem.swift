/// Names something of a catalog that a store may keep: names count without regard to case.
package struct CatalogItem: Hashable, Sendable {
  /// Says what is named.
  package enum Kind: String, Hashable, Sendable {
    case table
    case attribute
    case segment
    case model
  }

  package let kind: Kind
  /// In lower case.
  package let name: String

  package init(_ kind: Kind, _ name: String) {
    self.kind = kind
    self.name = name.lowercased()
  }
}
