import BQLColumnar
import Synchronization

/// Runs morsels through as many states as there are threads, each state taking those that its thread
/// comes by: for aggregates whose result does not depend on the order of rows.
///
/// Groups that come again and again, as those of most groupings do, are then put together a few
/// times only. Which state has which rows depends on the threads' speed; but every state takes its
/// morsels in ascending order and knows which groups each brought, so that all groups are found in
/// the order of their first rows.
struct ThreadStates: Sendable {
  let stream: any ChunkStream
  let keys: [CompiledExpression]
  let prepared: PreparedCalls
  let context: ExecutionContext
  let lease: MemoryLease

  /// From so many groups on a state is left for a new one where most rows bring groups of their own:
  /// those do not come again, and a large table would leave the processor's cache for nothing.
  private static let groupLimit = 1 << 15

  /// Returns the partial states; at least one where there are no keys.
  func partials() throws(ExecutionError) -> [AggregatePartial] {
    let next = Atomic<Int>(0)
    /// The lowest morsel that failed.
    let failedMorsel = Atomic<Int>(.max)
    let failures = Mutex<[(morsel: Int, error: ExecutionError)]>([])
    let collected = Mutex<[AggregatePartial]>([])
    ParallelWork.forEach(count: context.threads, threads: context.threads) { _ in
      var morsel = 0
      do throws(ExecutionError) {
        var state: State?
        while true {
          // All before it are taken: the first that fails is found whatever the threads do.
          morsel = next.add(1, ordering: .relaxed).oldValue
          if morsel >= stream.morselCount { break }
          if morsel > failedMorsel.load(ordering: .relaxed) { break }
          if let full = state, full.isFull(before: morsel, stream) {
            collected.withLock { $0.append(full.partial) }
            state = nil
          }
          if state == nil { state = State(try AggregateState(keys, prepared)) }
          try state?.run(morsel, self)
        }
        if let state { collected.withLock { $0.append(state.partial) } }
      } catch {
        failures.withLock { $0.append((morsel, error)) }
        failedMorsel.min(morsel, ordering: .relaxed)
      }
    }
    if let first = failures.withLock({ $0.min { $0.morsel < $1.morsel } }) { throw first.error }
    return collected.withLock { $0.sorted { $0.firstMorsel < $1.firstMorsel } }
  }

  /// Holds one state and what it met.
  private struct State {
    var state: AggregateState
    var pieces: [AggregatePartial.Piece] = []
    /// The rows of the last morsel, and the groups that it brought.
    var rows = 0
    var broughtCount = 0
    var lastMorsel = -1
    /// The most bytes of it that the lease has.
    var counted = 0

    init(_ state: AggregateState) {
      self.state = state
    }

    mutating func run(_ morsel: Int, _ states: ThreadStates) throws(ExecutionError) {
      try states.context.checkCancelled()
      let known = state.table.count
      rows = 0
      try states.stream.run(morsel: morsel) { (chunk: Chunk) throws(ExecutionError) in
        rows += chunk.count
        try state.update(chunk, states.keys, states.prepared)
        return true
      }
      let byteCount = state.byteCount
      try states.lease.grow(by: byteCount - counted)
      counted = max(counted, byteCount)
      broughtCount = state.table.count - known
      lastMorsel = morsel
      if broughtCount > 0 || pieces.isEmpty {
        let first = pieces.isEmpty ? 0 : known
        pieces.append(
          AggregatePartial.Piece(morsel: morsel, groups: first..<state.table.count)
        )
      }
    }

    func isFull(before morsel: Int, _ stream: any ChunkStream) -> Bool {
      if state.table.count > ThreadStates.groupLimit, broughtCount * 2 > rows { return true }
      return !(lastMorsel + 1...morsel).allSatisfy(stream.continuesDictionaries)
    }

    var partial: AggregatePartial { AggregatePartial(state, pieces: pieces) }
  }
}
