import BQLColumnar

/// SHOW STORAGE and SHOW LOADS: what the open store holds; without one, nothing.
extension Binder {
  var storageTable: Relation {
    let schema = Schema(
      ["table", "file"].map { Field($0, .text) }
        + ["rows", "users", "bytes"].map { Field($0, .int) }
    )
    let rows = (catalog.store?.files ?? []).map { file -> [Value] in
      [
        .text(file.table), .text(file.name), .int(Int64(file.rowCount)),
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
