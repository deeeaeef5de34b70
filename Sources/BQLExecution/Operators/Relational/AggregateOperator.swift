import BQLColumnar
import BQLFunctions
import BQLPlanning
import BQLSyntax

/// Groups rows and aggregates each group; groups come in order of first appearance.
///
/// Each morsel makes a state of its own; states are merged in the order of morsels, so the answer
/// has the same bits at any thread count.
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
    let partials = Collected<State>(count: stream.morselCount)
    try ParallelWork.forEach(
      count: stream.morselCount,
      threads: context.threads
    ) { (morsel: Int) throws(ExecutionError) in
      try context.checkCancelled()
      var state = try State(self)
      try stream.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
        try state.update(chunk, self)
        return true
      }
      partials.set(morsel, state)
    }
    var merged: State?
    for partial in partials.all {
      try context.checkCancelled()
      if var state = merged {
        // Taken out while it changes, so that it is not copied.
        merged = nil
        try state.combine(partial, self)
        merged = state
      } else {
        merged = partial
      }
    }
    let empty = try State(self)
    let result = try (merged ?? empty).finish(self)
    let relation = Relation(schema: Schema([]), chunks: [result])
    return RelationStream(
      relation: relation,
      columns: Array(0..<result.columns.count),
      context: context
    )
  }

  /// Holds the groups met so far and one accumulator a call.
  private struct State: Sendable {
    var table: GroupTable
    var accumulators: [any Accumulator]

    init(_ plan: AggregateOperator) throws(ExecutionError) {
      table = GroupTable(types: plan.keys.map(\.type))
      accumulators = []
      for call in plan.calls {
        do throws(FunctionError) {
          var accumulator = try call.overload.makeAccumulator(call.constants)
          accumulator.grow(to: plan.keys.isEmpty ? 1 : 0)
          accumulators.append(accumulator)
        } catch {
          throw .function(error, at: call.range)
        }
      }
    }

    mutating func update(_ chunk: Chunk, _ plan: AggregateOperator) throws(ExecutionError) {
      var keys: [Column] = []
      for key in plan.keys { keys.append(try key.evaluate(chunk)) }
      let groups = table.groups(for: keys, count: chunk.count)
      for (index, call) in plan.calls.enumerated() {
        // Arguments are computed for the rows that pass alone, so that `sum(1 / x) FILTER (WHERE
        // x <> 0)` does not divide by zero.
        let kept = try call.filter?.evaluate(chunk).trueRows
        var arguments: [Column] = []
        for argument in call.arguments {
          let input = kept.map { argument.input(chunk, rows: $0) } ?? chunk
          arguments.append(try argument.evaluate(input))
        }
        accumulators[index].grow(to: table.count)
        do throws(FunctionError) {
          try accumulators[index].update(
            groups: kept.map { $0.map { groups[Int($0)] } } ?? groups,
            arguments: arguments
          )
        } catch {
          throw .function(error, at: call.range)
        }
      }
    }

    mutating func combine(_ other: State, _ plan: AggregateOperator) throws(ExecutionError) {
      let keys = other.table.keyColumns()
      let mapping = table.groups(for: keys, count: plan.keys.isEmpty ? 1 : other.table.count)
      for (index, call) in plan.calls.enumerated() {
        accumulators[index].grow(to: table.count)
        do throws(FunctionError) {
          try accumulators[index].combine(other.accumulators[index], mapping: mapping)
        } catch {
          throw .function(error, at: call.range)
        }
      }
    }

    func finish(_ plan: AggregateOperator) throws(ExecutionError) -> Chunk {
      var columns = table.keyColumns()
      for (index, call) in plan.calls.enumerated() {
        do throws(FunctionError) {
          columns.append(try accumulators[index].finish())
        } catch {
          throw .function(error, at: call.range)
        }
      }
      return Chunk(columns, count: table.count)
    }
  }
}
