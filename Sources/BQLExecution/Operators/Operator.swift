import BQLColumnar

/// Computes one node of a plan.
///
/// `open` does the work that needs all of the inputs (grouping, sorting, a funnel); the stream does
/// the rest, morsel by morsel.
protocol Operator: Sendable {
  func open(_ context: ExecutionContext) throws(ExecutionError) -> any ChunkStream

  /// How it does what the plan's node says, for EXPLAIN: "builds right"; empty where the node says it
  /// all.
  var method: String { get }
}

extension Operator {
  var method: String { "" }
}

/// Gives an operator's rows in pieces that threads may take in any order.
///
/// Put together in the order of morsels, the chunks are the operator's output; the same morsel
/// gives the same chunks each time.
protocol ChunkStream: Sendable {
  var morselCount: Int { get }

  /// Whether a column holds no NULL, and its equal values follow each other in one morsel: the
  /// users of a log in store order.
  func isClustered(_ column: Int) -> Bool

  /// Whether the texts of a morsel have the dictionaries that those of the morsel before it have:
  /// what collects codes may go on. Answers may not depend on it.
  func continuesDictionaries(morsel: Int) -> Bool

  /// Hands the chunks of one morsel to `consume`, in order, until it returns false.
  func run(
    morsel: Int,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError)

  /// Does as ``run(morsel:_:)``, without the rows that `keep` leaves out: it gets the values of one
  /// column and returns the places to keep, nil for all. What computes columns may leave out the
  /// others of rows that are not kept, where that cannot fail.
  func run(
    morsel: Int,
    by column: Int,
    _ keep: (Column) -> [Int32]?,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError)
}

extension ChunkStream {
  /// Runs of morsels for operators that keep a state a run.
  ///
  /// Enough for many threads, few enough that what is met in each is seldom put together; they depend
  /// on the number of morsels alone.
  var morselRuns: [Range<Int>] {
    let count = min(morselCount, 48)
    return (0..<count).map { morselCount * $0 / count..<morselCount * ($0 + 1) / count }
  }

  func run(
    morsel: Int,
    by column: Int,
    _ keep: (Column) -> [Int32]?,
    _ consume: (Chunk) throws(ExecutionError) -> Bool
  ) throws(ExecutionError) {
    try run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
      guard let rows = keep(chunk.columns[column]) else { return try consume(chunk) }
      return rows.isEmpty ? true : try consume(chunk.gather(rows))
    }
  }

  func isClustered(_ column: Int) -> Bool { false }

  func continuesDictionaries(morsel: Int) -> Bool { true }

  /// Computes every morsel and returns all chunks in order, held by `lease`; chunks without rows are
  /// left out.
  func collect(
    _ context: ExecutionContext,
    _ lease: MemoryLease
  ) throws(ExecutionError) -> [Chunk] {
    let collected = Collected<[Chunk]>(count: morselCount)
    try ParallelWork.forEach(
      count: morselCount,
      threads: context.threads
    ) { (morsel: Int) throws(ExecutionError) in
      try context.checkCancelled()
      var chunks: [Chunk] = []
      try run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
        if chunk.count > 0 {
          try lease.grow(by: chunk.byteCount + chunk.newDictionaryBytes(after: chunks.last))
          chunks.append(chunk)
        }
        return true
      }
      collected.set(morsel, chunks)
    }
    return collected.all.flatMap { $0 }
  }
}
