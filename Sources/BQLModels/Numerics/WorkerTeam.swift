import BQLColumnar
import Glibc
import Synchronization

/// Runs many short pieces of work on the same threads.
///
/// `ParallelWork` wakes its threads at every call, which is too dear for pieces of some
/// microseconds. Those of a team spin for a moment after each piece before they sleep. A thread
/// that wakes late takes no part, and nobody waits for it.
final class WorkerTeam: Sendable {
  private let state: TeamState
  private let workers: [WorkerThread]

  /// Starts a team of `threads` threads, the caller's among them.
  init(threads: Int) {
    let state = TeamState(sleepers: max(min(threads, 256), 1) - 1)
    self.state = state
    workers = state.sleepers.indices.compactMap { number in
      WorkerThread { state.work(number) }
    }
  }

  deinit {
    state.stop()
    for worker in workers { worker.join() }
  }

  /// The threads that take part.
  var threads: Int { workers.count + 1 }

  /// Calls `body` once for each index below `count`, and returns when all have returned.
  ///
  /// One call at a time, and never from inside a body.
  func forEach(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    guard !workers.isEmpty, count > 1, count < TeamState.countLimit else {
      for index in 0..<max(count, 0) { body(index) }
      return
    }
    state.run(count, body)
  }

  /// Returns what `body` makes of each index below `count`, in their order.
  func map<Result: Sendable>(
    count: Int,
    _ body: @escaping @Sendable (Int) -> Result
  ) -> [Result] {
    let results = Results<Result>(count)
    forEach(count: count) { index in
      let result = body(index)
      results.values.withLock { $0[index] = result }
    }
    return results.values.withLock { $0.compactMap { $0 } }
  }

  private final class Results<Result: Sendable>: Sendable {
    let values: Mutex<[Result?]>
    init(_ count: Int) { values = Mutex([Result?](repeating: nil, count: max(count, 0))) }
  }
}

/// Holds what the threads of a team share.
private final class TeamState: Sendable {
  static let countLimit = 1 << 20

  /// Generation (24 bits), count (20 bits) and next index (20 bits) of the call that runs: who
  /// raises the index knows that the call still waits for that piece.
  private let claims = Atomic<UInt64>(0)
  private let finished = Atomic<Int>(0)
  /// Workers that may hold the body.
  private let active = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private let body = Mutex<(@Sendable (Int) -> Void)?>(nil)
  let sleepers: [Sleeper]

  init(sleepers count: Int) {
    sleepers = (0..<count).map { _ in Sleeper() }
  }

  func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    self.body.withLock { $0 = body }
    finished.store(0, ordering: .relaxed)
    let generation = (claims.load(ordering: .relaxed) >> 40) &+ 1
    claims.store(generation << 40 | UInt64(count) << 20, ordering: .sequentiallyConsistent)
    for sleeper in sleepers { sleeper.wake() }
    var done = 0
    while let index = claim() {
      body(index)
      done &+= 1
    }
    finished.add(done, ordering: .releasing)
    var spins = 0
    while finished.load(ordering: .acquiring) < count || active.load(ordering: .acquiring) > 0 {
      spins &+= 1
      if spins > Sleeper.spins { sched_yield() }
    }
    self.body.withLock { $0 = nil }
  }

  func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    for sleeper in sleepers { sleeper.wake() }
  }

  func work(_ number: Int) {
    while !isStopping.load(ordering: .acquiring) {
      let seen = claims.load(ordering: .acquiring) >> 40
      if let first = claim() {
        // Before the first piece is reported finished, so that the caller waits for the body to be
        // let go of.
        active.add(1, ordering: .acquiringAndReleasing)
        takePart(first)
        active.subtract(1, ordering: .acquiringAndReleasing)
        continue
      }
      sleepers[number].wait { [self] in
        claims.load(ordering: .sequentiallyConsistent) >> 40 != seen
          || isStopping.load(ordering: .sequentiallyConsistent)
      }
    }
  }

  @inline(never)
  private func takePart(_ first: Int) {
    guard let body = body.withLock({ $0 }) else { return }
    body(first)
    finished.add(1, ordering: .releasing)
    while let index = claim() {
      body(index)
      finished.add(1, ordering: .releasing)
    }
  }

  /// Takes the next index of the call that runs; nil where none is left.
  private func claim() -> Int? {
    var word = claims.load(ordering: .acquiring)
    while true {
      let next = word & 0xF_FFFF
      guard next < word >> 20 & 0xF_FFFF else { return nil }
      let (exchanged, original) = claims.weakCompareExchange(
        expected: word,
        desired: word &+ 1,
        ordering: .acquiringAndReleasing
      )
      if exchanged { return Int(next) }
      word = original
    }
  }
}

/// Lets one thread sleep until it is woken, after a moment of looking out.
@safe private final class Sleeper: @unchecked Sendable {
  static let spins = 4000

  private let isAsleep = Atomic<Bool>(false)
  // A semaphore of the C library must stay where it was made.
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    // Allocated, given back and used as a C object here alone.
    unsafe semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    unsafe semaphore.initialize(to: sem_t())
    unsafe sem_init(semaphore, 0, 0)
  }

  deinit {
    unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  func wait(until isAwaited: () -> Bool) {
    for _ in 0..<Self.spins where isAwaited() { return }
    isAsleep.store(true, ordering: .sequentiallyConsistent)
    if isAwaited(), isAsleep.exchange(false, ordering: .sequentiallyConsistent) { return }
    // Interrupted by a signal it waits on.
    while unsafe sem_wait(semaphore) != 0 {}
  }

  func wake() {
    if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { unsafe sem_post(semaphore) }
  }
}
