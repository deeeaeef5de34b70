package import BQLColumnar
package import BQLStorage

/// Names the tables, named results and user attributes that statements may use.
package struct Catalog: Sendable {
  /// What a name stands for.
  package enum Entry: Sendable {
    case log(EventLog)
    /// A plain table or a `LET` result.
    case relation(Relation, kind: RelationKind)
  }

  /// Tells where a relation comes from.
  package enum RelationKind: Hashable, Sendable {
    case table(key: String?)
    case named
  }

  /// The log that behaviour statements read without FROM.
  package static let defaultLog = "events"
  /// The name of the table of user attributes, which no other table may have.
  package static let usersTable = "users"

  /// Holds what a name stands for, and which state of it that is.
  private struct Definition {
    var entry: Entry
    var version: Int
    /// What a named result was computed from.
    var sources: [UserAttribute.TableState]
  }

  private var definitions: [String: Definition] = [:]
  /// The last versions of tables that were dropped, so that a later one is told from them.
  private var droppedVersions: [String: Int] = [:]
  /// Names as first written, in order of definition.
  package private(set) var names: [String] = []
  /// The attributes that were defined, in order of first definition.
  package private(set) var attributes: [UserAttribute] = []
  /// How often each attribute, in lower case, was defined or dropped.
  private var attributeVersions: [String: Int] = [:]
  /// What SEGMENT found, in order of definition.
  package internal(set) var segments: [SegmentEntry] = []
  /// What TRAIN has learnt, in order of definition.
  package internal(set) var models: [ModelEntry] = []
  /// What was defined or dropped since ``takeChanges()`` was called last.
  private var changes: Set<CatalogItem> = []
  /// What the open store holds; nil without one.
  package var store: StoreListing?
  /// The values that attributes have for the users of one log or the other.
  package private(set) var attributeColumns = AttributeColumns()

  package init() {}

  /// Finds a table without regard to case.
  package subscript(name: String) -> Entry? { definitions[name.lowercased()]?.entry }

  /// Defines or replaces a table, which so gets another version.
  ///
  /// `sources` is what a named result was computed from. A table that `keepsVersion` has the content of
  /// the one before, so that what was computed from it holds.
  package mutating func define(
    _ name: String,
    _ entry: Entry,
    sources: [UserAttribute.TableState] = [],
    keepsVersion: Bool = false
  ) {
    let key = name.lowercased()
    let before = definitions[key]
    if before == nil { names.append(name) }
    let version = (before?.version ?? droppedVersions[key] ?? 0) + (keepsVersion ? 0 : 1)
    definitions[key] = Definition(entry: entry, version: version, sources: sources)
    noteChange(CatalogItem(.table, name))
    attributeColumns = AttributeColumns()
    if keepsVersion { return }
    for index in attributes.indices where attributes[index].owner.name.lowercased() == key {
      attributes[index].values = nil
    }
  }

  /// Forgets a table; false where there is none of the name.
  ///
  /// What was computed from it is outdated.
  package mutating func drop(_ name: String) -> Bool {
    let key = name.lowercased()
    noteChange(CatalogItem(.table, name))
    for segment in segments(ofTable: name) { dropSegment(segment.name) }
    guard let definition = definitions.removeValue(forKey: key) else { return false }
    droppedVersions[key] = definition.version
    names.removeAll { $0.lowercased() == key }
    attributeColumns = AttributeColumns()
    for index in attributes.indices where attributes[index].owner.name.lowercased() == key {
      attributes[index].values = nil
    }
    return true
  }

  /// Defines or replaces an attribute.
  package mutating func define(_ attribute: UserAttribute) {
    attributeColumns = AttributeColumns()
    noteChange(CatalogItem(.attribute, attribute.name))
    let name = attribute.name.lowercased()
    if let index = attributes.firstIndex(where: { $0.name.lowercased() == name }) {
      let before = attributes[index]
      attributes[index] = attribute
      // The same words over the same tables give the same values, unless they name a parameter.
      if before.definition == attribute.definition, before.sources == attribute.sources,
        !attribute.definition.contains(":")
      {
        return
      }
    } else {
      attributes.append(attribute)
    }
    attributeVersions[name, default: 0] += 1
  }

  /// Hands over what has changed, for whoever keeps it.
  package mutating func takeChanges() -> Set<CatalogItem> {
    defer { changes = [] }
    return changes
  }

  /// Puts tables and attributes into an order in which they were defined before, as far as that has
  /// them, behind the others.
  package mutating func restoreOrder(_ items: [CatalogItem]) {
    var places: [CatalogItem: Int] = [:]
    for (place, item) in items.enumerated() { places[item] = place }
    func place(_ kind: CatalogItem.Kind, _ name: String) -> Int {
      places[CatalogItem(kind, name)] ?? -1
    }
    names.sort { place(.table, $0) < place(.table, $1) }
    attributes.sort { place(.attribute, $0.name) < place(.attribute, $1.name) }
  }

  mutating func noteChange(_ item: CatalogItem) { changes.insert(item) }

  /// Forgets the values of attributes and the rows that models are judged by where they came from a
  /// log or table, or are out of date.
  package mutating func forgetUsers(of table: String? = nil) {
    let table = table?.lowercased()
    for index in attributes.indices
    where attributes[index].owner.name.lowercased() == table
      || outdatedSource(of: attributes[index]) != nil || attributes[index].values == nil
    {
      attributes[index].values = nil
      noteChange(CatalogItem(.attribute, attributes[index].name))
    }
    for index in models.indices
    where models[index].sources.contains(where: { $0.name.lowercased() == table })
      || outdatedSource(of: models[index]) != nil
    {
      models[index].holdout = nil
      noteChange(CatalogItem(.model, models[index].name))
    }
  }

  /// Forgets an attribute, and the segment that it names the groups of; false where there is none of
  /// the name.
  package mutating func dropAttribute(_ name: String) -> Bool {
    let name = name.lowercased()
    let count = attributes.count + segments.count
    noteChange(CatalogItem(.attribute, name))
    if segment(named: name)?.table == nil { dropSegment(name) }
    attributes.removeAll { $0.name.lowercased() == name }
    attributeColumns = AttributeColumns()
    attributeVersions[name, default: 0] += 1
    return attributes.count + segments.count < count
  }

  /// Finds a defined attribute without regard to case.
  package func attribute(named name: String) -> UserAttribute? {
    attributes.first { $0.name.lowercased() == name.lowercased() }
  }

  /// The present state of an attribute, which others may be computed from; it is called `users.x`.
  package func state(ofAttribute attribute: UserAttribute) -> UserAttribute.TableState {
    UserAttribute.TableState(
      name: "\(Self.usersTable).\(attribute.name)",
      version: attributeVersions[attribute.name.lowercased()] ?? 0
    )
  }

  /// The present state of a table, or of `users.x`; nil where there is none of the name.
  package func state(of name: String) -> UserAttribute.TableState? {
    let key = name.lowercased()
    let prefix = "\(Self.usersTable)."
    if definitions[key] == nil, key.hasPrefix(prefix) {
      return attribute(named: String(key.dropFirst(prefix.count))).map(state(ofAttribute:))
    }
    guard let definition = definitions[key] else { return nil }
    let written = names.first { $0.lowercased() == key } ?? name
    return UserAttribute.TableState(name: written, version: definition.version)
  }

  /// What a table was computed from, itself included: a named result's sources are older than it.
  package func sources(of name: String) -> [UserAttribute.TableState] {
    guard let state = state(of: name) else { return [] }
    return [state] + (definitions[name.lowercased()]?.sources ?? [])
  }

  /// The source of an attribute that is no longer as it was; nil where all are.
  package func outdatedSource(of attribute: UserAttribute) -> UserAttribute.TableState? {
    attribute.sources.first { state(of: $0.name)?.version != $0.version }
  }

  /// Whether anything was computed from a table, so that its replacement matters.
  package func isSource(_ name: String) -> Bool {
    let name = name.lowercased()
    return attributes.contains { $0.sources.contains { $0.name.lowercased() == name } }
      || definitions.values.contains { $0.sources.contains { $0.name.lowercased() == name } }
      || models.contains { $0.sources.contains { $0.name.lowercased() == name } }
  }

  /// The log whose users `users` lists: `events`, else the one that was loaded first.
  package var userLog: (name: String, log: EventLog)? {
    for name in [Self.defaultLog] + names {
      if case .log(let log)? = self[name] { return (state(of: name)?.name ?? name, log) }
    }
    return nil
  }

  /// The tables whose key names users, in order of definition: any KEY of their type but one that
  /// `log` has as another column than the user's.
  package func keyedTables(
    for log: EventLog
  ) -> [(name: String, relation: Relation, key: Int)] {
    names.compactMap { name in
      guard case .relation(let relation, kind: .table(let key?))? = self[name],
        let column = relation.schema.index(named: key)
      else { return nil }
      let namesake = log.schema.index(named: key)
      guard let user = log.roles[.user], namesake == nil || namesake == user,
        relation.schema[column].type == log.schema[user].type
      else { return nil }
      return (name, relation, column)
    }
  }
}

extension Catalog.Entry {
  /// The table's columns.
  package var schema: Schema {
    switch self {
    case .log(let log): log.schema
    case .relation(let relation, _): relation.schema
    }
  }

  package var rowCount: Int {
    switch self {
    case .log(let log): log.rowCount
    case .relation(let relation, _): relation.rowCount
    }
  }

  /// What `SHOW TABLES` calls it.
  package var kindName: String {
    switch self {
    case .log: "event log"
    case .relation(_, .table): "table"
    case .relation(_, .named): "named result"
    }
  }
}
