import BQLColumnar

/// Repeats each row as often as its last column says, and drops that column.
struct ReplicateOperator: Operator {
  let input: any Operator

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    ReplicateStream(input: try input.open(context), context: context)
  }
}

private struct ReplicateStream: ChunkStream {
  let input: any ChunkStream
  let context: ExecutionContext

  var morselCount: Int { input.morselCount }

  func continuesDictionaries(morsel: Int) -> Bool { input.continuesDictionaries(morsel: morsel) }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    try input.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
      guard let times = chunk.columns.last, case .ints(let counts) = times.values else {
        throw .internal("rows are replicated by a number")
      }
      let kept = Chunk(Array(chunk.columns.dropLast()), count: chunk.count)
      var rows: [Int32] = []
      for row in counts.indices where times.isValid(row) {
        var left = counts[row]
        while left > 0 {
          let count = Int(min(left, Int64(context.chunkCapacity - rows.count)))
          rows.append(contentsOf: repeatElement(Int32(truncatingIfNeeded: row), count: count))
          left -= Int64(count)
          guard rows.count == context.chunkCapacity else { continue }
          try context.checkCancelled()
          guard try consume(kept.gather(rows)) else { return false }
          rows.removeAll(keepingCapacity: true)
        }
      }
      return rows.isEmpty ? true : try consume(kept.gather(rows))
    }
  }
}
