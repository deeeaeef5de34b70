package import BQLColumnar
import Synchronization

/// Sets how a plan is run; but for the time zone no answer depends on it.
package struct ExecutionContext: Sendable {
  package var threads: Int
  package var chunkCapacity: Int
  /// Rows of a morsel, the unit that threads take.
  package var morselRows: Int
  package let cancellation: Cancellation
  /// The clock on which times become texts.
  package let timeZone: TimeZone
  /// Where set, operators count rows and time for EXPLAIN ANALYZE.
  package var profile: Profile?
  /// What the operators of the statement hold.
  package let memory: Memory
  /// Of the operator that is being opened, where there is a profile.
  var entry: Profile.Entry?
  /// What queries of WITH gave, for all the places that read them.
  let withResults = WithResults()

  package init(
    threads: Int,
    chunkCapacity: Int = 4_096,
    morselRows: Int = 65_536,
    timeZone: TimeZone = .utc,
    cancellation: Cancellation = Cancellation(),
    memory: Memory = Memory(),
    profile: Profile? = nil
  ) {
    self.threads = max(1, threads)
    self.chunkCapacity = max(1, chunkCapacity)
    self.morselRows = max(1, morselRows)
    self.timeZone = timeZone
    self.cancellation = cancellation
    self.memory = memory
    self.profile = profile
  }

  /// Throws when the statement was cancelled.
  func checkCancelled() throws(ExecutionError) {
    if cancellation.isCancelled { throw .cancelled }
  }
}

/// Tells a running statement to stop; set from any thread.
package final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package var isCancelled: Bool { flag.load(ordering: .relaxed) }

  /// Asks the statement to stop as soon as it looks.
  package func cancel() { flag.store(true, ordering: .relaxed) }

  /// Forgets an earlier request, before the next statement.
  package func reset() { flag.store(false, ordering: .relaxed) }
}
