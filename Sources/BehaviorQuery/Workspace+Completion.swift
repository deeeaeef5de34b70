/// Names what the REPL completes, from the catalog as it is now.
package struct CompletionNames: Sendable {
  package var tables: [String]
  /// Column names by table, in schema order.
  package var columns: [(table: String, names: [String])]
  /// Event values by log.
  package var events: [(table: String, names: [String])]
  package var functions: [String]
  package var settings: [String]
}

extension Workspace {
  /// What may be completed now.
  package var completionNames: CompletionNames {
    CompletionNames(tables: [], columns: [], events: [], functions: [], settings: [])
  }
}
