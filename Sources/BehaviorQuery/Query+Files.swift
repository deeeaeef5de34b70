import BQLSyntax

extension Query {
  /// The files that FROM names, in this query and those inside it.
  var filePaths: [(path: String, range: SourceRange)] {
    switch kind {
    case .select(let select):
      var found = select.from?.filePaths ?? []
      for table in select.with { found += table.query.filePaths }
      for operation in select.setOperations { found += operation.query.filePaths }
      let expressions =
        [select.condition, select.having].compactMap { $0 }
        + select.items.compactMap {
          if case .expression(let expression) = $0.kind { expression } else { nil }
        }
      return found + expressions.flatMap(\.filePaths)
    case .funnel(let funnel): return funnel.behavior.from?.filePaths ?? []
    case .summarize(let summarize): return summarize.table.filePaths
    case .explain(let explain): return explain.query.filePaths
    case .describe, .show, .unimplemented: return []
    }
  }
}

extension TableReference {
  fileprivate var filePaths: [(path: String, range: SourceRange)] {
    switch kind {
    case .table, .values: []
    case .file(let path): [(path, range)]
    case .query(let query): query.filePaths
    case .join(let left, _, let right, _): left.filePaths + right.filePaths
    }
  }
}

extension Expression {
  /// The files that subqueries of the expression read.
  var filePaths: [(path: String, range: SourceRange)] {
    switch kind {
    case .literal, .column, .parameter: []
    case .scalarQuery(let query), .exists(let query): query.filePaths
    case .inQuery(let operand, let query, _): operand.filePaths + query.filePaths
    case .unary(_, let operand), .cast(let operand, _), .isNull(let operand, _),
      .isTruth(let operand, _, _):
      operand.filePaths
    case .binary(_, let left, let right), .isDistinct(let left, let right, _),
      .match(let left, _, let right, _):
      left.filePaths + right.filePaths
    case .between(let operand, let low, let high, _):
      operand.filePaths + low.filePaths + high.filePaths
    case .inList(let operand, let list, _): ([operand] + list).flatMap(\.filePaths)
    case .call(let call): call.arguments.flatMap(\.filePaths)
    case .conditional(let operand, let branches, let otherwise):
      (operand?.filePaths ?? []) + branches.flatMap { $0.condition.filePaths + $0.result.filePaths }
        + (otherwise?.filePaths ?? [])
    }
  }
}
