import BQLColumnar
import BQLStorage
import Synchronization

/// Runs morsels on all threads, each with a state of its own.
///
/// Which thread takes which morsel is left to chance: what is made of the states must not depend on
/// it, as sums of integers do not.
enum ThreadShares {
  /// Returns the threads' states after `update` has taken every morsel, with its index, once; it
  /// is lent the thread's room for rows.
  static func run<State: Sendable>(
    _ morsels: [Morsel],
    _ context: ExecutionContext,
    _ make: @Sendable () -> State,
    _ update:
      @Sendable (
        inout State, inout UnitSequences, Int, Morsel
      ) throws(ExecutionError) -> Void
  ) throws(ExecutionError) -> [State] {
    let next = Atomic<Int>(0)
    let threads = max(1, min(context.threads, morsels.count))
    let states = Collected<State>(count: threads)
    try ParallelWork.forEach(
      count: threads,
      threads: threads
    ) { (thread: Int) throws(ExecutionError) in
      var state = make()
      var room = UnitSequences()
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < morsels.count else { break }
        try context.checkCancelled()
        try update(&state, &room, index, morsels[index])
      }
      states.set(thread, state)
    }
    return states.all
  }
}
