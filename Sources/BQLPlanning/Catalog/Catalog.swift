package import BQLColumnar
package import BQLStorage

/// Names the tables and named results that statements may use.
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

  private var entries: [String: Entry] = [:]
  /// Names as first written, in order of definition.
  package private(set) var names: [String] = []

  package init() {}

  /// Finds a table without regard to case.
  package subscript(name: String) -> Entry? { entries[name.lowercased()] }

  /// Defines or replaces a table.
  package mutating func define(_ name: String, _ entry: Entry) {
    if entries.updateValue(entry, forKey: name.lowercased()) == nil { names.append(name) }
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
