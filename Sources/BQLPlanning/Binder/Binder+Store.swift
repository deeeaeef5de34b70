package import BQLColumnar
package import BQLStorage
package import BQLSyntax

/// SHOW STORAGE and SHOW LOADS: what the open store holds; without one, nothing.
extension Binder {
  var storageTable: Relation {
    let schema = Schema(
      ["table", "file"].map { Field($0, .text) }
        + ["rows", "users", "bytes"].map { Field($0, .int) }
    )
    let rows = (catalog.store?.files ?? []).map { file -> [Value] in
      [
        .text(file.table), .text(file.name), file.rowCount.map { .int(Int64($0)) } ?? .null,
        file.userCount.map { .int(Int64($0)) } ?? .null, .int(Int64(file.byteCount)),
      ]
    }
    return Relation(schema: schema, rows: rows)
  }

  var loadsTable: Relation {
    let schema = Schema(
      [Field("table", .text), Field("loaded_at", .timestamp), Field("sources", .text)]
        + ["bytes", "rows_read", "rows_loaded", "rejected", "duplicates"].map { Field($0, .int) }
        + [Field("seconds", .float)]
    )
    let rows = (catalog.store?.loads ?? []).map { load -> [Value] in
      [.text(load.table), .timestamp(load.instant), .text(load.sources)]
        + [
          load.byteCount, load.rowsRead, load.rowsLoaded, load.rejectedCount, load.duplicateRows,
        ].map { .int(Int64($0)) } + [.float(load.seconds)]
    }
    return Relation(schema: schema, rows: rows)
  }
}

extension Binder {
  /// Returns the user whom ERASE USER names as they stand there or, with a log, as that would call
  /// them; nil where the value is of another type than its users.
  package mutating func user(_ expression: Expression, of log: EventLog? = nil) -> Value? {
    let context = ExpressionContext(scope: Scope(columns: []), clause: "ERASE USER", grouping: nil)
    guard var bound = bind(expression, context) else { return nil }
    if let log {
      guard let column = log.roles[.user], let own = coerce(bound, to: log.schema[column].type)
      else { return nil }
      bound = own
    }
    return bound.folded.literal.flatMap { $0 == .null ? nil : $0 }
  }
}
