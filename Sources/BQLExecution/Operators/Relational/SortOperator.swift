import BQLColumnar
import BQLPlanning

/// Orders all rows by keys; equal rows keep the order of the input.
///
/// Where only the first few are needed, each morsel gives no more than those.
struct SortOperator: Operator {
  let input: any Operator
  let inputSchema: Schema
  let keys: [SortPlan.Key]
  let limit: Int?

  var method: String {
    limit.map { $0 <= TopRows.limitOfUse } ?? false ? "first rows of each morsel" : "radix sort"
  }

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let lease = context.lease("sort")
    let chunks = try candidates(try input.open(context), context, lease)
    let count = chunks.reduce(0) { $0 + $1.count }
    guard count <= Int(Int32.max) else {
      throw .notImplemented("sorting more than 2,147,483,647 rows")
    }
    // The rows once more side by side and in order, one integer a key, and the order.
    try lease.grow(by: 2 * chunks.reduce(0) { $0 + $1.byteCount } + count * (16 * keys.count + 8))
    let columns = ParallelWork.map(count: inputSchema.count, threads: context.threads) { index in
      Column.concatenate(chunks.map { $0.columns[index] }, type: inputSchema[index].type)
    }
    try context.checkCancelled()
    var order = SortOrder.order(columns, keys, count: count, threads: context.threads)
    if let limit, limit < order.count { order.removeLast(order.count - limit) }
    try context.checkCancelled()
    let kept = order
    let sorted = ParallelWork.map(count: columns.count, threads: context.threads) { index in
      columns[index].gather(kept)
    }
    return RelationStream(
      relation: Relation(schema: inputSchema, chunks: [Chunk(sorted, count: kept.count)]),
      context: context,
      lease: lease
    )
  }

  /// The rows that may be among the wanted ones.
  private func candidates(
    _ stream: any ChunkStream,
    _ context: ExecutionContext,
    _ lease: MemoryLease
  ) throws(ExecutionError) -> [Chunk] {
    guard let limit, (1...TopRows.limitOfUse).contains(limit), let first = keys.first else {
      return try stream.collect(context, lease)
    }
    let bound = TopBound(first)
    return try ParallelWork.map(
      count: stream.morselCount,
      threads: context.threads
    ) { (morsel: Int) throws(ExecutionError) in
      try context.checkCancelled()
      var top = TopRows(limit: limit, keys: keys, bound: bound)
      try stream.run(morsel: morsel, by: first.column, bound.passing) {
        (chunk: Chunk) throws(ExecutionError) in
        top.add(chunk)
        return true
      }
      return top.finish()
    }.flatMap { $0 }
  }
}
