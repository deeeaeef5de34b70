import BQLColumnar
import BQLFunctions

/// Describes columns: one row a group and column.
///
/// Each described column has an input of its own, which gives the group's dimensions and then the
/// column, so that one column is in memory at a time.
struct SummarizeOperator: Operator {
  struct Described: Sendable {
    let name: String
    let type: DataType
    let input: any Operator
  }

  let groupTypes: [DataType]
  let described: [Described]
  let schema: Schema

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    var table = GroupTable(types: groupTypes)
    var summaries: [[ColumnSummary]] = []
    for column in described {
      try context.checkCancelled()
      let chunks = try column.input.open(context).collect(context)
      var groups: [Int32] = []
      for chunk in chunks {
        groups += table.groups(
          for: Array(chunk.columns.dropLast()),
          count: chunk.count
        )
      }
      let values = Column.concatenate(
        chunks.map { $0.columns[$0.columns.count - 1] },
        type: column.type
      )
      summaries.append(
        ColumnSummary.summarize(values, groups: groups, groupCount: table.count)
      )
    }
    let keys = table.keyColumns()
    var rows: [[Value]] = []
    for group in 0..<(described.isEmpty ? 0 : table.count) {
      for (index, column) in described.enumerated() where group < summaries[index].count {
        rows.append(
          keys.map { $0[group] } + [.text(column.name), .text(column.type.rawValue)]
            + summaries[index][group].cells
        )
      }
    }
    return RelationStream(relation: Relation(schema: schema, rows: rows), context: context)
  }
}
