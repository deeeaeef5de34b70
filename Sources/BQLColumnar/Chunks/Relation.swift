/// Holds a whole result or a small table: a schema and its rows in order.
package struct Relation: Sendable {
  package let schema: Schema
  package let chunks: [Chunk]

  package init(schema: Schema, chunks: [Chunk]) {
    self.schema = schema
    self.chunks = chunks
  }

  /// Makes a relation of one chunk, one column a field.
  package init(schema: Schema, columns: [Column]) {
    self.init(schema: schema, chunks: [Chunk(columns, count: columns.first?.count ?? 0)])
  }

  /// Makes a relation from rows of cells: for reports and tests.
  package init(schema: Schema, rows: [[Value]]) {
    var builders = schema.fields.map { ColumnBuilder($0.type) }
    for row in rows {
      for index in builders.indices { builders[index].append(row[index]) }
    }
    let columns = builders.map { $0.finish() }
    self.init(schema: schema, chunks: [Chunk(columns, count: rows.count)])
  }

  package var rowCount: Int { chunks.reduce(0) { $0 + $1.count } }

  /// The cells, row by row: for printing and tests.
  package var rows: [[Value]] {
    chunks.flatMap { chunk in
      (0..<chunk.count).map { row in chunk.columns.map { $0[row] } }
    }
  }
}
