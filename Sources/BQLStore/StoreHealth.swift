import Synchronization

/// Remembers the first damage that was met while rows of a store were read.
///
/// Rows are read in the middle of kernels, which cannot stop there: what is damaged reads as zeros,
/// and whoever ran the kernel asks here before anything of its answer is shown.
package final class StoreHealth: Sendable {
  private let found = Mutex<StoreError?>(nil)

  /// The first damage; nil where all that was read is as it was written.
  package var failure: StoreError? { found.withLock { $0 } }

  func report(_ error: StoreError) {
    found.withLock { $0 = $0 ?? error }
  }
}
