import Synchronization

/// Remembers the damage that was met while rows of stored logs were read: the first one of each log.
///
/// Rows are read in the middle of kernels, which cannot stop there: what is damaged reads as zeros,
/// and whoever ran the kernel asks here before anything of its answer is shown. The logs are known
/// by their names, without regard to case.
package final class StoreHealth: Sendable {
  private let found = Mutex<[String: StoreError]>([:])

  package init() {}

  /// The damage that was met in a log; nil where all that was read of it is as it was written.
  package func failure(of log: String) -> StoreError? {
    found.withLock { $0[log.lowercased()] }
  }

  /// Hands over what was found, by the log's name in lower case, and forgets it.
  package func take() -> [String: StoreError] {
    found.withLock { found in
      defer { found = [:] }
      return found
    }
  }

  func report(_ error: StoreError, in log: String) {
    found.withLock { found in
      if found[log.lowercased()] == nil { found[log.lowercased()] = error }
    }
  }
}
