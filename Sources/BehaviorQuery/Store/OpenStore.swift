import BQLColumnar
import BQLPlanning
import BQLStore
import BQLSyntax

/// Holds the open store, and what of the catalog is its.
struct OpenStore {
  let store: Store
  /// The logs that it holds, by name in lower case; a damaged one is none.
  var logs: Set<String> = []
  /// Why the other logs cannot be read, by name in lower case.
  var damages: [String: StoreError] = [:]
  /// What else of the catalog it holds, by the version of its definition that is stored.
  var items: [CatalogItem: Int] = [:]
  /// Why other things that it holds cannot be read.
  var itemDamages: [CatalogItem: StoreError] = [:]
  /// What could not be stored yet.
  var unsaved: Set<CatalogItem> = []
}

extension StoredItem.Key {
  init(_ item: CatalogItem) {
    let kind: StoredItem.Kind =
      switch item.kind {
      case .table: .table
      case .attribute: .attribute
      case .segment: .segment
      case .model: .model
      }
    self.init(kind, item.name)
  }
}

extension CatalogItem {
  init(_ item: StoredItem) {
    let kind: Kind =
      switch item.kind {
      case .table: .table
      case .attribute: .attribute
      case .segment: .segment
      case .model: .model
      }
    self.init(kind, item.name)
  }
}

extension StoredItem {
  /// What messages and listings call it.
  var shownName: String {
    switch kind {
    case .table: name
    case .attribute: "\(Catalog.usersTable).\(name)"
    case .segment: "segment \(name)"
    case .model: "model \(name)"
    }
  }

  /// The statement that removes it.
  var removal: String {
    let name = Formatter.print(Identifier(name, range: SourceRange(0, 0)))
    return switch kind {
    case .table: "DROP \(name)"
    case .attribute, .segment: "DROP \(Catalog.usersTable).\(name)"
    case .model: "DROP MODEL \(name)"
    }
  }
}
