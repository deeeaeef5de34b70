import BQLColumnar
import BQLFunctions

/// Holds the calls of an aggregation with what is known of their input.
struct PreparedCalls: Sendable {
  let calls: [AggregateOperator.Call]
  /// By call: the first that collects the same from the same columns, mostly itself; the others
  /// need not look at rows.
  private(set) var sources: [Int] = []
  /// Whether the call's only argument is a clustered column.
  private let isClustered: [Bool]

  init(
    _ calls: [AggregateOperator.Call],
    _ stream: any ChunkStream
  ) throws(ExecutionError) {
    self.calls = calls
    isClustered = calls.map { call in
      call.arguments.count == 1
        && (call.arguments[0].column.map(stream.isClustered) ?? false)
    }
    for index in calls.indices {
      var source = index
      for earlier in 0..<index where source == index {
        if try collectSame(earlier, index) { source = earlier }
      }
      sources.append(source)
    }
  }

  private func collectSame(_ first: Int, _ second: Int) throws(ExecutionError) -> Bool {
    let columns = calls[first].arguments.map(\.column)
    guard calls[first].filter == nil, calls[second].filter == nil,
      columns.allSatisfy({ $0 != nil }), columns == calls[second].arguments.map(\.column)
    else { return false }
    return try makeAccumulator(second).collectsSame(as: makeAccumulator(first))
  }

  /// Whether no call's result depends on the order of rows.
  func areOrderFree() throws(ExecutionError) -> Bool {
    for index in calls.indices where try !makeAccumulator(index).isOrderFree { return false }
    return true
  }

  func makeAccumulator(_ index: Int) throws(ExecutionError) -> any Accumulator {
    let call = calls[index]
    if isClustered[index], let make = call.overload.makeClustered { return make() }
    return try located(index) { () throws(FunctionError) in
      try call.overload.makeAccumulator(call.constants)
    }
  }

  /// Gives an error of `body` the place of a call.
  func located<Result>(
    _ index: Int,
    _ body: () throws(FunctionError) -> Result
  ) throws(ExecutionError) -> Result {
    do throws(FunctionError) {
      return try body()
    } catch {
      throw .function(error, at: calls[index].range)
    }
  }
}
