import BQLColumnar
import BQLPlanning

/// Keeps `count` rows after skipping `offset`; stops its input when it has them.
struct LimitOperator: Operator {
  let input: any Operator
  let limit: LimitPlan

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    let stream = try input.open(context)
    var skip = limit.offset
    var left = limit.count ?? .max
    var kept: [Chunk] = []
    var morsel = 0
    while morsel < stream.morselCount, left > 0 {
      // The first morsel alone: a small limit is mostly met there. Then as many as threads run.
      let wave = morsel == 0 ? 1 : min(context.threads, stream.morselCount - morsel)
      let (sum, overflows) = left.addingReportingOverflow(skip)
      let wanted = overflows ? Int.max : sum
      let first = morsel
      let collected = Collected<[Chunk]>(count: wave)
      try ParallelWork.forEach(
        count: wave,
        threads: context.threads
      ) { (index: Int) throws(ExecutionError) in
        var chunks: [Chunk] = []
        var rows = 0
        try stream.run(morsel: first + index) { (chunk: Chunk) throws(ExecutionError) in
          chunks.append(chunk)
          rows += chunk.count
          return rows < wanted
        }
        collected.set(index, chunks)
      }
      for chunk in collected.all.flatMap({ $0 }) where left > 0 {
        let dropped = min(skip, chunk.count)
        let end = min(chunk.count, left > chunk.count ? chunk.count : dropped + left)
        skip -= dropped
        if end > dropped {
          kept.append(chunk.slice(dropped..<end))
          if left != .max { left -= end - dropped }
        }
      }
      morsel += wave
    }
    return ChunksStream(chunks: kept, capacity: context.chunkCapacity)
  }
}

/// Streams chunks that are there, one a morsel, in pieces.
struct ChunksStream: ChunkStream {
  let chunks: [Chunk]
  /// The most rows that a consumer gets at a time.
  let capacity: Int
  /// Holds the chunks' memory as long as they are there.
  var lease: MemoryLease?

  var morselCount: Int { chunks.count }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    let chunk = chunks[morsel]
    var start = 0
    while start < chunk.count {
      let end = min(start + capacity, chunk.count)
      guard try consume(chunk.slice(start..<end)) else { return }
      start = end
    }
  }
}

/// Gives the rows of its first input, then those of the second.
struct UnionOperator: Operator {
  let first: any Operator
  let second: any Operator

  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream {
    UnionStream(first: try first.open(context), second: try second.open(context))
  }
}

private struct UnionStream: ChunkStream {
  let first: any ChunkStream
  let second: any ChunkStream

  var morselCount: Int { first.morselCount + second.morselCount }

  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    if morsel < first.morselCount {
      try first.run(morsel: morsel, consume)
    } else {
      try second.run(morsel: morsel - first.morselCount, consume)
    }
  }
}
