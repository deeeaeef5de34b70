import Synchronization

/// Carries a WHERE that did not bind out of the loader, which knows no diagnostics.
final class LoadFilterFailure: Sendable {
  private let kept = Mutex<BQLError?>(nil)

  var error: BQLError? { kept.withLock { $0 } }

  func set(_ error: BQLError) {
    kept.withLock { if $0 == nil { $0 = error } }
  }
}
