import BQLColumnar
import BQLModels
import BQLPlanning
import BQLStorage
import BQLStore
import BQLSyntax

/// Tables, attributes, segments and models of the open store: what statements define goes into it.
extension Workspace {
  /// Stores what a statement has defined or dropped, where a store is open, and returns what to warn
  /// of: what cannot be stored lasts until the program ends.
  func storeChanges() -> [String] {
    let changes = catalog.takeChanges()
    guard !changes.isEmpty, openStore != nil else { return [] }
    do throws(StoreError) {
      return try store(changes)
    } catch {
      openStore?.unsaved.formUnion(changes)
      let names = changes.filter { !isLog($0) }.map(\.name).sorted().joined(separator: "', '")
      return ["'\(names)' will be gone when bql ends, for it could not be stored: \(error.message)"]
    }
  }

  /// Stores what has changed, and what could not be stored before, in one change of the store.
  private func store(_ changes: Set<CatalogItem>) throws(StoreError) -> [String] {
    guard var open = openStore else { return [] }
    let items = inOrder(changes.union(open.unsaved))
    var sources = StoredSources(catalog: catalog, store: open.store)
    for item in items where generation(of: item, open) == nil {
      sources.pending[StoredItem.Key(item)] = open.store.manifest.generation + 1
    }
    var contents: [ItemContent] = []
    var warnings: [String] = []
    for item in items {
      do throws(ModelExchangeError) {
        if let content = try content(of: item, sources, open) { contents.append(content) }
      } catch {
        warnings.append("the model '\(item.name)' cannot be stored and will be gone when bql ends")
      }
    }
    let stored = Set(contents.map(\.key))
    let gone = items.filter { !stored.contains(StoredItem.Key($0)) }
    try open.store.put(contents, forgetting: Set(gone.map { StoredItem.Key($0) }), storeOptions)
    for item in items {
      open.items[item] = stored.contains(StoredItem.Key(item)) ? version(of: item) : nil
      open.itemDamages[item] = nil
    }
    open.unsaved = []
    openStore = open
    catalog.store = listing(of: open.store)
    for item in gone where item.kind == .attribute {
      guard let attribute = catalog.attribute(named: item.name) else { continue }
      warnings.append(
        "users.\(attribute.name) will be gone when bql ends: '\(attribute.owner.name)' is not in the "
          + "store"
      )
    }
    return warnings
  }

  private func isLog(_ item: CatalogItem) -> Bool {
    if item.kind == .table, case .log? = catalog[item.name] { true } else { false }
  }

  /// Sorts what is stored at once: attributes stand in the order in which they were defined.
  private func inOrder(_ items: Set<CatalogItem>) -> [CatalogItem] {
    let defined = catalog.attributes.map { CatalogItem(.attribute, $0.name) }
    let attributes = defined.filter(items.contains)
    return items.subtracting(attributes).sorted { $0.name < $1.name } + attributes
  }

  /// What the catalog counts the definitions of something by.
  private func version(of item: CatalogItem) -> Int {
    switch item.kind {
    case .table: catalog.state(of: item.name)?.version ?? 0
    case .attribute:
      catalog.attribute(named: item.name).map(catalog.state(ofAttribute:))?.version ?? 0
    case .segment, .model: 0
    }
  }

  /// The number of the change that made something what it is; nil where that is the next one.
  private func generation(of item: CatalogItem, _ open: OpenStore) -> Int? {
    guard item.kind == .table || item.kind == .attribute, open.items[item] == version(of: item)
    else {
      return nil
    }
    return open.store.item(StoredItem.Key(item))?.generation
  }

  /// What is to be stored of something; nil where that is nothing.
  private func content(
    of item: CatalogItem,
    _ sources: StoredSources,
    _ open: OpenStore
  ) throws(ModelExchangeError) -> ItemContent? {
    let generation = generation(of: item, open)
    switch item.kind {
    case .table:
      guard case .relation(let relation, let kind)? = catalog[item.name],
        let name = catalog.state(of: item.name)?.name
      else { return nil }
      return TableItem.content(name, relation, kind, sources, generation: generation)
    case .attribute:
      guard let attribute = catalog.attribute(named: item.name),
        open.logs.contains(attribute.owner.name.lowercased())
      else { return nil }
      return AttributeItem.content(attribute, sources, generation: generation)
    case .segment:
      guard let entry = catalog.segment(named: item.name), let learnt = segmentModels[item.name]
      else { return nil }
      return SegmentItem.content(entry, learnt)
    case .model:
      guard let entry = catalog.model(named: item.name) else { return nil }
      return try ModelItem.content(entry, sources)
    }
  }

  /// Defines what a store holds beside logs, which are defined already, and returns what to warn of.
  func restore(_ items: [OpenedItem], _ open: inout OpenStore) -> [String] {
    var warnings: [String] = []
    // What something was computed from is older than it.
    for opened in items.sorted(by: { $0.item.generation < $1.item.generation }) {
      let item = CatalogItem(opened.item)
      if item.kind == .table, open.logs.contains(item.name) { continue }
      do throws(StoreError) {
        try restore(opened, StoredSources(catalog: catalog, store: open.store))
        open.items[item] = version(of: item)
      } catch {
        open.itemDamages[item] = error
        warnings.append(
          "\(opened.item.shownName) cannot be read: \(error.message); \(opened.item.removal) removes it"
        )
      }
    }
    catalog.restoreOrder(items.map { CatalogItem($0.item) })
    return warnings
  }

  private func restore(_ opened: OpenedItem, _ sources: StoredSources) throws(StoreError) {
    switch opened.item.kind {
    case .table: try TableItem.restore(opened, sources, in: &catalog)
    case .attribute: try AttributeItem.restore(opened, sources, in: &catalog)
    case .segment:
      let (entry, learnt) = try SegmentItem.entry(opened)
      catalog.define(entry)
      segmentModels[entry.name.lowercased()] = learnt
    case .model: catalog.define(try ModelItem.entry(opened, sources))
    }
  }

  /// The first of a store's items whose name something else of the catalog has.
  func clash(_ items: [OpenedItem]) -> StoredItem? {
    let own = openStore?.items ?? [:]
    return items.map(\.item).first { stored in
      let item = CatalogItem(stored)
      guard own[item] == nil else { return false }
      return switch stored.kind {
      case .table: catalog[stored.name] != nil
      case .attribute: catalog.attribute(named: stored.name) != nil
      case .segment: catalog.segment(named: stored.name) != nil
      case .model: catalog.model(named: stored.name) != nil
      }
    }
  }

  /// Forgets what the open store holds, for another one takes its place.
  func forgetStored() {
    guard let open = openStore else { return }
    for name in open.logs { _ = catalog.drop(name) }
    for item in open.items.keys {
      switch item.kind {
      case .table: _ = catalog.drop(item.name)
      case .attribute: _ = catalog.dropAttribute(item.name)
      case .segment: catalog.dropSegment(item.name)
      case .model: _ = catalog.dropModel(item.name)
      }
    }
  }

  /// Takes users out of what was computed of them, and returns what was done.
  ///
  /// That is rows of tables that name them, values of attributes, and rows that models are judged by.
  func forget(_ users: [ErasedUser]) throws(StoreError) -> [String] {
    var lines: [String] = []
    for user in users {
      let (log, value) = (user.log, user.value)
      guard let column = log.roles[.user].map({ log.schema[$0] }) else { continue }
      for name in catalog.names where openStore?.items[CatalogItem(.table, name)] != nil {
        guard case .relation(let relation, let kind)? = catalog[name] else { continue }
        let left = relation.without(value, namedBy: column, kind)
        let count = relation.rowCount - left.rowCount
        guard count > 0 else { continue }
        catalog.define(
          name,
          .relation(left, kind: kind),
          sources: Array(catalog.sources(of: name).dropFirst())
        )
        catalog.forgetUsers(of: name)
        lines.append(
          "\(name): \(count == 1 ? "1 row" : "\(count) rows") of user \(ValueText.text(value)) erased"
        )
      }
      if user.place != nil { catalog.forgetUsers(of: log.name) }
    }
    _ = try store(catalog.takeChanges())
    return lines
  }
}

extension Relation {
  /// Leaves out the rows in which a column that names users, the KEY or one that is called as the log
  /// calls it, holds `user`.
  fileprivate func without(
    _ user: Value,
    namedBy column: Field,
    _ kind: Catalog.RelationKind
  ) -> Relation {
    var key: String?
    if case .table(let name) = kind { key = name?.lowercased() }
    let places = schema.fields.indices.filter { place in
      let name = schema[place].name.lowercased()
      return schema[place].type == column.type && (name == column.name.lowercased() || name == key)
    }
    guard !places.isEmpty else { return self }
    let chunks = chunks.map { chunk in
      let rows = (0..<chunk.count).filter { row in
        !places.contains { chunk.columns[$0][row] == user }
      }
      let kept = rows.map { Int32(truncatingIfNeeded: $0) }
      return Chunk(chunk.columns.map { $0.gather(kept) }, count: kept.count)
    }
    return Relation(schema: schema, chunks: chunks)
  }
}
