import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLSyntax

/// Groups rows and aggregates each group; groups come in order of first appearance.
///
/// Where a key is a column that is clustered (see ``ChunkStream/isClustered(_:)``), no group has rows
/// in two morsels, and the states of single morsels are final. Else equal groups of several states
/// are found and combined. Where the result depends on the order of rows (sums of floats), runs of
/// morsels make a state of their own each, which depend on the input alone, and are combined in
/// that order; else each thread has a state. So the answer has the same bits at any thread count.
struct AggregateOperator: Operator {
  struct Call: Sendable {
    let overload: AggregateFunction.Overload
    let constants: [Value]
    let arguments: [CompiledExpression]
    let filter: CompiledExpression?
    let range: SourceRange
  }

  let input: any Operator
  let keys: [CompiledExpression]
  let calls: [Call]

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let stream = try input.open(context)
    let prepared = try PreparedCalls(calls, stream)
    let lease = context.lease(calls.isEmpty ? "distinct rows" : "aggregate")
    if keys.contains(where: { $0.column.map(stream.isClustered) ?? false }) {
      let morsels = (0..<stream.morselCount).map { $0..<$0 + 1 }
      let chunks = try collect(morsels, stream, context, prepared, lease) {
        state throws(ExecutionError) in try state.finish(prepared)
      }
      return ChunksStream(
        chunks: chunks.filter { $0.count > 0 },
        capacity: context.chunkCapacity,
        lease: lease
      )
    }
    let partials: [AggregatePartial]
    if try prepared.areOrderFree() {
      let states = ThreadStates(
        stream: stream,
        keys: keys,
        prepared: prepared,
        context: context,
        lease: lease
      )
      partials = try states.partials()
    } else {
      var place = 0
      let states = try collect(stream.morselRuns, stream, context, prepared, lease) { $0 }
      partials = states.map { state in
        defer { place += 1 }
        let piece = AggregatePartial.Piece(morsel: place, groups: 0..<state.table.count)
        return AggregatePartial(state, pieces: [piece])
      }
    }
    // Finding the equal groups of all states needs their keys and hashes once more.
    try lease.grow(
      by: partials.reduce(0) { $0 + $1.count * (24 + 16 * keys.count + 24 * calls.count) }
    )
    let merge = AggregateMerge(calls: prepared, columnCount: keys.count, context: context)
    let chunks =
      partials.isEmpty && keys.isEmpty
      ? [try AggregateState(keys, prepared).finish(prepared)] : try merge.chunks(partials)
    return ChunksStream(chunks: chunks, capacity: context.chunkCapacity, lease: lease)
  }

  /// Groups that a state may have before the next morsel gets a new one: more would leave a
  /// processor's cache.
  private static let groupLimit = 1 << 15

  /// Runs each run of morsels through a state, or several where groups are many, and returns what
  /// `conclude` makes of them, in the morsels' order.
  private func collect<Result: Sendable>(
    _ runs: [Range<Int>],
    _ stream: any ChunkStream,
    _ context: ExecutionContext,
    _ prepared: PreparedCalls,
    _ lease: MemoryLease,
    _ conclude: @Sendable (AggregateState) throws(ExecutionError) -> Result
  ) throws(ExecutionError) -> [Result] {
    try ParallelWork.map(
      count: runs.count,
      threads: context.threads
    ) { (run: Int) throws(ExecutionError) in
      var results: [Result] = []
      var state = try AggregateState(keys, prepared)
      var counted = 0
      for morsel in runs[run] {
        try context.checkCancelled()
        if state.table.count > Self.groupLimit || !stream.continuesDictionaries(morsel: morsel),
          morsel > runs[run].lowerBound
        {
          results.append(try conclude(state))
          state = try AggregateState(keys, prepared)
          counted = 0
        }
        try stream.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
          try state.update(chunk, keys, prepared)
          return true
        }
        let byteCount = state.byteCount
        try lease.grow(by: byteCount - counted)
        counted = max(counted, byteCount)
      }
      results.append(try conclude(state))
      return results
    }.flatMap { $0 }
  }
}

/// Holds the groups of a morsel met so far and one accumulator a call.
struct AggregateState: Sendable {
  var table: GroupTable
  var accumulators: [any Accumulator]

  init(_ keys: [CompiledExpression], _ prepared: PreparedCalls) throws(ExecutionError) {
    table = GroupTable(types: keys.map(\.type))
    accumulators = []
    for index in prepared.calls.indices {
      var accumulator = try prepared.makeAccumulator(index)
      accumulator.grow(to: keys.isEmpty ? 1 : 0)
      accumulators.append(accumulator)
    }
  }

  /// Bytes of keys and of what is kept of each group, about.
  var byteCount: Int {
    accumulators.reduce(table.byteCount) { $0 + $1.byteCount + 24 * table.count }
  }

  mutating func update(
    _ chunk: Chunk,
    _ keys: [CompiledExpression],
    _ prepared: PreparedCalls
  ) throws(ExecutionError) {
    var columns: [Column] = []
    for key in keys { columns.append(try key.evaluate(chunk)) }
    let groups = keys.isEmpty ? nil : table.groups(for: columns, count: chunk.count)
    for (index, call) in prepared.calls.enumerated() where prepared.sources[index] == index {
      // Arguments are computed for the rows that pass alone, so that `sum(1 / x) FILTER (WHERE
      // x <> 0)` does not divide by zero.
      let kept = try call.filter?.trueRows(chunk)
      var arguments: [Column] = []
      for argument in call.arguments {
        let input = kept.map { argument.input(chunk, rows: $0) } ?? chunk
        arguments.append(try argument.evaluate(input))
      }
      accumulators[index].grow(to: table.count)
      try prepared.located(index) { () throws(FunctionError) in
        guard let groups else {
          let count = kept?.count ?? chunk.count
          return try accumulators[index].update(whole: arguments, count: count)
        }
        let rows = kept.map { $0.map { groups[Int($0)] } } ?? groups
        try accumulators[index].update(groups: rows, arguments: arguments)
      }
    }
  }

  func finish(_ prepared: PreparedCalls) throws(ExecutionError) -> Chunk {
    var columns = table.keyColumns()
    for index in prepared.calls.indices {
      let source = prepared.sources[index]
      columns.append(
        try prepared.located(index) { () throws(FunctionError) in
          guard source != index else { return try accumulators[index].finish() }
          var own = accumulators[index]
          own.grow(to: table.count)
          let groups = (0..<table.count).map { Int32(truncatingIfNeeded: $0) }
          try own.combine(accumulators[source], mapping: groups)
          return try own.finish()
        }
      )
    }
    return Chunk(columns, count: table.count)
  }
}
