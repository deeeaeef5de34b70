import BQLColumnar
import BQLPlanning
import BQLSyntax

/// Brings rows of two inputs together by equal keys and a condition on the pairs.
///
/// One side is read whole and its rows are put in groups of equal keys; the other streams past, and
/// each of its rows finds its group. Rows come in the order of the side that streams.
struct JoinOperator: Operator {
  let left: any Operator
  let right: any Operator
  let specification: JoinSpecification

  var method: String {
    let side = specification.buildsLeft ? "left" : "right"
    return specification.leftKeys.isEmpty ? "pairs with all rows of \(side)" : "hashes \(side)"
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    if specification.buildsLeft, specification.kind != .inner {
      return try filteredLeft(context)
    }
    let buildsLeft = specification.buildsLeft
    let built = try JoinSide(
      buildsLeft ? left : right,
      schema: buildsLeft ? specification.leftSchema : specification.rightSchema,
      keys: buildsLeft ? specification.leftKeys : specification.rightKeys,
      specification,
      context
    )
    return JoinStream(
      probe: try (buildsLeft ? right : left).open(context),
      built: built,
      specification: specification,
      context: context
    )
  }

  /// SEMI and ANTI JOIN whose left side is the smaller: right rows mark the left groups that they
  /// meet.
  private func filteredLeft(
    _ context: ExecutionContext
  ) throws(ExecutionError) -> any ChunkStream {
    let built = try JoinSide(
      left,
      schema: specification.leftSchema,
      keys: specification.leftKeys,
      specification,
      context
    )
    let table = built.table
    let stream = try right.open(context)
    let runs = stream.morselRuns
    let marks = try ParallelWork.map(
      count: runs.count,
      threads: context.threads
    ) { (run: Int) throws(ExecutionError) in
      var isMet = [Bool](repeating: false, count: table.groupCount)
      for morsel in runs[run] {
        try context.checkCancelled()
        try stream.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
          let keys = try specification.columns(specification.rightKeys, chunk)
          for group in table.find(keys, count: chunk.count) where group >= 0 {
            isMet[Int(group)] = true
          }
          return true
        }
      }
      return isMet
    }
    var isMet = [Bool](repeating: false, count: table.groupCount)
    for mark in marks {
      for group in mark.indices where mark[group] { isMet[group] = true }
    }
    let wanted = specification.kind == .semi
    let kept = Column(
      bools: table.groups.map { ($0 >= 0 && isMet[Int($0)]) == wanted }
    ).trueRows
    return ChunksStream(chunks: [built.rows.gather(kept)], capacity: context.chunkCapacity)
  }
}

/// Says what a join compares and returns; its expressions are compiled.
struct JoinSpecification: Sendable {
  let kind: JoinPlan.Kind
  let buildsLeft: Bool
  let leftSchema: Schema
  let rightSchema: Schema
  let leftKeys: [CompiledExpression]
  let rightKeys: [CompiledExpression]
  let matchesNull: [Bool]
  /// Over left columns, then right ones: what must hold of a pair beside equal keys.
  let condition: CompiledExpression?
  let membership: CompiledExpression?
  let range: SourceRange

  /// Computes key columns.
  func columns(
    _ keys: [CompiledExpression],
    _ chunk: Chunk
  ) throws(ExecutionError) -> [Column] {
    var columns: [Column] = []
    for key in keys { columns.append(try key.evaluate(chunk)) }
    return columns
  }
}

/// Holds the side of a join that is read whole.
struct JoinSide: Sendable {
  let rows: Chunk
  let table: JoinTable
  private let lease: MemoryLease

  init(
    _ input: any Operator,
    schema: Schema,
    keys: [CompiledExpression],
    _ specification: JoinSpecification,
    _ context: ExecutionContext
  ) throws(ExecutionError) {
    lease = context.lease("hash join")
    let chunks = try input.open(context).collect(context, lease)
    let count = chunks.reduce(0) { $0 + $1.count }
    guard count <= Int(Int32.max) else {
      throw .notImplemented("a join of more than 2,147,483,647 rows with others")
    }
    let columns = ParallelWork.map(count: schema.count, threads: context.threads) { index in
      Column.concatenate(chunks.map { $0.columns[index] }, type: schema[index].type)
    }
    rows = Chunk(columns, count: count)
    try context.checkCancelled()
    let keepsRows: Bool =
      switch specification.kind {
      case .inner, .left, .single: true
      case .semi, .anti, .mark:
        specification.condition != nil || specification.membership != nil
      }
    // The rows once more side by side, a group each, and the tables that find them.
    try lease.grow(by: rows.byteCount + count * (12 + 32 * keys.count))
    table = JoinTable(
      try specification.columns(keys, rows),
      matchesNull: specification.matchesNull,
      rowCount: count,
      keepsRows: keepsRows
    )
  }
}
