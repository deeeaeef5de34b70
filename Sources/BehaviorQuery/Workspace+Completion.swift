import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLStorage

/// Names what the REPL completes, from the catalog as it is now.
package struct CompletionNames: Sendable {
  package var tables: [String]
  /// Column names by table, in schema order.
  package var columns: [(table: String, names: [String])]
  /// Event values by log.
  package var events: [(table: String, names: [String])]
  /// Attributes of users: those that LET and INTO define, and columns of keyed tables.
  package var attributes: [String]
  /// What TRAIN has learnt and LOAD MODEL has read.
  package var models: [String]
  package var functions: [String]
  package var settings: [String]
}

extension Workspace {
  /// What may be completed now.
  package var completionNames: CompletionNames {
    var names = CompletionNames(
      tables: catalog.names,
      columns: [],
      events: [],
      attributes: [],
      models: catalog.models.map(\.name),
      functions: FunctionRegistry.callableNames,
      settings: Settings.all.map(\.name)
    )
    if let (_, log) = catalog.userLog {
      names.attributes = catalog.attributeReferences(for: log).map(\.name)
      names.tables.append(Catalog.usersTable)
    }
    for table in catalog.names {
      guard let entry = catalog[table] else { continue }
      names.columns.append((table, entry.schema.fields.map(\.name)))
      if case .log(let log) = entry { names.events.append((table, log.events.map(\.name))) }
    }
    return names
  }
}
