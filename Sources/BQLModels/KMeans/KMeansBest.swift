import Synchronization

/// Keeps the best of the starts: least inertia, and of equal ones the first.
final class KMeansBest: Sendable {
  private let kept = Mutex<(outcome: LloydRun.Outcome, start: Int)?>(nil)

  var outcome: LloydRun.Outcome? { kept.withLock { $0?.outcome } }

  func offer(_ outcome: LloydRun.Outcome, _ start: Int) {
    kept.withLock { kept in
      if let best = kept, (best.outcome.inertia, best.start) < (outcome.inertia, start) { return }
      kept = (outcome, start)
    }
  }
}
