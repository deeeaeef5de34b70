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
      let items = changes.filter { !isLog($0) }
      let (made, dropped) = (items.filter(isDefined), items.filter { !isDefined($0) })
      func names(_ items: Set<CatalogItem>) -> String {
        Set(items.map(\.name)).sorted().map { "'\($0)'" }.joined(separator: ", ")
      }
      return [
        made.isEmpty
          ? nil : "\(names(made)) will be gone when bql ends, for it could not be stored",
        dropped.isEmpty ? nil : "\(names(dropped)) could not be removed from the store",
      ].compactMap { $0.map { "\($0): \(error.message)" } }
    }
  }

  /// Stores what has changed, and what could not be stored before, in one change of the store; what
  /// cannot be stored now is not forgotten.
  private func store(_ changes: Set<CatalogItem>) throws(StoreError) -> [String] {
    openStore?.unsaved.formUnion(changes)
    guard var open = openStore else { return [] }
    let items = inOrder(open.unsaved)
    var sources = StoredSources(catalog: catalog, store: open.store)
    for item in items where !isLog(item) && generation(of: item, open) == nil {
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

  /// Whether a table is kept in the open store, or is to be.
  func isStored(_ table: String) -> Bool {
    let item = CatalogItem(.table, table)
    return openStore?.items[item] != nil || openStore?.unsaved.contains(item) == true
  }

  func isDefined(_ item: CatalogItem) -> Bool {
    switch item.kind {
    case .table: catalog[item.name] != nil
    case .attribute: catalog.attribute(named: item.name) != nil
    case .segment: catalog.segment(named: item.name) != nil
    case .model: catalog.model(named: item.name) != nil
    }
  }

  private func isLog(_ item: CatalogItem) -> Bool {
    if item.kind == .table, case .log? = catalog[item.name] { true } else { false }
  }

  /// Sorts what is stored at once: what may be computed from something else stands behind it, and
  /// attributes in the order in which they were defined.
  private func inOrder(_ items: Set<CatalogItem>) -> [CatalogItem] {
    let kinds: [CatalogItem.Kind] = [.table, .attribute, .segment, .model]
    let defined = catalog.attributes.map { CatalogItem(.attribute, $0.name) }
    return kinds.flatMap { kind in
      let all = items.filter { $0.kind == kind }
      let inOrder = kind == .attribute ? defined.filter(all.contains) : []
      return inOrder + all.subtracting(inOrder).sorted { $0.name < $1.name }
    }
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
          || attribute.values == nil && open.items[item] != nil
      else { return nil }
      return AttributeItem.content(attribute, sources, generation: generation)
    case .segment:
      guard let entry = catalog.segment(named: item.name), let learnt = segmentModels[item.name],
        isLasting(entry, open)
      else { return nil }
      return SegmentItem.content(entry, learnt)
    case .model:
      guard let entry = catalog.model(named: item.name) else { return nil }
      return try ModelItem.content(entry, sources)
    }
  }

  /// Whether what a segment names the groups of is in the store too.
  private func isLasting(_ segment: SegmentEntry, _ open: OpenStore) -> Bool {
    if let table = segment.table { return isStored(table) }
    guard let attribute = catalog.attribute(named: segment.name) else { return false }
    return open.logs.contains(attribute.owner.name.lowercased())
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
      return own[item] == nil && isDefined(item)
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
  ///
  /// `literal` is the user as the statement writes it.
  func forget(_ users: [ErasedUser], _ literal: Value) throws(StoreError) -> [String] {
    openStore?.unsaved.formUnion(catalog.takeChanges())
    var lines: [String] = []
    let names = Set(users.compactMap(\.columnName))
    let values = Set(users.map(\.value) + [literal])
    for name in catalog.names where isStored(name) {
      guard case .relation(let relation, let kind)? = catalog[name] else { continue }
      let left = relation.without(values, namedBy: names, kind)
      let count = relation.rowCount - left.rowCount
      guard count > 0 else { continue }
      catalog.define(
        name,
        .relation(left, kind: kind),
        sources: Array(catalog.sources(of: name).dropFirst())
      )
      catalog.forgetUsers(of: name)
      lines.append(
        "\(name): \(count == 1 ? "1 row" : "\(count) rows") of user \(ValueText.text(literal)) erased"
      )
    }
    for user in users where user.place != nil { catalog.forgetUsers(of: user.log.name) }
    catalog.forgetUsers()
    _ = try store(catalog.takeChanges())
    return lines
  }
}

extension ErasedUser {
  /// What the log calls its users' column, in lower case.
  fileprivate var columnName: String? {
    log.roles[.user].map { log.schema[$0].name.lowercased() }
  }
}

extension Relation {
  /// Leaves out the rows in which a column that names users, the KEY or one of `names`, holds one of
  /// `users`, whatever type it has.
  fileprivate func without(
    _ users: Set<Value>,
    namedBy names: Set<String>,
    _ kind: Catalog.RelationKind
  ) -> Relation {
    var names = names
    if case .table(let key?) = kind { names.insert(key.lowercased()) }
    let places = schema.fields.indices.filter { names.contains(schema[$0].name.lowercased()) }
    guard !places.isEmpty else { return self }
    let texts = Set(users.map { ValueText.text($0) })
    let numbers = Set(users.compactMap(\.number))
    func isUser(_ value: Value) -> Bool {
      if value == .null { return false }
      return users.contains(value) || value.number.map(numbers.contains) ?? false
        || texts.contains(ValueText.text(value))
    }
    let chunks = chunks.map { chunk in
      let rows = (0..<chunk.count).filter { row in
        !places.contains { isUser(chunk.columns[$0][row]) }
      }
      let kept = rows.map { Int32(truncatingIfNeeded: $0) }
      return Chunk(chunk.columns.map { $0.gather(kept) }, count: kept.count)
    }
    return Relation(schema: schema, chunks: chunks)
  }
}

extension Value {
  /// The value of a number of any type.
  fileprivate var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    case .decimal(let value): Double(value) / 100
    default: nil
    }
  }
}
